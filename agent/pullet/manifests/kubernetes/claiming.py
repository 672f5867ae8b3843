"""What the claims of a pod mean for it: which volume stands for each, and on which nodes the pod may run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pullet.manifests.declared import Claim, Draft, ObjectName, Projection, Reference, Unknown
from pullet.manifests.kubernetes.binding import Binding, Bound, Unbound
from pullet.manifests.kubernetes.referring import words
from pullet.manifests.problems import Findings
from pullet.model.volumes import Source
from pullet.model.workload import Fixed, Requirement, Rolling, Share, Where, Workload

_MANY = frozenset({"ReadWriteMany", "ReadOnlyMany"})
_ALONE = "ReadWriteOncePod"

Terms = tuple[tuple[Requirement, ...], ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """Every claim of the catalog: what it asks for, and what it is bound to."""

    find: Callable[[ObjectName], Claim | Unknown | None]
    bindings: Mapping[ObjectName, Binding]
    partial: bool = False

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
        return Draft(workload, replace(draft.needs, volumes=volumes))

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
                    findings.error(place, f"{words(reference)} is not bound: {binding.because}")
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
    if isinstance(workload.replacement, Rolling):
        one_gone = Rolling(Share(0), Share(1), workload.replacement.partition)
        return replace(workload, replacement=one_gone)
    return workload
