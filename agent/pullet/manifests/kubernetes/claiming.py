"""What the claims of a pod mean for it: which volume stands for each, and on which nodes the pod may run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pullet.manifests.declared import (
    Claim,
    Draft,
    ObjectName,
    OwnClaim,
    Projection,
    Reference,
    Unknown,
    Volume,
)
from pullet.manifests.kubernetes.binding import Binding, Bound, Unbound, fits
from pullet.manifests.kubernetes.referring import words
from pullet.manifests.problems import Findings
from pullet.model.replacement import BlueGreen, Canary, Rolling, Share
from pullet.model.volumes import Source
from pullet.model.where import Requirement, Where
from pullet.model.workload import Fixed, Workload

_MANY = frozenset({"ReadWriteMany", "ReadOnlyMany"})
_ALONE = "ReadWriteOncePod"
_BIND = "declare a PersistentVolume that offers what it asks for, or let it ask for none"
_ANOTHER_WAY = "write a Deployment with a claim for each instance"

Terms = tuple[tuple[Requirement, ...], ...]


@dataclass(slots=True)
class Claims:
    """Every claim of the catalog: what it asks for, and what it is bound to.

    `meant` are the PersistentVolumes that are bound to a claim or kept for one, which need not be declared.
    """

    find: Callable[[ObjectName], Claim | Unknown | None]
    bindings: Mapping[ObjectName, Binding]
    volumes: Mapping[str, Volume]
    partial: bool = False
    meant: Mapping[ObjectName, str] = field(init=False)

    def __post_init__(self) -> None:
        kept = {one.claim: name for name, one in self.volumes.items() if one.claim is not None}
        bound = {name: one.name for name, one in self.bindings.items() if isinstance(one, Bound)}
        self.meant = {**kept, **bound}

    def settle(self, draft: Draft, findings: Findings) -> Draft:
        """The draft with its claims as volumes; what is missing is in the findings."""
        workload, volumes = draft.workload, dict(draft.needs.volumes)
        for volume, reference in draft.needs.claims.items():
            claim = self._claim(reference, findings)
            if claim is None:
                continue
            workload = _alone(workload, claim, reference, findings)
            binding = self.bindings[reference.target]
            workload = replace(workload, where=_where(workload.where, claim, binding, reference))
            volumes[volume] = _source(volumes[volume], binding)
        for own in draft.needs.own_claims:
            self._unused(own, findings)
        return Draft(workload, replace(draft.needs, volumes=volumes))

    def _unused(self, own: OwnClaim, findings: Findings) -> None:
        """Instances that are told apart have volumes of the engine, so nothing may wait for them elsewhere."""
        volume, claim = min(self._meant_for(own), default=("", ""))
        if volume:
            said = f"PersistentVolume {volume} is meant for {claim}, while each instance has a volume of the engine"
            findings.error(own.loc, said, f"take it away, or {_ANOTHER_WAY}")
            return
        kept = {*self.meant.values()}
        fitting = (name for name, one in self.volumes.items() if name not in kept and fits(own.claim, one))
        volume = min(fitting, default="")
        if volume:
            said = f"PersistentVolume {volume} is not used, as each instance has a volume of the engine"
            findings.warn(own.loc, said, _ANOTHER_WAY)

    def _meant_for(self, own: OwnClaim) -> Iterator[tuple[str, str]]:
        """PersistentVolumes, and the claims of instances that they are bound to or kept for."""
        if own.claim.volume:
            yield own.claim.volume, f"{own.stem.name}-{own.ordinals.start}"
        yield from ((volume, name.name) for name, volume in self.meant.items() if own.names(name))

    def _claim(self, reference: Reference, findings: Findings) -> Claim | None:
        place = (*reference.loc, reference.field)
        match self.find(reference.target):
            case Unknown(because, elsewhere=True):
                findings.warn(place, f"{words(reference)} {because}")
            case Unknown(because):
                findings.error(place, f"{words(reference)} {because}")
            case None:
                findings.error(place, f"{words(reference)} does not exist", "declare it")
            case Claim() as claim:
                binding = self.bindings[reference.target]
                if not isinstance(binding, Unbound):
                    return claim
                if not (binding.missing and self.partial):
                    findings.error(place, f"{words(reference)} is not bound: {binding.because}", _BIND)
        return None


def _source(own: Source | Projection, binding: Binding) -> Source | Projection:
    return binding.volume.source if isinstance(binding, Bound) else own


def _where(where: Where, claim: Claim, binding: Binding, reference: Reference) -> Where:
    """A volume that many nodes may have at once, such as a mounted share, pins nothing to one of them."""
    shared = isinstance(binding, Bound) and bool(claim.modes & _MANY)
    terms = binding.volume.terms if isinstance(binding, Bound) else ()
    pinned = where.pinned if shared else f"the data of {words(reference)} stays on the node where it is"
    return replace(where, terms=both(where.terms, terms), pinned=where.pinned or pinned)


def both(some: Terms, others: Terms) -> Terms:
    """Alternatives that hold where one of each holds."""
    if not some or not others:
        return some or others
    return tuple((*one, *other) for one in some for other in others)


def _alone(workload: Workload, claim: Claim, reference: Reference, findings: Findings) -> Workload:
    """Only one instance at a time may use a ReadWriteOncePod claim, so the old one stops before the new one comes."""
    if _ALONE not in claim.modes:
        return workload
    if isinstance(workload.count, Fixed) and workload.count.replicas > 1:
        said = f"{words(reference)} is {_ALONE}, and {workload.count.replicas} instances would use it"
        findings.error((*reference.loc, reference.field), said, "write replicas: 1")
    if isinstance(workload.replacement, BlueGreen | Canary):
        said = (
            f"{words(reference)} is {_ALONE}, so the old one stops first, whatever pullet.dev/strategy says"
        )
        findings.warn((*reference.loc, reference.field), said)
    if isinstance(workload.replacement, Rolling | BlueGreen | Canary):
        kept = workload.replacement.partition if isinstance(workload.replacement, Rolling) else 0
        stops_first = f"only one instance may use {words(reference)}"
        return replace(workload, replacement=Rolling(Share(0), Share(1), kept), stops_first=stops_first)
    return workload
