"""Data does not move: workloads that share a volume stand on one node, and which one must be plain.

Used by `assemble`; placement holds what is said here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pullet.model.node import Node
from pullet.model.problem import Problem
from pullet.model.volumes import NamedVolume
from pullet.model.workload import Workload

_SHOWN = 3


def share(workloads: Sequence[Workload]) -> list[Workload]:
    """Pinned workloads that use the same volume are put together, and so are those that share one with either."""
    groups = _groups({str(one.name): _volumes(one) for one in workloads if one.where.pinned})
    return [
        replace(one, where=replace(one.where, together=groups[str(one.name)]))
        if str(one.name) in groups and not one.where.together
        else one
        for one in workloads
    ]


def _volumes(workload: Workload) -> frozenset[str]:
    return frozenset(
        mount.source.name
        for container in workload.pod.all_containers()
        for mount in container.mounts
        if isinstance(mount.source, NamedVolume) and not mount.source.per_instance
    )


def _groups(volumes: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """The name of each one's group, where it has company."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for name, used in volumes.items():
        for volume in used:
            users[volume].add(name)
    groups: dict[str, str] = {}
    for name in sorted(volumes):
        if name in groups:
            continue
        members, waiting = {name}, [name]
        while waiting:
            for volume in volumes[waiting.pop()]:
                waiting += users[volume] - members
                members |= users[volume]
        if len(members) > 1:
            groups |= dict.fromkeys(members, f"the volumes of {min(members)}")
    return groups


def undecided(workloads: Sequence[Workload], nodes: Sequence[Node]) -> Iterator[Problem]:
    """Pinned workloads that more than one node could take: nobody knows which of them has the data, or should."""
    groups: defaultdict[str, list[Workload]] = defaultdict(list)
    for one in workloads:
        groups[one.where.together or str(one.name)].append(one)
    for members in groups.values():
        pinned = [one for one in members if one.where.pinned]
        fitting = [node.name for node in nodes if all(one.admits(node) for one in members)]
        if pinned and len(fitting) > 1:
            yield from (_undecided(one, fitting) for one in pinned)


def _undecided(workload: Workload, fitting: Sequence[str]) -> Problem:
    shown = ", ".join(fitting[:_SHOWN]) + (", …" if len(fitting) > _SHOWN else "")
    own = "a Deployment with a claim for each instance"
    other = own if workload.named else "a PersistentVolume with nodeAffinity"
    return Problem(
        workload.origin,
        f"{workload.name}: {workload.where.pinned}, and {len(fitting)} nodes could run it: {shown}",
        hint=f"write a nodeSelector that leaves one node, or {other}",
    )
