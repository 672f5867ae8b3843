"""The room's door: what is asked follows what is observed, and the loop is woken by news only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from pullet.model.observed import Answer, Observed, Phase
from pullet.model.probe import Exec, HttpGet
from pullet.probes.prober import Prober
from tests.lab.observing import container, observed, probe
from tests.lab.peers import web_peer
from tests.lab.wait import eventually


def ready(prober: Prober, state: Observed) -> set[str]:
    """The ids of the containers whose answer is good."""
    return {id_ for id_, answer in prober.results(state).items() if answer.ready}


class House:
    """Commands that run in containers, and a count of how often the loop was woken."""

    def __init__(self) -> None:
        self.exits: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        self.woken = 0

    def run_check(self, id_: str, command: tuple[str, ...], timeout: float) -> tuple[int, str]:
        self.asked[id_] = self.asked.get(id_, 0) + 1
        return self.exits.get(id_, 0), f"{command} within {timeout}"

    def wake(self, reason: str) -> None:
        assert reason == "probe"
        self.woken += 1


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def prober(house: House) -> Iterator[Prober]:
    prober = Prober(house.run_check, house.wake, time.time)
    prober.start()
    yield prober
    prober.stop()


CHECK = probe(Exec(("check",)), period=0.05)
"""Asked as often as the grid allows, which no manifest can say."""


def test_an_answer_is_there_without_waiting(prober: Prober) -> None:
    """The first look returns at once, without an answer, and the answer comes by itself."""
    state = observed(container("a", readiness=CHECK))
    assert prober.results(state) == {}
    eventually(lambda: ready(prober, state) == {"a"}, 5, "a is ready")


def test_over_the_network(prober: Prober) -> None:
    """A container turns ready and not ready with what it answers, and says why."""
    with web_peer() as peer:
        check = probe(HttpGet("/", peer.port), period=0.05)
        state = observed(container("a", readiness=check))
        eventually(lambda: ready(prober, state), 5, "ready")
        peer.status = 503
        eventually(lambda: not ready(prober, state), 5, "not ready")
        assert prober.results(state)["a"].message == f"GET http://127.0.0.1:{peer.port}/ answered 503"


def test_identical_answers_wake_nobody(prober: Prober, house: House) -> None:
    """However often the same answer comes, the loop is woken once; and once more by another reason."""
    state = observed(container("a", readiness=CHECK))
    house.exits["a"] = 1
    prober.results(state)
    eventually(lambda: house.asked.get("a", 0) > 5, 5, "asked several times")
    assert house.woken == 1
    house.exits["a"] = 2
    eventually(lambda: house.woken == 2, 5, "woken by another reason")
    asked = house.asked["a"]
    eventually(lambda: house.asked["a"] > asked + 5, 10, "asked several times more")
    assert house.woken == 2


def test_a_restarted_container_begins_anew(prober: Prober, house: House) -> None:
    """After a restart nothing counts of what was answered before."""
    before = observed(container("a", started_at=100.0, readiness=CHECK))
    prober.results(before)
    eventually(lambda: ready(prober, before), 5, "ready")
    house.exits["a"] = 1
    after = observed(container("a", started_at=200.0, readiness=CHECK))
    assert prober.results(after) == {}
    eventually(lambda: prober.results(after), 5, "asked after the restart")
    assert not prober.results(after)["a"].ready
    assert "exited with 1" in prober.results(after)["a"].message


def test_what_is_no_longer_observed_is_no_longer_asked(prober: Prober, house: House) -> None:
    """Gone or ended, a container has no answer and is not asked; the others are not disturbed."""
    both = observed(container("a", readiness=CHECK), container("b", readiness=CHECK))
    eventually(lambda: ready(prober, both) == {"a", "b"}, 5, "both ready")
    ended = observed(container("a", readiness=CHECK, phase=Phase.EXITED), container("b", readiness=CHECK))
    assert list(prober.results(ended)) == ["b"]
    asked_b = house.asked["b"]
    eventually(lambda: house.asked["b"] > asked_b + 2, 5, "b is asked on")
    asked_a, asked_b = house.asked["a"], house.asked["b"]
    eventually(lambda: house.asked["b"] > asked_b + 2, 5, "b is asked on")
    assert house.asked["a"] == asked_a


def test_since_when_it_is_ready(prober: Prober) -> None:
    """The time of the first good answer, which stays as long as it is ready."""
    state = observed(container("a", readiness=CHECK))
    began = time.time()
    eventually(lambda: ready(prober, state) == {"a"}, 5, "a is ready")
    first = prober.results(state)["a"]
    assert began <= (first.since or 0) <= time.time()
    assert first == prober.results(state)["a"]


def test_nothing_else_is_asked_before_it_has_started() -> None:
    """A startup probe that has not succeeded yet keeps the others from being asked; then they are."""
    asked: list[str] = []
    up = threading.Event()

    def run_check(_id: str, command: tuple[str, ...], _timeout: float) -> tuple[int, str]:
        asked.append(command[0])
        return 0 if command[0] != "startup" or up.is_set() else 1, ""

    probes = {
        name: probe(Exec((name,)), period=0.05, failure_threshold=10_000)
        for name in ("startup", "liveness", "readiness")
    }
    prober = Prober(run_check, lambda _: None, time.time)
    prober.start()
    try:
        state = observed(container("a", **probes))
        prober.results(state)
        eventually(lambda: asked.count("startup") > 5, 5, "asked for its start")
        assert set(asked) == {"startup"}
        assert prober.results(state)["a"] == Answer(
            ready=False, started=False, message="`startup` exited with 1"
        )
        up.set()
        eventually(lambda: ready(prober, state) == {"a"}, 5, "ready")
        eventually(lambda: asked.count("liveness") > 5, 5, "asked whether it lives")
        last = len(asked) - 1 - asked[::-1].index("startup")
        assert last < asked.index("liveness")
        assert last < asked.index("readiness")
    finally:
        prober.stop()


@pytest.mark.parametrize("which", ["liveness", "startup"])
def test_one_that_fails_for_good_counts_as_not_live_until_it_is_started_anew(
    prober: Prober, house: House, which: str
) -> None:
    """After its threshold it is not asked again; the next start begins anew."""
    strict = probe(Exec(("check",)), period=0.05, failure_threshold=3)
    house.exits["a"] = 1
    before = observed(container("a", started_at=100.0, **{which: strict}))
    prober.results(before)
    eventually(lambda: not getattr(prober.results(before).get("a"), "live", True), 5, "not live")
    answer = prober.results(before)["a"]
    assert (answer.ready, answer.started) == (False, which != "startup")
    assert answer.message.startswith("`check` exited with 1")
    asked = house.asked["a"]
    house.exits["a"] = 0
    beside = observed(*(one.containers[0] for one in before.incarnations), container("b", readiness=CHECK))
    prober.results(beside)
    eventually(lambda: house.asked.get("b", 0) > 5, 5, "time has passed")
    assert house.asked["a"] == asked
    assert not prober.results(beside)["a"].live
    after = observed(container("a", started_at=200.0, **{which: strict}))
    eventually(lambda: ready(prober, after) == {"a"}, 5, "ready again")
    assert prober.results(after)["a"].live


def test_one_that_hangs_holds_up_no_other() -> None:
    """A probe that waits for its time-out does not delay the rest."""
    release = threading.Event()

    def run_check(id_: str, _command: tuple[str, ...], timeout: float) -> tuple[int, str]:
        if id_ == "stuck":
            release.wait(timeout)
        return 0, ""

    slow = probe(Exec(("check",)), timeout=30, period=0.05)
    prober = Prober(run_check, lambda _: None, time.time)
    prober.start()
    try:
        state = observed(container("stuck", readiness=slow), container("a", readiness=slow))
        prober.results(state)
        eventually(lambda: ready(prober, state) == {"a"}, 5, "a is ready")
        assert "stuck" not in prober.results(state)
    finally:
        release.set()
        prober.stop()


def test_the_initial_delay_is_kept() -> None:
    """Before the delay is over by the injected clock, a container is not asked at all."""
    house = House()
    prober = Prober(house.run_check, house.wake, lambda: 100.0)
    prober.start()
    try:
        state = observed(
            container("late", started_at=100.0, readiness=probe(Exec(("check",)), initial_delay=3600)),
            container("due", started_at=100.0 - 3600, readiness=probe(Exec(("check",)), initial_delay=3600)),
        )
        prober.results(state)
        eventually(lambda: ready(prober, state) == {"due"}, 5, "the one is due")
        assert "late" not in house.asked
    finally:
        prober.stop()


def test_many_in_one_thread(prober: Prober) -> None:
    """Two hundred containers are asked by one thread, not by one each."""
    with web_peer() as peer:
        check = probe(HttpGet("/", peer.port), timeout=30)
        state = observed(*(container(f"c{number}", readiness=check) for number in range(200)))
        prober.results(state)
        eventually(lambda: len(ready(prober, state)) == 200, 30, "all ready")
    assert sum(thread.name == "probes" for thread in threading.enumerate()) == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("probe_")]
