"""What is passed over is only what the rules would do nothing about."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pullet.decide.replace import moves
from pullet.decide.rest import rests
from pullet.decide.scene import Scene
from pullet.model.observed import Answer, Attempt, Drift, Incarnation, ObservedContainer, Phase
from pullet.model.plan import Revive
from pullet.model.pod import Restart
from pullet.model.probe import Probe, TcpSocket
from pullet.model.replacement import (
    BlueGreen,
    Canary,
    CanaryStep,
    OnDelete,
    Recreate,
    Replacement,
    Rolling,
    Share,
)
from pullet.model.workload import Workload
from tests.decide.world import World, workload

STRATEGIES: tuple[Replacement, ...] = (
    Rolling(),
    Recreate(),
    OnDelete(),
    BlueGreen(),
    Canary((CanaryStep(Share(1)),)),
)
ASKED = Probe(TcpSocket(80))
DRIFTS = (
    Drift("names", "lacks names", in_place=True),
    Drift("cut", "left", in_place=True),
    Drift("image", "other"),
)


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    made = workload(
        "web",
        "web:1",
        replicas=draw(st.integers(1, 3)),
        replacement=draw(st.sampled_from(STRATEGIES)),
        probed=draw(st.booleans()),
        init=draw(st.sampled_from(((), ("init:1",), ("+side:1",)))),
        beside=draw(st.sampled_from(((), ("beside:1",)))),
        in_order=draw(st.booleans()),
        after=draw(st.sampled_from(((), ("db ready restart",)))),
    )
    restart = draw(st.sampled_from((Restart.ALWAYS, Restart.NEVER)))
    return replace(
        made, pod=replace(made.pod, restart=restart), drift=draw(st.sampled_from((None, "off", "report")))
    )


def rarely(draw: st.DrawFn) -> bool:
    """So that some rest."""
    return draw(st.integers(0, 9)) == 0


@st.composite
def containers(draw: st.DrawFn, one: ObservedContainer, now: float) -> ObservedContainer:
    """As it is, but for what somebody or something changed."""
    changes = {
        "phase": st.sampled_from(Phase),
        "exit_code": st.integers(0, 1),
        "restarts": st.integers(0, 2),
        "started_at": st.sampled_from((None, now - 100, now - 1, now + 100)),
        "created_at": st.sampled_from((None, now - 100, now + 100)),
        "stranded": st.booleans(),
        "health": st.sampled_from(("", "starting", "unhealthy", "healthy")),
        "readiness": st.sampled_from((None, ASKED)),
        "liveness": st.sampled_from((None, ASKED)),
        "startup": st.sampled_from((None, ASKED)),
        "drift": st.sampled_from(DRIFTS).map(lambda one: (one,)),
    }
    return replace(one, **{name: draw(drawn) for name, drawn in changes.items() if rarely(draw)})


@st.composite
def incarnations(draw: st.DrawFn, one: Incarnation, now: float) -> list[Incarnation]:
    """What stands in its place: mostly one, but maybe none, or an older one, or one beside it."""
    found = replace(one, containers=tuple(draw(containers(each, now)) for each in one.containers))
    if len(found.containers) > 1 and rarely(draw):
        found = replace(found, containers=found.containers[1:])
    older = [replace(one, hash="0ld")] if rarely(draw) else []
    return [*older, *([] if rarely(draw) else [found])]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A node that had settled, and what became of it."""
    world = World()
    world.commit([draw(workloads()), workload("db", "db:1")])
    world.settle(100)
    scene, now = world.look()[0], world.clock.now()
    standing = scene.observed.incarnations
    found = [each for one in standing for each in draw(incarnations(one, now))]
    answers = {
        each.id: Answer(
            draw(st.booleans()) or not rarely(draw), live=not rarely(draw), started=not rarely(draw)
        )
        for one in found
        for each in one.containers
        if each.is_probed and not rarely(draw)
    }
    busy = {str(one.instance): "is restarted" for one in standing if rarely(draw)}
    attempts = {
        Revive(one, "").attempt: Attempt(draw(st.integers(1, 3)), now - 1) for one in found if rarely(draw)
    }
    observed = replace(
        scene.observed, incarnations=tuple(found), answers=answers, busy=busy, attempts=attempts
    )
    return replace(scene, observed=observed)


@given(scenes())
def test_the_rules_have_nothing_to_say_of_what_rests(scene: Scene) -> None:
    """No step and no wait, whatever stands beside it."""
    for assignment in scene.desired.assignments:
        resting = {one.name for one in assignment.instances if rests(one, assignment, scene)}
        assert resting.isdisjoint(move.instance for move in moves(assignment.instances, assignment, scene))


def test_a_node_that_has_settled_rests() -> None:
    """Else nothing is saved."""
    world = World()
    world.commit([workload("web", "web:1", replicas=3, probed=True, init=("init:1", "+side:1"))])
    world.settle(100)
    scene = world.look()[0]
    (assignment,) = scene.desired.assignments
    assert all(rests(one, assignment, scene) for one in assignment.instances)
