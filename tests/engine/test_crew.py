"""Steps side by side, with steps that tests open and close by hand."""

import threading
from collections.abc import Callable, Iterator

import pytest
import structlog

from pullet.engine.book import FORGET
from pullet.engine.crew import Crew
from pullet.engine.failures import ImageGone
from pullet.model.errors import Refused, Transient
from pullet.model.names import InstanceName
from pullet.model.observed import Attempt, Incarnation
from pullet.model.plan import Pull, Remove, Revive, Start, Step
from pullet.model.pod import PullPolicy, Restart
from pullet.testing.clock import VirtualClock
from pullet.wake import Wake
from tests.lab.pods import instance
from tests.lab.wait import eventually


def start(ordinal: int) -> Start:
    return Start(instance(f"shop/Deployment/web#{ordinal}"), "c0ffee", "wanted")


def pull(image: str, digest: str, policy: PullPolicy = PullPolicy.IF_NOT_PRESENT) -> Pull:
    return Pull(InstanceName.parse("shop/Deployment/web#0"), digest, image, policy, "wanted")


def incarnation() -> Incarnation:
    name = InstanceName.parse("shop/Deployment/web#0")
    return Incarnation(name, "h", "c0ffee", "web.yaml", Restart.ALWAYS, ())


class Bench:
    """A crew whose steps last until the gate opens and fail with what `fails` says."""

    def __init__(self, workers: int = 8) -> None:
        self.clock = VirtualClock()
        self.wake = Wake()
        self.gate = threading.Event()
        self.fails: Callable[[Step], Exception | None] = lambda _: None
        self.running: list[Step] = []
        self.done: list[Step] = []
        self.crew = Crew(self._do, self.wake, self.clock.now, workers)

    def run(self, *steps: Step) -> None:
        """Let these happen, to the end."""
        self.gate.set()
        self.crew.submit(steps)
        self.settle()

    def settle(self) -> None:
        self.gate.set()
        eventually(lambda: not self.crew.read().busy, what="the crew is idle")

    def _do(self, step: Step) -> None:
        self.running.append(step)
        self.gate.wait(10)
        self.done.append(step)
        if error := self.fails(step):
            raise error


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(workers=2)
    yield made
    made.gate.set()
    made.crew.stop(10)


def test_steps_run_side_by_side_up_to_the_number_of_workers(bench: Bench) -> None:
    """The third waits for a place, in order."""
    bench.crew.submit([start(0), start(1), start(2)])
    eventually(lambda: len(bench.running) == 2)
    assert len(bench.crew.read().busy) == 3
    bench.settle()
    assert bench.running[2].instance.ordinal == "2"


def test_pulls_and_stops_that_take_long_hold_up_no_start(bench: Bench) -> None:
    """A slow registry and an obstinate container take other places than starts do."""
    removals = [Remove(incarnation(), "gone")]
    bench.crew.submit([pull("a", "1"), pull("b", "2"), pull("c", "3"), *removals, start(7)])
    eventually(lambda: any(isinstance(step, Start) for step in bench.running), what="the start began")


def test_one_step_in_flight_per_key(bench: Bench) -> None:
    """A step whose key is busy is ignored, and the key is shown with its verb."""
    bench.crew.submit([start(0)])
    bench.crew.submit([start(0), Revive(incarnation(), "stopped")])
    assert bench.crew.read().busy == {"shop/Deployment/web#0": "being started"}
    bench.settle()
    assert bench.done == [start(0)]


def test_one_pull_serves_all_that_want_the_image(bench: Bench) -> None:
    """Fifty specifications with one image cost one look; when it fails, each counts as tried."""
    bench.fails = lambda _: Transient("the registry is away")
    bench.run(pull("app:1", "one"), pull("app:1", "two"))
    assert len(bench.done) == 1
    assert {key: tried.count for key, tried in bench.crew.read().attempts.items()} == {
        "pull app:1 one": 1,
        "pull app:1 two": 1,
    }


def test_failures_in_a_row_are_counted_and_a_success_ends_them(bench: Bench) -> None:
    """With the last error in words, and whether a person must act."""
    step = start(0)
    bench.fails = lambda _: Transient("busy")
    bench.run(step)
    bench.fails = lambda _: Refused("no such image", hint="push it")
    bench.run(step)
    expected = Attempt(2, bench.clock.now(), "no such image (push it)", refused=True)
    assert bench.crew.read().attempts == {step.attempt: expected}
    bench.fails = lambda _: None
    bench.run(step)
    assert bench.crew.read().attempts == {}


def test_restarts_that_succeed_are_counted_too(bench: Bench) -> None:
    """So that a container that keeps stopping is not started in a frenzy."""
    step = Revive(incarnation(), "stopped")
    bench.run(step)
    bench.run(step)
    assert bench.crew.read().attempts == {step.attempt: Attempt(2, bench.clock.now())}


def test_what_was_not_tried_for_long_is_forgotten(bench: Bench) -> None:
    """A clean slate after ten minutes, for failures and for images."""
    bench.run(Revive(incarnation(), "stopped"), pull("app:1", "one"))
    assert bench.crew.read().prepared == {"image app:1"}
    bench.clock.advance(FORGET)
    assert bench.crew.read().attempts == {}
    assert bench.crew.read().prepared == frozenset()


def test_an_image_that_turns_out_to_be_gone_is_not_prepared(bench: Bench) -> None:
    """A start that misses its image lets the planner pull again."""
    step = start(0)
    image = step.target.pod.containers[0].image
    bench.run(pull(image, step.target.hash), pull("other:1", "x"))
    bench.fails = lambda _: ImageGone("gone")
    bench.run(step)
    assert bench.crew.read().prepared == {"image other:1"}


def test_a_bug_is_a_failed_attempt_and_the_crew_lives(bench: Bench) -> None:
    """The traceback is logged once, and the same thread goes on."""
    bench.fails = lambda _: ZeroDivisionError("oops")
    with structlog.testing.capture_logs() as logs:
        bench.run(start(0), start(1), start(2))
    (failed, *_) = (entry for entry in logs if entry["event"] == "step_failed")
    assert isinstance(failed["exc_info"], ZeroDivisionError)
    assert {tried.error for tried in bench.crew.read().attempts.values()} == {"oops"}
    bench.fails = lambda _: None
    bench.run(start(0))
    assert start(0).attempt not in bench.crew.read().attempts


def test_the_end_of_a_step_wakes_the_loop_after_it_is_noted(bench: Bench) -> None:
    """Whoever is woken finds the key free."""
    bench.crew.submit([start(0)])
    assert bench.wake.wait(0) == ()
    bench.gate.set()
    assert bench.wake.wait(10) == ("step",)
    assert not bench.crew.read().busy


def test_each_step_is_logged_with_its_reason(bench: Bench) -> None:
    """What, where, why, and how long."""
    with structlog.testing.capture_logs() as logs:
        bench.run(start(0))
    assert [entry["event"] for entry in logs] == ["step_started", "step_done"]
    assert (logs[1]["do"], logs[1]["instance"], logs[1]["because"]) == (
        "start",
        "shop/Deployment/web#0",
        "wanted",
    )
    assert "seconds" in logs[1]


def test_stopping_lets_steps_end_and_begins_none(bench: Bench) -> None:
    """What is in flight ends; what waits is for the next agent."""
    bench.crew.submit([start(0), start(1), start(2)])
    eventually(lambda: len(bench.running) == 2)
    threading.Timer(0.05, bench.gate.set).start()
    bench.crew.stop(10)
    assert [step.instance.ordinal for step in bench.done] in (["0", "1"], ["1", "0"])
