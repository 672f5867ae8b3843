"""Which PersistentVolume a claim is bound to: the same on every node, whatever the order of the files.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pullet.manifests.declared import Claim, ObjectName, Volume, selected


@dataclass(frozen=True, slots=True)
class Bound:
    """To the PersistentVolume `name`."""

    name: str
    volume: Volume


@dataclass(frozen=True, slots=True)
class Own:
    """To none: the claim is a volume of its node, whatever `field` asks for."""

    field: str = ""


@dataclass(frozen=True, slots=True)
class Unbound:
    """To none, though it asks for one: `field` of its spec cannot be met, `because` of what.

    One that is `missing` may be declared where nobody looked.
    """

    field: str
    because: str
    missing: bool = False


Binding = Bound | Own | Unbound


def bind(claims: Mapping[ObjectName, Claim], volumes: Mapping[str, Volume]) -> dict[ObjectName, Binding]:
    """Claims that ask for a volume by name come first, then those that a volume is kept for, then the others."""
    bindings: dict[ObjectName, Binding] = {}
    taken: dict[str, ObjectName] = {}
    for name in _in_order(claims, volumes):
        found = _bind(name, claims[name], volumes, taken)
        bindings[name] = found
        if isinstance(found, Bound):
            taken[found.name] = name
    return bindings


def _in_order(claims: Mapping[ObjectName, Claim], volumes: Mapping[str, Volume]) -> Iterable[ObjectName]:
    kept = {volume.claim for volume in volumes.values()}
    return sorted(claims, key=lambda name: (not claims[name].volume, name not in kept, name))


def _bind(
    name: ObjectName, claim: Claim, volumes: Mapping[str, Volume], taken: Mapping[str, ObjectName]
) -> Binding:
    if claim.volume:
        return _asked_for(name, claim, volumes, taken)
    fitting = (
        (volume.claim != name, volume.capacity, label)
        for label, volume in volumes.items()
        if label not in taken and volume.claim in {None, name} and fits(claim, volume)
    )
    best = min(fitting, default=None)
    if best is not None:
        return Bound(best[2], volumes[best[2]])
    if claim.selector is not None and volumes:
        because = "no free PersistentVolume has these labels and what else the claim asks for"
        return Unbound("selector", because, missing=True)
    return Own("selector" if claim.selector else "storageClassName" if claim.storage_class else "")


def _asked_for(
    name: ObjectName, claim: Claim, volumes: Mapping[str, Volume], taken: Mapping[str, ObjectName]
) -> Binding:
    volume = volumes.get(claim.volume)
    if volume is None:
        return Unbound("volumeName", f"PersistentVolume {claim.volume} does not exist", missing=True)
    if claim.volume in taken:
        other = taken[claim.volume]
        return Unbound(
            "volumeName", f"PersistentVolume {claim.volume} is bound to {other.namespace}/{other.name}"
        )
    if volume.claim not in {None, name}:
        return Unbound("volumeName", f"PersistentVolume {claim.volume} is kept for another claim")
    against = next(_against(claim, volume), None)
    return Bound(claim.volume, volume) if against is None else Unbound("volumeName", against)


def fits(claim: Claim, volume: Volume) -> bool:
    """Whether the volume offers all that the claim asks for."""
    return not any(_against(claim, volume))


def _against(claim: Claim, volume: Volume) -> Iterator[str]:
    if not claim.modes <= volume.modes:
        yield "the PersistentVolume does not offer these accessModes"
    if claim.size > volume.capacity:
        yield "the PersistentVolume is smaller than the claim"
    if (claim.storage_class or "") != volume.storage_class:
        yield f'the PersistentVolume is of the storage class "{volume.storage_class}"'
    if claim.selector is not None and not selected(claim.selector, volume.labels):
        yield "the PersistentVolume does not have the labels that the claim selects"
