"""Volumes that go with what used them, where somebody asked for that: `pullet.dev/prune: volumes`. Pure.

The ledger knows what was said last and which volumes were meant, as it counts when nobody declares the workload any
more. Without the ledger nothing is known, and all stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pullet.decide.scene import Scene
from pullet.model.memory import Shed
from pullet.model.names import WorkloadName
from pullet.model.upkeep import Spent

FORGOTTEN = 7 * 86400.0
"""Seconds after which nobody tries any more to remove what has been in use all the time."""


def to_be_shed(scene: Scene) -> Mapping[str, Shed]:
    """What is to be remembered of workloads whose volumes go with them."""
    asked = [one.workload.name for one in scene.desired.assignments if one.workload.prune == "volumes"]
    known = {WorkloadName.parse(name): shed for name, shed in scene.memory.shed.items()}
    if not asked and not known:
        return {}
    declared = {one.name: one for one in scene.desired.catalog.workloads}
    found = {}
    for name in {*known, *asked}:
        before = known.get(name, Shed())
        if name not in declared:
            left = min(scene.now if before.left is None else before.left, scene.now)
            if scene.now - left < FORGOTTEN:
                found[str(name)] = Shed(before.volumes, left)
        elif declared[name].prune == "volumes":
            found[str(name)] = Shed(tuple(sorted({*before.volumes, *_mounted_here(name, scene)})))
    return found


def spent(scene: Scene) -> tuple[Spent, ...]:
    """Those that may go, as nothing stands of their workload any more."""
    standing = {str(one.instance.workload) for one in scene.observed.incarnations}
    return tuple(
        Spent(volume, f"{name} is no longer declared, and its volumes were to go with it")
        for name in scene.memory.shed.keys() - standing
        for volume in _leaving(name, scene)
    )


def farewell(workload: WorkloadName, scene: Scene) -> str:
    """What is said of its volumes where it goes; empty where they stay."""
    volumes = _leaving(str(workload), scene)
    return f"; its volumes go with it: {', '.join(volumes)}" if volumes else ""


def _leaving(name: str, scene: Scene) -> list[str]:
    """Those that nothing else that is declared names."""
    shed = scene.memory.shed.get(name)
    if shed is None or shed.left is None:
        return []
    wanted = set(_wanted(scene))
    return [volume for volume in shed.volumes if volume not in wanted]


def _mounted_here(name: WorkloadName, scene: Scene) -> Iterator[str]:
    assignment = scene.assignment(name)
    for instance in assignment.instances if assignment else ():
        volumes = (one for one in instance.pod.volumes if not one.external)
        yield from (one.called(scene.desired.node, instance.name.pod) for one in volumes)


def _wanted(scene: Scene) -> Iterator[str]:
    """Also by what is placed on other nodes, and may come back."""
    for workload in scene.desired.catalog.workloads:
        yield from (one.called(scene.desired.node, "") for one in workload.pod.volumes)
        yield from _mounted_here(workload.name, scene)
