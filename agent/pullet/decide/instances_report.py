"""Each instance in the report: how it is, and why. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pullet.decide.drift import told
from pullet.decide.jobs_report import absence
from pullet.decide.scene import Move, Scene
from pullet.model.names import InstanceName
from pullet.model.observed import Drift, Incarnation, Phase
from pullet.model.placement import Instance
from pullet.model.plan import Plan, Pull, Start, Wait
from pullet.model.report import ContainerReport, InstanceReport


def instances(scene: Scene, plan: Plan) -> Iterator[InstanceReport]:
    """What stands, and what is wanted and does not stand yet."""
    moves = _moves(plan)
    standing = sorted(scene.observed.incarnations, key=lambda one: one.instance.sort_key)
    for one in standing:
        found, changed = scene.health(one), _changed(one, scene)
        beside = _is_beside_its_successor(one, scene)
        reasons = (each.because for each in moves.get(one.instance, ()) if _concerns(each, one, beside))
        yield InstanceReport(
            str(one.instance),
            str(found.condition),
            found.good,
            next(reasons, "") or changed or found.because,
            tuple(_containers(one)),
            tuple(change.words for change in drift_of(one)) if changed else (),
        )
    there = {one.instance for one in standing}
    for assignment in scene.desired.assignments:
        for instance in assignment.instances:
            if instance.name not in there and (shown := absence(assignment, instance, scene)):
                state, fine = shown
                reasons = (each.because for each in moves.get(instance.name, ()))
                yield InstanceReport(str(instance.name), state, fine, next(reasons, ""))


def drift_of(one: Incarnation) -> Sequence[Drift]:
    return [change for container in one.containers for change in container.drift]


def _moves(plan: Plan) -> Mapping[InstanceName, Sequence[Move]]:
    found: defaultdict[InstanceName, list[Move]] = defaultdict(list)
    for move in (*plan.steps, *plan.waits):
        found[move.instance].append(move)
    return found


def _concerns(move: Move, one: Incarnation, beside: bool) -> bool:
    """What is waited for while two stand side by side concerns the one that is wanted."""
    match move:
        case Pull() | Start() | Wait():
            return not beside
        case _:
            return move.target.hash == one.hash


def _is_beside_its_successor(one: Incarnation, scene: Scene) -> bool:
    others = [each.hash for each in scene.incarnations(one.instance) if each.hash != one.hash]
    wanted = _wanted(one, scene) if others else None
    return wanted is not None and wanted.hash in others


def _changed(one: Incarnation, scene: Scene) -> str:
    """What was changed by hand of one that is wanted as it is."""
    wanted = _wanted(one, scene) if drift_of(one) else None
    assignment = scene.assignment(one.instance.workload)
    if assignment is None or wanted is None or wanted.hash != one.hash:
        return ""
    return told(one, assignment.workload, scene)


def _wanted(one: Incarnation, scene: Scene) -> Instance | None:
    """What is wanted in its place, from whatever specification."""
    assignment = scene.assignment(one.instance.workload)
    instances = assignment.instances if assignment else ()
    return next((each for each in instances if each.name == one.instance), None)


def _containers(one: Incarnation) -> Iterator[ContainerReport]:
    for container in one.containers:
        ended = container.phase in (Phase.EXITED, Phase.RESTARTING)
        yield ContainerReport(
            name=container.name,
            image=container.image,
            state=str(container.phase),
            id=container.id[:12],
            restarts=container.restarts,
            exit_code=container.exit_code if ended else None,
        )
