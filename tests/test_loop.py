"""The tick, turned by hand: in which order it looks, and what it does when something in the house breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from pullet.loop import Tick, turn
from pullet.model.catalog import Catalog
from pullet.model.errors import Refused, Transient
from pullet.model.names import InstanceName
from pullet.model.observed import Observed
from pullet.model.plan import Step
from pullet.model.report import Report, State
from pullet.model.snapshot import Fetched, Snapshot
from pullet.testing.script import Crash
from pullet.wake import Wake
from tests.lab.loops import HandLoop, deployment

WEB = InstanceName.parse("shop/Deployment/web#0")


@pytest.fixture
def hand(tmp_path: Path) -> HandLoop:
    return HandLoop(tmp_path)


def broken(*_: object) -> NoReturn:
    raise ZeroDivisionError("the test says so")


class Away:
    """An engine that does not answer."""

    def observe(self) -> Observed:
        raise Transient("the engine does not answer", hint="systemctl status docker")

    def apply(self, _: Iterable[Step]) -> None:
        raise AssertionError("nothing may be done")

    def last_words(self, _: str) -> str:
        return ""


def test_a_commit_becomes_containers(hand: HandLoop) -> None:
    """From the first tick to converged, and the history says so."""
    hand.branch.commit(web=deployment("web", "web:1"))
    assert hand.loop.tick().report.state is State.PROGRESSING
    assert hand.ticks(30).report.state is State.CONVERGED
    assert hand.running() == {str(WEB): "web:1"}
    assert [one.state for one in hand.loop.ledger.read().followed] == ["converged"]


def test_freshness_is_read_before_the_revision(hand: HandLoop) -> None:
    """The other way round an old snapshot could be called fresh."""
    hand.loop.tick()
    assert hand.branch.asked == ["fetched", "latest"]


def test_a_snapshot_is_read_once(hand: HandLoop) -> None:
    """Parsing and placing cost once for each revision, however often the loop turns."""
    read: list[Snapshot] = []
    reader = hand.loop.read

    def count(snapshot: Snapshot) -> Catalog:
        read.append(snapshot)
        return reader(snapshot)

    hand.loop.read = count
    first = hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(30)
    second = hand.branch.commit(web=deployment("web", "web:2"))
    hand.ticks(30)
    assert read == [first, second]


def test_without_a_revision_everything_stays(hand: HandLoop) -> None:
    """An agent that has never reached its repository says why, and touches nothing."""
    hand.branch.freshness = Fetched(error="git.example refuses the connection")
    report = hand.loop.tick().report
    assert (report.state, report.message) == (State.HELD, "git.example refuses the connection")
    assert report.status()["fetch_error"] == "git.example refuses the connection"


def test_git_away_is_told_and_changes_nothing(hand: HandLoop) -> None:
    """The last good revision goes on; that the last fetch failed stands beside it."""
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.branch.freshness = Fetched(hand.clock.now())
    hand.ticks(30)
    hand.branch.freshness = replace(hand.branch.freshness, error="no network")
    report = hand.loop.tick().report
    assert (report.state, report.fetch_error) == (State.CONVERGED, "no network")


def test_paused_means_hands_off(hand: HandLoop) -> None:
    """The loop still looks and reports what it would do, and goes on when it may."""
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.words.pause("by ada: moving house")
    tick = hand.ticks(30)
    assert (tick.report.state, tick.report.message) == (State.HELD, "paused: by ada: moving house")
    assert [step.do for step in tick.plan.steps] == ["pull"]
    assert hand.running() == {}
    hand.words.resume()
    assert hand.ticks(30).report.state is State.CONVERGED


def test_words_that_cannot_be_read(hand: HandLoop) -> None:
    """It may be paused, so nothing is done until that is known."""
    hand.branch.commit(web=deployment("web", "web:1"))
    (hand.words.folder / "paused").mkdir(parents=True)
    report = hand.ticks(30).report
    assert report.state is State.DEGRADED
    assert "words/paused cannot be read" in report.message
    assert hand.running() == {}


def test_the_engine_is_away_and_comes_back(hand: HandLoop) -> None:
    """Degraded with the reason, said once in the log; then everything as before."""
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(30)
    engine, hand.loop.engine = hand.loop.engine, Away()
    with capture_logs() as logs:
        report = hand.ticks(60).report
        assert (report.state, report.ready, report.wanted) == (State.DEGRADED, 0, 1)
        assert report.message == "the engine does not answer (systemctl status docker)"
        hand.loop.engine = engine
        assert hand.loop.tick().report.state is State.CONVERGED
    assert [line["event"] for line in logs] == [
        "node_not_seen",
        "state_changed",
        "node_seen_again",
        "state_changed",
    ]


def test_a_bug_while_deciding(hand: HandLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One traceback in the log, a degraded report, and the next tick goes on."""
    hand.branch.commit(web=deployment("web", "web:1"))
    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr("pullet.loop.decide", broken)
        report = hand.ticks(60).report
    assert report.state is State.DEGRADED
    assert report.message.startswith("a bug in Pullet: ZeroDivisionError('the test says so')")
    told = [line for line in logs if line["event"] == "node_not_seen"]
    assert [isinstance(line["exc_info"], ZeroDivisionError) for line in told] == [True]
    assert hand.ticks(30).report.state is State.CONVERGED


