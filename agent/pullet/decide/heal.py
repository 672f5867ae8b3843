"""What an incarnation that is to stay needs right now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from pullet.decide.health import Condition, container_health
from pullet.decide.scene import Move, Scene
from pullet.model.observed import Incarnation, ObservedContainer, Phase, Role
from pullet.model.placement import Instance
from pullet.model.plan import Remove, Revive, Step, Wait
from pullet.model.pod import Pod, Restart

_DOWN = frozenset({Condition.STOPPED, Condition.UNLIVE})


def heal(one: Incarnation, scene: Scene, known: Instance | None = None) -> Move | None:
    """One step or wait, or None where all is well; `known` is its specification, where it is."""
    if busy := scene.busy(one.instance):
        return Wait(one.instance, busy)
    found = scene.health(one)
    match found.condition:
        case Condition.READY | Condition.COMPLETED:
            return None
        case Condition.STOPPED | Condition.UNLIVE:
            return scene.unless_too_soon(_revive(one, scene, found.because, known))
        case Condition.GONE:
            return scene.unless_too_soon(Remove(one, f"{found.because}; what is left of it goes"))
        case _:
            return Wait(one.instance, found.because, found.until)


def uphold(old: Sequence[Incarnation], scene: Scene) -> Step | None:
    """What brings an old one back that is needed until its successor serves, where none of the old does."""
    if any(scene.health(one).good for one in old):
        return None
    moves = (heal(one, scene) for one in old)
    step = next((move for move in moves if move and not isinstance(move, Wait)), None)
    return replace(step, because=f"{step.because}; needed until its successor serves") if step else None


def tried_again(one: Incarnation, scene: Scene, known: Instance) -> Move | None:
    """The start of what failed for good, where a person asked for it since; None otherwise."""
    found = scene.health(one)
    if scene.busy(one.instance) or found.condition is not Condition.FAILED:
        return None
    ended = max((each.finished_at or 0.0 for each in one.containers), default=0.0)
    if scene.asked_again(one.instance.workload) < ended:
        return None
    because = f"{found.because}; somebody asked to try again"
    return scene.unless_too_soon(_revive(one, scene, because, known, {Condition.FAILED}))


def _revive(
    one: Incarnation,
    scene: Scene,
    because: str,
    known: Instance | None,
    conditions: AbstractSet[Condition] = _DOWN,
) -> Revive:
    """Those of its containers that need a start; an init container that ended well does not."""
    needing = tuple(
        container
        for container in one.containers
        if container_health(container, one, scene.observed, scene.now).condition in conditions
    )
    return Revive(replace(one, containers=needing), because, known, _grace(needing, scene))


def _grace(needing: Iterable[ObservedContainer], scene: Scene) -> float | None:
    """The time to stop of the probe that failed; of several the longest, which is not known where one has none."""
    answers = ((one, scene.observed.answers.get(one.id)) for one in needing)
    failed = [
        one.liveness if answer.started else one.startup
        for one, answer in answers
        if answer and not answer.live
    ]
    graces = [probe.grace if probe else None for probe in failed]
    known = [grace for grace in graces if grace is not None]
    return max(known) if known and len(known) == len(graces) else None


def unfinished(pod: Pod, one: Incarnation) -> str:
    """Which container of the pod comes next and may be started now; empty where none.

    Where a main container stands, the init containers have ended well, even if somebody pruned them since.
    """
    standing = {container.name: container for container in one.containers}
    for spec in pod.init:
        if spec.restart is not Restart.ALWAYS and _has_begun(one):
            continue
        found = standing.get(spec.name)
        if found is None:
            return f"its init container {spec.name} comes next"
        stays = found.role is Role.SIDECAR
        done = found.phase is Phase.RUNNING if stays else found.phase is Phase.EXITED and found.exit_code == 0
        if not done:
            return ""
    missing = [spec.name for spec in pod.containers if spec.name not in standing]
    return f"its container {missing[0]} comes next" if missing else ""


def _has_begun(one: Incarnation) -> bool:
    return any(container.role is Role.MAIN for container in one.containers)
