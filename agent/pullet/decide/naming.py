"""When a green set answers to the names that it shares with the blue one. Pure.

It is made without them, so that nobody reaches it by a Service's name before it is promoted. The engine gives a name
only to who joins a network, so a container leaves its networks for a moment to come back with all of its names.
"""

from __future__ import annotations

from pullet.decide.newcomers import Newcomers
from pullet.decide.scene import Move, Scene
from pullet.decide.strategies import old_stays
from pullet.model.observed import CUT, UNNAMED, Incarnation
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Mend, Wait
from pullet.model.replacement import BlueGreen


def unnamed(assignment: Assignment, scene: Scene) -> bool:
    """Whether a new instance is made without the names that it shares with what it is to replace."""
    green = isinstance(assignment.workload.replacement, BlueGreen)
    return green and Newcomers(assignment, scene).replace_others


def cut_off(current: Incarnation, known: Instance, scene: Scene) -> Move | None:
    """What ends a change of names that an agent died in; None where there is none."""
    because = "comes back to the networks that it left to take its names"
    return scene.unless_too_soon(Mend(current, known, because)) if _has(CUT, current) else None


def takes_names(current: Incarnation, known: Instance, assignment: Assignment, scene: Scene) -> Move | None:
    """What lets it answer to its names as soon as its set may serve; None where it does, or has to wait."""
    if not _has(UNNAMED, current):
        return None
    others = Newcomers(assignment, scene).replace_others
    if others and old_stays(known, assignment, scene):
        return None
    return scene.unless_too_soon(Mend(current, known, "takes the names that its predecessor has"))


def others_unnamed(known: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    """Why an old one stays whose successor has its names: the old go together, lest both sets serve."""
    if not isinstance(assignment.workload.replacement, BlueGreen):
        return None
    newcomers = Newcomers(assignment, scene)
    named = sum(not is_nameless(one) and not scene.busy(one.instance) for one in newcomers.standing.values())
    if named == newcomers.total:
        return None
    answering = f"until all of {newcomers.short} answer to their names: {named} of {newcomers.total} do"
    return Wait(known.name, f"the old ones stay {answering}")


def is_nameless(current: Incarnation) -> bool:
    return _has(UNNAMED, current) or _has(CUT, current)


def _has(trait: str, current: Incarnation) -> bool:
    return trait in [one.trait for container in current.containers for one in container.drift]