def test_a_bug_while_reading_a_revision(hand: HandLoop) -> None:
    """What runs is kept and kept alive; the next revision may be read again."""
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(30)
    reader, hand.loop.read = hand.loop.read, broken
    hand.branch.commit()
    with capture_logs() as logs:
        report = hand.ticks(60).report
    assert report.state is State.HELD
    assert report.message.startswith("a bug in Pullet: ZeroDivisionError")
    assert [line["event"] for line in logs].count("revision_not_read") == 1
    hand.engine.kill(WEB)
    hand.ticks(30)
    assert hand.running() == {str(WEB): "web:1"}
    hand.loop.read = reader
    hand.branch.commit(web=deployment("web", "web:2"))
    assert hand.ticks(60).report.state is State.CONVERGED
    assert hand.running() == {str(WEB): "web:2"}


def test_every_report_is_published(hand: HandLoop) -> None:
    """Also those of ticks that saw nothing."""
    hand.loop.tick()
    hand.loop.engine = Away()
    hand.loop.tick()
    assert [report.state for report in hand.shown.reports] == [State.HELD, State.DEGRADED]


def test_back_to_what_was_good(hand: HandLoop) -> None:
    """With the reason and the last words, without the secrets; also when the branch forgot what was good."""
    good = hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(30)
    hand.engine.script.crashes["web:2"] = Crash(0.5, 7)
    hand.engine.script.words["web:2"] = "no such table: hens\npassword s3cret-word is wrong"
    secret = """\
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: shop}
stringData: {password: s3cret-word}
"""
    env = "env: [{name: P, valueFrom: {secretKeyRef: {name: login, key: password}}}], image"
    bad = hand.branch.commit(web=deployment("web", "web:2").replace("image", env), login=secret)
    with capture_logs() as logs:
        report = hand.ticks(60).report
    assert (report.state, report.ready, report.wanted) == (State.ROLLED_BACK, 1, 1)
    assert hand.running() == {str(WEB): "web:1"}
    assert hand.branch.kept == {good.revision.commit}
    failed = report.workloads["shop/Deployment/web"].failed
    assert failed is not None
    assert failed.commit == bad.revision.commit
    assert failed.evidence == "no such table: hens\npassword *** is wrong"
    assert "exit code 7" in failed.because
    assert [line["workload"] for line in logs if line["event"] == "rollout_failed"] == ["shop/Deployment/web"]
    assert "s3cret-word" not in str((report, logs, hand.loop.ledger.read()))


def test_what_was_good_cannot_be_had(hand: HandLoop) -> None:
    """What failed goes no further, what runs stays, and nobody is told that all is well."""
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(30)
    hand.branch.past.clear()
    hand.engine.script.crashes["web:2"] = Crash(0.5, 7)
    hand.branch.commit(web=deployment("web", "web:2"))
    report = hand.ticks(120).report
    assert report.state is State.DEGRADED
    assert "its rollout stopped" in report.message
    assert "web:1" in [one.containers[0].image for one in hand.engine.observe().incarnations]


class Turns:
    """Lets the loop turn so often, and keeps the ticks."""

    def __init__(self, times: int) -> None:
        self._left = times
        self.reports: list[Report] = []

    def __call__(self, tick: Tick, took: float) -> bool:
        assert took >= 0
        self.reports.append(tick.report)
        self._left -= 1
        return self._left > 0


def test_it_turns_when_it_is_woken(hand: HandLoop) -> None:
    """Who has news need not wait for the sweep."""
    wake, turns = Wake(), Turns(3)
    wake("git")
    turn(hand.loop, lambda_wake := _Rewoken(wake), turns)
    assert len(turns.reports) == 3
    assert lambda_wake.waited == 2


class _Rewoken:
    """News after news: no wait takes time."""

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self.waited = 0

    def wait(self, timeout: float) -> tuple[str, ...]:
        self.waited += 1
        self._wake("git")
        return self._wake.wait(timeout)


