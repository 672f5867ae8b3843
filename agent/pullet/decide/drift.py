"""What somebody changed by hand: what is put back in place, what takes a new container, and what is only told.

A change is put right only where its workload, or else the node, does not say otherwise. What has done its work is left
as it is: a new container would do it again.
"""

from __future__ import annotations

from pullet.decide.health import Condition
from pullet.decide.scene import Move, Scene
from pullet.model.observed import CUT, UNNAMED, Drift, Incarnation
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Mend
from pullet.model.workload import DriftPolicy, Workload


def policy(workload: Workload, scene: Scene) -> DriftPolicy:
    """The workload's own, or else the node's."""
    return workload.drift or scene.desired.drift


def mended(current: Incarnation, known: Instance, assignment: Assignment, scene: Scene) -> Move | None:
    """What puts back what can be changed while the containers live; None where nothing has to be."""
    changed = [one for one in _to_repair(current, assignment, scene) if one.in_place]
    return scene.unless_too_soon(Mend(current, known, by_hand(changed))) if changed else None


def outgrown(current: Incarnation, assignment: Assignment, scene: Scene) -> str:
    """Why only new containers can be as was asked for; empty where these can, or have done their work."""
    changed = [one for one in _to_repair(current, assignment, scene) if not one.in_place]
    if not changed or scene.health(current).condition is Condition.COMPLETED:
        return ""
    return by_hand(changed)


def told(current: Incarnation, workload: Workload, scene: Scene) -> str:
    """What is seen of changes by hand, in words; empty where nothing is, or where nobody wants to know."""
    changes = _changes(current)
    return by_hand(changes) if changes and policy(workload, scene) != "off" else ""


def by_hand(changes: list[Drift]) -> str:
    """The first change in words, and how many more there are."""
    if not changes:
        return ""
    more = f" (and {len(changes) - 1} more)" if len(changes) > 1 else ""
    return f"changed by hand: {changes[0].words}{more}"


def _to_repair(current: Incarnation, assignment: Assignment, scene: Scene) -> list[Drift]:
    changes = _changes(current)
    return changes if changes and policy(assignment.workload, scene) == "repair" else []


def _changes(current: Incarnation) -> list[Drift]:
    """Names that somebody lacks still are lacking by our own hand."""
    every = [change for container in current.containers for change in container.drift]
    return [change for change in every if change.trait not in {UNNAMED, CUT}]
