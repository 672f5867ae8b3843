"""What should stand, what stands, what is remembered and said → the steps that are right now, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from pullet.decide.absent import Go, Keep, fate
from pullet.decide.brake import brake
from pullet.decide.heal import heal
from pullet.decide.jobs import run
from pullet.decide.leaving import in_turn
from pullet.decide.replace import replace
from pullet.decide.scene import Move, Scene
from pullet.decide.shedding import farewell
from pullet.decide.verdict import next_verdict
from pullet.model.lifetime import Endless
from pullet.model.names import WorkloadName
from pullet.model.observed import Incarnation
from pullet.model.plan import Plan, Remove, Step, Wait


def decide(scene: Scene) -> Plan:
    """The plan of one tick."""
    desired = scene.desired
    unwanted = tuple(_unwanted(scene))
    going = _going(scene, unwanted)
    hold = brake(scene, going)
    moves = [*_toward(scene), *_away(scene, unwanted, going if hold else frozenset())]
    return Plan(
        revision=desired.revision.commit,
        node=desired.node,
        steps=_one_per_key(move for move in moves if not isinstance(move, Wait)),
        waits=tuple(move for move in moves if isinstance(move, Wait)),
        hold=desired.hold or hold,
        due=next_verdict(scene),
    )


def _toward(scene: Scene) -> Iterator[Move]:
    """What is wanted here; nothing is, where who runs what is not known."""
    if not scene.desired.hold:
        for assignment in scene.desired.assignments:
            endless = isinstance(assignment.workload.lifetime, Endless)
            yield from replace(assignment, scene) if endless else run(assignment, scene)


def _unwanted(scene: Scene) -> Iterator[Incarnation]:
    """What stands of a Job that is placed here is a matter of its runs."""
    wanted = {instance.name for assignment in scene.desired.assignments for instance in assignment.instances}
    for one in scene.observed.incarnations:
        if scene.desired.hold or not (one.instance in wanted or _is_of_a_job(one, scene)):
            yield one


def _is_of_a_job(one: Incarnation, scene: Scene) -> bool:
    placed = scene.assignment(one.instance.workload)
    return placed is not None and not isinstance(placed.workload.lifetime, Endless)


def _away(scene: Scene, unwanted: Sequence[Incarnation], held: AbstractSet[WorkloadName]) -> Iterator[Move]:
    """What is not wanted here goes in its turn, or is kept, healed, and shown with the reason."""
    going = [
        one for one in unwanted if isinstance(fate(one, scene), Go) and one.instance.workload not in held
    ]
    first = in_turn(going, scene)
    for one in unwanted:
        verdict = fate(one, scene)
        if busy := scene.busy(one.instance):
            yield Wait(one.instance, busy)
        elif turn := first.get((one.instance, one.hash)):
            yield Wait(one.instance, f"{verdict.because}; {turn}")
        elif isinstance(verdict, Go) and one.instance.workload not in held:
            because = verdict.because + farewell(one.instance.workload, scene)
            yield scene.unless_too_soon(Remove(one, because))
        else:
            kept = "held back" if isinstance(verdict, Go) else "kept as it is"
            yield heal(one, scene) or Wait(one.instance, f"{kept}: {verdict.because}")


def _going(scene: Scene, unwanted: Sequence[Incarnation]) -> frozenset[WorkloadName]:
    """Workloads of which nothing would be left here."""
    going = [one for one in unwanted if isinstance(fate(one, scene), Go)]
    kept = [one for one in unwanted if isinstance(fate(one, scene), Keep)]
    gone = _workloads(going) - _workloads(kept)
    return frozenset(name for name in gone if scene.assignment(name) is None)


def _workloads(incarnations: Iterable[Incarnation]) -> frozenset[WorkloadName]:
    return frozenset(one.instance.workload for one in incarnations)


def _one_per_key(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Two instances may ask for the same image; it is pulled once."""
    return tuple({step.key: step for step in reversed(tuple(steps))}.values())[::-1]
