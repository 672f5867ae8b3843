"""What only the fake engine can show to the tick: time, and the death of the agent."""

from itertools import pairwise

import pytest

from pullet.model.errors import Transient
from pullet.model.names import InstanceName
from pullet.model.observed import Answer, ObservedContainer, Phase
from pullet.model.plan import Pull, Remove, Start
from pullet.model.pod import PullPolicy, Restart
from pullet.model.probe import Probe, TcpSocket
from pullet.testing.clock import VirtualClock
from pullet.testing.fake_engine import FakeEngine
from pullet.testing.script import Crash, Reached, Script
from tests.lab.images import BUSYBOX
from tests.lab.pods import instance

WEB = InstanceName.parse("shop/Deployment/web#0")
START = Start(instance(readiness=Probe(TcpSocket(80))), "c0ffee", "wanted")


class Stage:
    def __init__(self, **script: object) -> None:
        self.clock = VirtualClock(0)
        self.engine = FakeEngine(self.clock, Script(**script))  # type: ignore[arg-type]
        self.engine.images.add(BUSYBOX)

    def container(self) -> ObservedContainer:
        (incarnation,) = self.engine.observe().incarnations
        return incarnation.containers[0]

    def started(self) -> ObservedContainer:
        self.engine.apply([START])
        self.clock.advance(1)
        return self.container()


def test_a_step_takes_effect_when_its_time_has_passed() -> None:
    """Not before, and at its own moment however late one looks."""
    stage = Stage(start=0.2)
    stage.engine.apply([START])
    stage.clock.advance(0.1)
    assert stage.engine.observe().busy == {START.key: "being started"}
    assert stage.engine.observe().incarnations == ()
    stage.clock.advance(5)
    assert stage.container().started_at == pytest.approx(0.2)
    assert stage.engine.observe().busy == {}


def test_the_engines_backoff_doubles_up_to_a_minute() -> None:
    """100 ms, 200 ms, … as the engine itself does it."""
    stage = Stage(crashes={BUSYBOX: Crash(after=0)}, start=0)
    starts = []
    stage.engine.apply([START])
    for _ in range(13):
        starts.append(stage.container().started_at or 0)
        stage.clock.advance((stage.engine.next_event() or 0) - stage.clock.now())
    pauses = [round(later - earlier, 3) for earlier, later in pairwise(starts) if later > earlier]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses[-1] == 60


def test_a_process_that_held_out_begins_the_backoff_anew() -> None:
    """Ten seconds are enough."""
    stage = Stage(crashes={BUSYBOX: Crash(after=11)}, start=0)
    stage.engine.apply([START])
    for count in range(1, 4):
        stage.clock.advance(11.3)
        assert (stage.container().restarts, stage.container().phase) == (count, Phase.RUNNING)


@pytest.mark.parametrize(("code", "phase"), [(0, Phase.EXITED), (1, Phase.RESTARTING)])
def test_on_failure_restarts_failures_only(code: int, phase: Phase) -> None:
    """A process that ended well has ended."""
    stage = Stage()
    stage.engine.apply([Start(instance(restart=Restart.ON_FAILURE), "c0ffee", "wanted")])
    stage.clock.advance(1)
    stage.engine.crash(WEB, code)
    assert stage.container().phase is phase


@pytest.mark.parametrize(
    ("reached", "phases"),
    [(Reached.NOTHING, []), (Reached.HALF, [Phase.CREATED]), (Reached.DONE, [Phase.RUNNING])],
)
def test_the_agent_dies_during_a_start(reached: Reached, phases: list[Phase]) -> None:
    """The new crew knows of nothing in flight, and finds what the old one left."""
    stage = Stage()
    stage.engine.apply([START])
    stage.engine.agent_death(lambda _: reached)
    observed = stage.engine.observe()
    assert observed.busy == {}
    assert [one.containers[0].phase for one in observed.incarnations] == phases
    stage.clock.advance(10)
    assert len(stage.engine.observe().incarnations) == len(phases)


def test_the_agent_dies_during_a_removal() -> None:
    """Half a removal has stopped and stands; the engine does not bring it back."""
    stage = Stage()
    stage.started()
    (seen,) = stage.engine.observe().incarnations
    stage.engine.apply([Remove(seen, "not wanted")])
    stage.engine.agent_death(lambda _: Reached.HALF)
    stage.engine.engine_restart()
    assert stage.container().phase is Phase.EXITED


def test_steps_in_flight_fail_when_the_engine_restarts() -> None:
    """They count as tried, and what they were to do has not happened."""
    stage = Stage()
    stage.engine.apply([START])
    stage.engine.engine_restart()
    assert stage.engine.observe().attempts[START.attempt].count == 1
    stage.clock.advance(10)
    assert stage.engine.observe().incarnations == ()


def test_probes_answer_as_the_script_says() -> None:
    """By specification first, then by image; ready where it says nothing."""
    stage = Stage()
    container = stage.started()
    not_yet, never = Answer(ready=False, message="not yet"), Answer(ready=False, message="never")
    assert stage.engine.results(stage.engine.observe()) == {container.id: Answer(ready=True)}
    stage.engine.script.answers[BUSYBOX] = not_yet
    assert stage.engine.results(stage.engine.observe()) == {container.id: not_yet}
    stage.engine.script.answers[START.target.hash] = never
    assert stage.engine.results(stage.engine.observe()) == {container.id: never}


def test_a_slow_registry_and_a_broken_one() -> None:
    """Each image takes its time, or fails in its own words."""
    stage = Stage(pulling={"slow:1": 60.0}, unpullable={"broken:1": Transient("the registry is away")})
    pulls = [
        Pull(WEB, "0", image, PullPolicy.IF_NOT_PRESENT, "wanted")
        for image in ("slow:1", "broken:1", "new:1")
    ]
    stage.engine.apply(pulls)
    stage.clock.advance(2)
    observed = stage.engine.observe()
    assert observed.prepared == {"image new:1"}
    assert observed.busy == {"image slow:1": "being pulled"}
    assert observed.attempts["pull broken:1 0"].error == "the registry is away"
