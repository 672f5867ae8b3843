"""What a strategy asks for before an instance is replaced, and before its old one goes. Pure."""

from __future__ import annotations

import math

from pullet.decide import bluegreen, canary
from pullet.decide.newcomers import Newcomers
from pullet.decide.scene import Scene
from pullet.model.observed import Incarnation
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Wait
from pullet.model.replacement import BlueGreen, Canary, OnDelete, Rolling, Share


def bounds_of(how: BlueGreen | Canary) -> Rolling:
    """How many may stand beside and be missing meanwhile: a set beside a set, and canaries one by one."""
    return Rolling(Share(100, percent=True) if isinstance(how, BlueGreen) else Share(1), Share(0))


def not_replaced(instance: Instance, old: Incarnation, assignment: Assignment) -> str:
    """Why an old one stays by the workload's own word, whatever room there is; empty where it may go."""
    if assignment.workload.paused and assignment.failed:
        return f"; the old one stays, as that failed: {assignment.failed.because}"
    if assignment.workload.paused:
        return "; the old one stays, as the rollout is paused"
    if isinstance(assignment.workload.replacement, OnDelete):
        return f", and comes when somebody removes {old.hash[:8]}: OnDelete"
    if _ordinal(instance) < _partition(assignment):
        return "; the old one stays, as its ordinal is below the partition"
    return ""


def not_its_turn(instance: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    """Why the old one of an instance is not replaced yet."""
    how = assignment.workload.replacement
    if isinstance(how, Rolling) and how.delay:
        return _too_soon_after_the_last(how.delay, instance, Newcomers(assignment, scene))
    return not_to_come(instance, assignment, scene)


def not_to_come(instance: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    """Why an instance of which nothing stands does not come yet."""
    how = assignment.workload.replacement
    if not isinstance(how, Canary):
        return None
    halt = canary.too_early(how, instance, Newcomers(assignment, scene))
    return Wait(instance.name, halt.because, halt.until) if halt else None


def old_stays(instance: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    """Why what stands beside the new one stays, although that has proven itself."""
    newcomers = Newcomers(assignment, scene)
    match assignment.workload.replacement:
        case BlueGreen() as how:
            because = bluegreen.not_yet(how, newcomers)
            return Wait(instance.name, because) if because else None
        case Canary() as how:
            halt = canary.keeps_old(how, instance, newcomers)
            return Wait(instance.name, halt.because, halt.until) if halt else None
        case _:
            return None


def awaited(assignment: Assignment, scene: Scene) -> str:
    """What a person has to say for it to go on; empty where it goes on by itself."""
    match assignment.workload.replacement:
        case BlueGreen() as how:
            return bluegreen.awaited(how, Newcomers(assignment, scene))
        case Canary() as how:
            return canary.awaited(how, Newcomers(assignment, scene))
        case _:
            return ""


def _too_soon_after_the_last(delay: float, instance: Instance, newcomers: Newcomers) -> Wait | None:
    """Compose's update_config.delay: between the last that became ready and the next that begins."""
    known = [newcomers.ready_since(one) for one in newcomers.standing.values()]
    until = max((at for at in known if at <= newcomers.scene.now), default=-math.inf) + delay
    if newcomers.scene.now >= until:
        return None
    return Wait(
        instance.name, f"{newcomers.short} is wanted; comes {delay:g} s after the last one was ready", until
    )


def _partition(assignment: Assignment) -> int:
    replacement = assignment.workload.replacement
    return replacement.partition if isinstance(replacement, Rolling) else 0


def _ordinal(instance: Instance) -> int:
    return int(instance.name.ordinal) if instance.name.ordinal.isdigit() else 0
