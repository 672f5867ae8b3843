"""Who is started anew because what it depends on was replaced: `depends_on` with `restart: true`.

What the engine restarts by itself does not count, nor who was started since.
https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pullet.decide.health import Condition
from pullet.decide.order import meets
from pullet.decide.scene import Move, Scene
from pullet.model.observed import Incarnation, ObservedContainer, Phase, Role
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Revive, Wait
from pullet.model.workload import Dependency


def follow(instance: Instance, current: Incarnation, assignment: Assignment, scene: Scene) -> Move | None:
    """One restart, or the wait for its turn: the instances of a service do not all go down at the same time."""
    replaced = _replaced(current, assignment, scene)
    if replaced is None:
        return None
    because = f"{replaced.workload} was replaced, and depends_on asks to start anew with it"
    for other in _siblings(instance, assignment, scene):
        before = other.instance.sort_key < instance.name.sort_key and _replaced(other, assignment, scene)
        if before or scene.busy(other.instance) or scene.health(other).condition is Condition.STARTING:
            return Wait(instance.name, f"{because}; after {other.instance}")
    running = tuple(replace(one, stranded=True) for one in _running(current))
    return scene.unless_too_soon(Revive(replace(current, containers=running), because, instance))


def _replaced(current: Incarnation, assignment: Assignment, scene: Scene) -> Dependency | None:
    """What it should have been started anew with."""
    for one in assignment.workload.after:
        made = _made(one, scene) if one.restart else None
        if made is not None and _began(current) < made:
            return one
    return None


def _began(one: Incarnation) -> float:
    """When the first of what runs was started."""
    return min((each.started_at for each in _running(one) if each.started_at is not None), default=math.inf)


def _made(dependency: Dependency, scene: Scene) -> float | None:
    """When the last of its containers was made; None while its own replacement is not over, or was in the future.

    A clock that was set back would else restart who depends on it until it has caught up.
    """
    needed = scene.assignment(dependency.workload)
    found: list[float] = []
    for instance in needed.instances if needed else ():
        standing = scene.incarnations(instance.name)
        if len(standing) != 1 or standing[0].hash != instance.hash or scene.busy(instance.name):
            return None
        if not meets(dependency.condition, instance, standing[0], scene):
            return None
        mains = (one for one in standing[0].containers if one.role is Role.MAIN)
        found += [one.created_at for one in mains if one.created_at is not None]
    made = max(found, default=None)
    return made if made is not None and made <= scene.now else None


def _siblings(instance: Instance, assignment: Assignment, scene: Scene) -> Iterator[Incarnation]:
    wanted = {(one.name, one.hash) for one in assignment.instances if one.name != instance.name}
    return (one for one in scene.standing(assignment.workload.name) if (one.instance, one.hash) in wanted)


def _running(one: Incarnation) -> Sequence[ObservedContainer]:
    return [each for each in one.containers if each.role is Role.MAIN and each.phase is Phase.RUNNING]
