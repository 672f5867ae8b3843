"""What hangs is started anew, visibly, and what starts slowly is waited for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from pullet.decide.health import container_health
from pullet.model.names import InstanceName
from pullet.model.observed import Answer, Incarnation, Observed
from pullet.model.plan import Revive
from pullet.model.probe import Exec, Probe
from pullet.model.report import State
from pullet.model.workload import Workload
from tests.decide.world import World, workload
from tests.lab.observing import container, observed, probe

ALIVE = Probe(Exec(("alive",)), period=1)
UP = Probe(Exec(("up",)), period=5, failure_threshold=60)
WEB = InstanceName.parse("shop/Deployment/web#0")


def probed(
    image: str, *, liveness: Probe | None = None, startup: Probe | None = None, ready: bool = True
) -> Workload:
    one = workload("web", image, probed=ready)
    (main,) = one.pod.containers
    main = replace(main, liveness=liveness, startup=startup)
    return replace(one, pod=replace(one.pod, containers=(main,)))


def standing(world: World) -> Incarnation:
    (one,) = world.engine.observe().incarnations
    return one


def states(world: World, seconds: float) -> list[State]:
    """Each state that the workload was in meanwhile, as often as it changed."""
    seen: list[State] = []
    end = world.clock.now() + seconds
    while world.clock.now() < end:
        report = world.tick()[2]
        found = report.workloads["shop/Deployment/web"].state
        seen += [found] if [found] != seen[-1:] else []
        world.clock.advance(0.1)
    return seen


def test_what_hangs_is_started_anew() -> None:
    """The same container, with the reason; and once is no crash loop."""
    world = World()
    world.commit([probed("web:1", liveness=ALIVE)])
    assert world.settle().state is State.CONVERGED
    before = standing(world).containers[0]
    world.engine.script.hangs["web:1"] = 30.0
    world.engine.crash(WEB)
    states(world, 25)
    world.engine.script.hangs.clear()
    world.clock.advance(10)
    _, plan, report = world.tick()
    assert str(plan) == "restart  shop/Deployment/web#0  its liveness probe fails: it hangs"
    assert report.state is State.DEGRADED
    assert world.settle().state is State.CONVERGED
    (after,) = standing(world).containers
    assert (after.id, after.restarts) == (before.id, 0)
    assert (after.started_at or 0) > (before.started_at or 0)


@pytest.mark.parametrize(
    ("liveness", "startup", "started", "grace"),
    [(3, 5, True, 3), (3, 5, False, 5), (3, None, False, None), (None, 5, True, None)],
)
def test_the_probe_that_failed_says_how_long_it_may_take_to_stop(
    liveness: float | None, startup: float | None, started: bool, grace: float | None
) -> None:
    """And where it says nothing, the pod does."""
    world = World()
    web = probed("web:1", liveness=replace(ALIVE, grace=liveness), startup=replace(UP, grace=startup))
    world.commit([web])
    world.settle()
    world.engine.script.answers["web:1"] = Answer(False, "no", live=False, started=started)
    (step,) = world.look()[1].steps
    assert isinstance(step, Revive)
    assert step.grace == grace


@pytest.mark.parametrize("ready", [True, False])
def test_what_hangs_again_and_again_is_degraded_all_the_time(ready: bool) -> None:
    """Even if it is ready in between: after the second time, to be ready proves nothing for as long as it lived."""
    world = World()
    world.commit([probed("web:1", liveness=ALIVE, ready=ready)])
    world.settle()
    world.engine.script.hangs["web:1"] = 3.0
    world.engine.crash(WEB)
    states(world, 20)
    assert states(world, 60) == [State.DEGRADED]
    message = world.tick()[2].workloads["shop/Deployment/web"].message
    assert "restarted" in message or "liveness" in message
    world.engine.script.hangs.clear()
    states(world, 40)
    assert states(world, 30) == [State.CONVERGED]


def test_restarts_are_spaced_with_growing_pauses() -> None:
    """What hangs at once is not started over and over without a pause."""
    world = World()
    world.engine.script.hangs["web:1"] = 0.5
    world.commit([probed("web:1", liveness=ALIVE)])
    starts = set()
    for _ in range(1200):
        world.tick()
        starts |= {one.started_at for each in world.engine.observe().incarnations for one in each.containers}
        world.clock.advance(0.1)
    times = sorted(at for at in starts if at)
    pauses = [round(later - earlier, 1) for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert 28 < pauses[-1] < 40
    assert len(times) < 12


def test_a_new_specification_that_hangs_is_given_up_for_the_old() -> None:
    """Its restarts count as a crash loop, so that the last good one comes back."""
    world = World()
    world.commit([probed("web:1", liveness=ALIVE)])
    world.settle()
    good = standing(world).hash
    world.engine.script.hangs["web:2"] = 0.5
    world.commit([replace(probed("web:2", liveness=ALIVE), min_ready=60, progress_deadline=7200)])
    assert world.settle(240).state is State.ROLLED_BACK
    assert standing(world).hash == good
    assert "its liveness probe fails" in world.look()[2].workloads["shop/Deployment/web"].message


def test_a_slow_start_is_waited_for() -> None:
    """As long as its startup probe allows, nobody is alarmed; then it is started anew."""
    world = World()
    world.engine.script.rises["web:1"] = 280.0
    world.commit([probed("web:1", liveness=ALIVE, startup=UP)])
    assert states(world, 270) == [State.PROGRESSING]
    (move,) = world.look()[1].waits
    assert move.because == "its startup probe has not succeeded yet: it is not up yet"
    began = standing(world).containers[0].started_at
    assert states(world, 30)[-1] is State.CONVERGED
    assert standing(world).containers[0].started_at == began


def test_one_that_does_not_start_in_its_time_is_started_anew() -> None:
    """With the reason."""
    world = World()
    world.engine.script.rises["web:1"] = 400.0
    world.commit([probed("web:1", startup=UP)])
    world.settle(310)
    _, plan, report = world.look()
    assert report.state is State.DEGRADED or "startup" in str(plan)
    first = standing(world).containers[0].started_at
    world.engine.script.rises["web:1"] = 10.0
    world.settle(1200)
    (after,) = standing(world).containers
    assert (after.started_at or 0) > (first or 0)
    assert world.look()[2].state is State.CONVERGED


def how(answer: Answer | None, now: float, **fields: object) -> str:
    one = container("a", **fields)
    state = observed(one)
    state = Observed(state.incarnations, answers={"a": answer} if answer else {})
    found = container_health(one, state.incarnations[0], state, now)
    return f"{found.condition}: {found.because}"


@pytest.mark.parametrize(
    ("answer", "now", "probes", "said"),
    [
        (None, 101, {"startup"}, "starting: its startup probe has not answered yet"),
        (
            Answer(False, "no", started=False),
            101,
            {"startup"},
            "starting: its startup probe has not succeeded yet: no",
        ),
        (
            Answer(False, "no", started=False),
            180,
            {"startup"},
            "starting: its startup probe has not succeeded yet: no",
        ),
        (
            Answer(False, "no", started=False),
            200,
            {"startup"},
            "unready: not ready for more than 91 s: its startup probe has not succeeded yet: no",
        ),
        (
            Answer(False, "no", started=False, live=False),
            101,
            {"startup"},
            "unlive: its startup probe fails: no",
        ),
        (Answer(False, "no", live=False), 101, {"liveness"}, "unlive: its liveness probe fails: no"),
        (Answer(False, "no"), 161, {"readiness"}, "unready: not ready for more than 60 s: no"),
        (None, 161, {"readiness"}, "starting: its readiness probe has not answered yet"),
        (Answer(False, "no"), 161, {"readiness", "startup"}, "starting: no"),
        (Answer(True), 101, {"startup"}, "ready: it runs, and no readiness probe is declared"),
        (None, 101, {"liveness"}, "ready: it runs, and no readiness probe is declared"),
    ],
)
def test_in_words(answer: Answer | None, now: float, probes: set[str], said: str) -> None:
    """How a container that was started at 100 is called."""
    assert how(answer, now, **dict.fromkeys(probes, probe())) == said


def test_who_never_starts_has_until_the_deadline() -> None:
    """Restarts that its startup probe asks for are no progress, and win it no time."""
    world = World()
    world.commit([probed("web:1", startup=UP)])
    world.settle()
    world.engine.script.rises["web:2"] = 4000.0
    slow = probed("web:2", startup=replace(UP, failure_threshold=20))
    world.commit([replace(slow, progress_deadline=300)])
    assert states(world, 290)[-1] is not State.ROLLED_BACK
    assert states(world, 30)[-1] is State.ROLLED_BACK