def test_the_plan_says_how_long_it_waits(hand: HandLoop) -> None:
    """At most the sweep, at most what the service manager's watchdog allows, and less where time alone matters."""
    asked: list[float] = []

    class Patient:
        def wait(self, timeout: float) -> tuple[str, ...]:
            asked.append(timeout)
            return ()

    turn(hand.loop, Patient(), Turns(2))
    turn(hand.loop, Patient(), Turns(2), longest_wait=3)
    hand.engine.script.unpullable["web:1"] = Transient("no registry")
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(1.5)
    turn(hand.loop, Patient(), Turns(2))
    assert asked[:2] == [10, 3]
    assert 0 < asked[2] <= 1


# What the log tells.


def told(logs: Sequence[Mapping[str, object]], event: str) -> list[object]:
    return [line["because"] for line in logs if line["event"] == event]


def test_a_quiet_deployment_is_a_few_lines(hand: HandLoop) -> None:
    """The revision, and the two states; the steps are the crew's to tell."""
    hand.branch.commit(web=deployment("web", "web:1"))
    with capture_logs() as logs:
        hand.ticks(120)
    assert [line["event"] for line in logs] == ["revision_read", "state_changed", "state_changed"]
    assert [line.get("state") for line in logs][1:] == ["progressing", "converged"]


def test_a_failure_is_told_once_and_so_is_the_recovery(hand: HandLoop) -> None:
    """However often it is tried again in between."""
    hand.engine.script.unpullable["web:2"] = Refused("no such image")
    hand.branch.commit(web=deployment("web", "web:1"))
    hand.ticks(30)
    hand.branch.commit(web=deployment("web", "web:2"))
    with capture_logs() as logs:
        hand.ticks(300)
        del hand.engine.script.unpullable["web:2"]
        hand.ticks(120)
    assert [line["state"] for line in logs if line["event"] == "state_changed"] == [
        "progressing",
        "degraded",
        "progressing",
        "converged",
    ]
    waits = told(logs, "waiting")
    assert len(waits) == len(set(waits)) == 2
    assert waits[0] == "pull failed: no such image; tried again with growing pauses"
    assert str(waits[1]).startswith("the old one goes when")


def test_a_crash_loop_is_told_once(hand: HandLoop) -> None:
    """The counts in its reason are no news."""
    hand.engine.script.crashes["web:1"] = Crash(after=1)
    hand.branch.commit(web=deployment("web", "web:1"))
    with capture_logs() as logs:
        hand.ticks(600)
    assert told(logs, "waiting") == [
        "ended with exit code 1, and the engine starts it again",
        "restarted once; counts as ready when it stays up for 10 s",
    ]
    assert [line["state"] for line in logs if line["event"] == "state_changed"] == [
        "progressing",
        "converged",
        "degraded",
        "degraded",
    ]


def test_what_is_held_is_told_once(hand: HandLoop) -> None:
    """A commit that would empty the node: why nothing is removed, and each instance that stays."""
    hand.branch.commit(web=deployment("web", "web:1"), api=deployment("api", "web:1"))
    hand.ticks(60)
    hand.branch.commit()
    with capture_logs() as logs:
        hand.ticks(120)
    (held,) = (line for line in logs if line["event"] == "state_changed")
    assert held["state"] == "held"
    assert "declares no workload at all" in held["because"]
    assert told(logs, "plan_held") == []
    assert sorted(str(line["instance"]) for line in logs if line["event"] == "waiting") == [
        "shop/Deployment/api#0",
        "shop/Deployment/web#0",
    ]


def test_what_is_held_behind_something_else_is_told_too(hand: HandLoop) -> None:
    """A revision with a mistake is refused, and what it would have removed is held besides."""
    names = ("a", "b", "c", "d")
    hand.branch.commit(**{name: deployment(name, "web:1") for name in names})
    hand.ticks(60)
    hand.branch.commit(readme="kind: [")
    with capture_logs() as logs:
        hand.ticks(60)
    assert [line["state"] for line in logs if line["event"] == "state_changed"] == ["refused"]
    (held,) = told(logs, "plan_held")
    assert "to remove what runs here, commit with the trailer `Pullet-Prune: yes`" in str(held)


def test_a_problem_is_told_once(hand: HandLoop) -> None:
    """With its file and line, when its revision is read."""
    hand.branch.commit(web="kind: [")
    with capture_logs() as logs:
        hand.ticks(60)
    (problem,) = [line["problem"] for line in logs if line["event"] == "problem_found"]
    assert str(problem).startswith("web.yaml:2:1: error: is not valid YAML")
