"""The share of one workload on this node: from what stands toward what should, one tick's worth.

For each instance the first rule that matches decides. What may happen at once is bounded by a `Budget`; rules take
from it in the order of ordinals, so a rollout goes instance by instance without anybody remembering it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pullet.decide.beginning import begin, prepare, with_images
from pullet.decide.budget import Budget
from pullet.decide.drift import mended, outgrown
from pullet.decide.following import follow
from pullet.decide.heal import heal, tried_again, unfinished, uphold
from pullet.decide.naming import cut_off, others_unnamed, takes_names, unnamed
from pullet.decide.order import held_back, in_need
from pullet.decide.proof import still_proving
from pullet.decide.rest import rests
from pullet.decide.scene import Move, Scene
from pullet.decide.strategies import not_its_turn, not_replaced, not_to_come, old_stays
from pullet.model.observed import Incarnation
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Remove, Revive, Start, Wait
from pullet.model.replacement import Recreate


def replace(assignment: Assignment, scene: Scene) -> Iterable[Move]:
    """Steps and waits for the instances that should stand here."""
    awake = [one for one in _in_turn(assignment) if not rests(one, assignment, scene)]
    return moves(awake, assignment, scene) if awake else ()


def moves(instances: Iterable[Instance], assignment: Assignment, scene: Scene) -> Iterator[Move]:
    """Those for some of its instances, in their turn."""
    budget = Budget(assignment, scene)
    for instance in instances:
        current, old = _told_apart(instance, scene)
        if busy := scene.busy(instance.name):
            yield Wait(instance.name, busy)
        elif current is not None and (changed := outgrown(current, assignment, scene)):
            yield from list(prepare(instance, assignment.workload.logins, scene)) or [
                _held_back(instance, assignment, scene) or _make_anew(current, changed, old, scene, budget)
            ]
        elif current is not None:
            yield from _succeed(instance, current, old, assignment, scene)
        elif missing := list(prepare(instance, assignment.workload.logins, scene)):
            yield from missing
        elif old:
            yield _superfluous(old, scene) or _make_room(instance, old, assignment, scene, budget)
        elif isinstance(assignment.workload.replacement, Recreate) and _outdated(assignment, scene):
            yield Wait(instance.name, "all old ones go first: its strategy is Recreate")
        else:
            because = _why_new(assignment, scene)
            yield _held_back(instance, assignment, scene) or _start(instance, assignment, scene, because)


def _told_apart(instance: Instance, scene: Scene) -> tuple[Incarnation | None, Sequence[Incarnation]]:
    """What stands of it from the wanted specification, and from others."""
    current, old = None, []
    for one in scene.incarnations(instance.name):
        if one.hash == instance.hash:
            current = one
        else:
            old.append(one)
    return current, old


def _held_back(instance: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    return held_back(instance, assignment, scene) or not_to_come(instance, assignment, scene)


def _in_turn(assignment: Assignment) -> Sequence[Instance]:
    """Those that come in order are replaced from the last to the first, as in a StatefulSet."""
    return assignment.instances[::-1] if assignment.workload.in_order else assignment.instances


def _outdated(assignment: Assignment, scene: Scene) -> bool:
    wanted = {instance.name: instance.hash for instance in assignment.instances}
    return any(wanted.get(one.instance) != one.hash for one in scene.standing(assignment.workload.name))


def _succeed(
    instance: Instance,
    current: Incarnation,
    old: Sequence[Incarnation],
    assignment: Assignment,
    scene: Scene,
) -> Iterator[Move]:
    """The wanted incarnation stands: let it become whole and ready, then let the old go."""
    healing = tried_again(current, scene, instance) or heal(current, scene, instance)
    what_next = unfinished(instance.pod, current)
    if what_next and not isinstance(healing, Revive | Remove):
        start = Start(instance, scene.commit_of(assignment), what_next)
        yield from with_images(start, assignment.workload.logins, scene)
    elif healing:
        yield healing
    elif following := follow(instance, current, assignment, scene):
        yield following
    if mending := mended(current, instance, assignment, scene) or cut_off(current, instance, scene):
        yield mending
    yield from _take_over(instance, current, old, assignment, scene)


def _take_over(
    instance: Instance,
    current: Incarnation,
    old: Sequence[Incarnation],
    assignment: Assignment,
    scene: Scene,
) -> Iterator[Move]:
    """The old one goes when the new one has proven itself, may serve alone, and answers to its names."""
    found = scene.health(current)
    if spare := _superfluous(old, scene, current):
        yield spare
    elif old and not found.good:
        if meanwhile := uphold(old, scene):
            yield meanwhile
    elif old and (stays := _still_needed(instance, current, assignment, scene)):
        yield stays
    elif naming := takes_names(current, instance, assignment, scene):
        yield naming
    elif old and (waits := others_unnamed(instance, assignment, scene)):
        yield waits
    elif old:
        by = f"rolled back to {current.hash[:8]}" if assignment.failed else f"replaced by {current.hash[:8]}"
        yield scene.unless_too_soon(Remove(old[0], f"{by}: {found.because}"))


def _still_needed(
    instance: Instance, current: Incarnation, assignment: Assignment, scene: Scene
) -> Wait | None:
    return still_proving(current, assignment.workload, scene) or old_stays(instance, assignment, scene)


def _make_anew(
    current: Incarnation, changed: str, old: Sequence[Incarnation], scene: Scene, budget: Budget
) -> Move:
    """The same again, from the same specification; where an old one serves still, nobody misses it meanwhile."""
    needed = scene.health(current).good and not any(scene.health(one).good for one in old)
    if not needed or budget.take_anew():
        return scene.unless_too_soon(Remove(current, f"{changed}; it is made anew"))
    return Wait(current.instance, f"{changed}; is made anew when enough of the others are ready")


def _superfluous(
    old: Sequence[Incarnation], scene: Scene, successor: Incarnation | None = None
) -> Move | None:
    """Of several old ones, the one that has served longest is enough until its successor is ready; then any is."""
    if not old[1:]:
        return None
    serving = sorted((one for one in old if scene.health(one).good), key=_age)
    if serving:
        keep, because = serving[0], f"{serving[0].hash[:8]} serves until its successor does"
    elif successor is not None and scene.health(successor).good:
        keep, because = old[-1], f"{successor.hash[:8]} serves"
    else:
        return None
    spare = next(one for one in old if one != keep)
    return scene.unless_too_soon(Remove(spare, f"superseded, and {because}"))


def _age(one: Incarnation) -> float:
    return min(container.started_at or 0.0 for container in one.containers)


def _start(instance: Instance, assignment: Assignment, scene: Scene, because: str) -> Move:
    return begin(Start(instance, scene.commit_of(assignment), because, unnamed(assignment, scene)), scene)


def _make_room(
    instance: Instance, old: Sequence[Incarnation], assignment: Assignment, scene: Scene, budget: Budget
) -> Move:
    """Only old incarnations stand: start beside them, or take one down first where that is allowed."""
    wanted = instance.hash[:8]
    first = old[0]
    serves = any(scene.health(one).good for one in old)
    if stays := not_replaced(instance, first, assignment):
        return uphold(old, scene) or Wait(instance.name, f"{wanted} is wanted{stays}")
    if waits := in_need(instance, assignment, scene) or not_its_turn(instance, assignment, scene):
        return uphold(old, scene) or waits
    if isinstance(assignment.workload.replacement, Recreate):
        return scene.unless_too_soon(Remove(first, f"{wanted} is wanted, and its strategy is Recreate"))
    if any(one.host_ports & instance.pod.host_ports for one in old):
        because = (
            f"{wanted} is wanted and needs a port of the node that this one holds, so the old stops first"
        )
        return scene.unless_too_soon(Remove(first, because))
    if budget.take_surge():
        because = f"{wanted} replaces {first.hash[:8]}, which stays until this is ready"
        return _start(instance, assignment, scene, because)
    if not serves or budget.take_unavailable():
        return scene.unless_too_soon(Remove(first, _why_it_stops(wanted, assignment)))
    return Wait(instance.name, f"{wanted} is wanted; waits its turn within maxSurge and maxUnavailable")


def _why_it_stops(wanted: str, assignment: Assignment) -> str:
    """Before its successor stands."""
    if reason := assignment.workload.stops_first:
        return f"{wanted} is wanted; {reason}, so the old stops first"
    return f"makes room for {wanted} within maxUnavailable"


def _why_new(assignment: Assignment, scene: Scene) -> str:
    known = scene.desired.revision.short
    if assignment.failed:
        known = f"the last good specification, as {assignment.failed.hash[:8]} failed"
        return f"wanted here: {known}"
    if scene.standing(assignment.workload.name):
        return f"missing: {len(assignment.instances)} wanted here at {known}"
    return f"wanted here at {known}, and nothing of it stands"
