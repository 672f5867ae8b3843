"""What a row of answers to one probe amounts to, under a clock that only the test moves."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from pullet.probes.standing import Outcome, Standing
from pullet.probes.target import Target, Which
from tests.lab.observing import target

TARGET = target()
GOOD = Outcome(ok=True, kind="status 200", message="GET / answered 200")
BAD = Outcome(ok=False, kind="status 503", message="GET / answered 503")
OUTCOMES = {"+": GOOD, "-": BAD}


def after(row: str, asked: Target = TARGET) -> Standing:
    """The standing after a row of good (+) and bad (-) answers, a second each, from 100."""
    standing = Standing()
    for count, mark in enumerate(row):
        standing = standing.after(OUTCOMES[mark], asked, 100.0 + count)
    return standing


def course(row: str, asked: Target) -> str:
    """Good (G), failed (F) or neither (.) after each answer of a row."""
    standings = (after(row[: count + 1], asked) for count in range(len(row)))
    return "".join("G" if one.good else "F" if one.failed else "." for one in standings)


def asked_at(row: str, asked: Target) -> list[float]:
    """When each of a row of answers is asked for, in seconds from the first."""
    now, times = 0.0, [0.0]
    for count in range(len(row)):
        now += after(row[: count + 1], asked).pause(asked)
        times.append(now)
    return times


@pytest.mark.parametrize(
    ("successes", "failures", "row", "ready"),
    [
        (1, 3, "+", "G"),
        (1, 3, "-", "."),
        (1, 3, "--+", "..G"),
        (1, 3, "+--", "GGG"),
        (1, 3, "+---", "GGGF"),
        (1, 3, "+--+--+", "GGGGGGG"),
        (1, 3, "+---+", "GGGFG"),
        (1, 1, "+-+", "GFG"),
        (3, 3, "+++", "..G"),
        (3, 3, "++-+++", ".....G"),
        (3, 3, "+++---++", "..GGGFFF"),
        (2, 1, "++-++", ".GFFG"),
    ],
)
def test_thresholds(successes: int, failures: int, row: str, ready: str) -> None:
    """The verdict changes only after so many answers of the other sort in a row; at first there is none."""
    asked = target(success_threshold=successes, failure_threshold=failures)
    assert course(row, asked) == ready


def test_liveness_is_asked_at_its_period_and_every_failure_counts() -> None:
    """To ask early would be to kill early."""
    asked = target(Which.LIVENESS, period=3)
    assert asked_at("---", asked) == [0, 3, 6, 9]
    assert course("---", asked) == "..F"
    assert course("+---", asked) == "GGGF"


def test_failures_of_early_askings_do_not_count() -> None:
    """A slow starter has failureThreshold periods, as in Kubernetes, however often it is asked meanwhile."""
    asked = target(Which.STARTUP, period=3, failure_threshold=3)
    times = asked_at("--------", asked)
    assert times == [0, 0.25, 0.75, 1.75, 3, 6, 9, 12, 15]
    assert course("--------", asked) == ".....FFF"
    assert times[5] == 6
    assert course("---+", asked) == "...G"


@pytest.mark.parametrize(
    ("which", "row", "final"),
    [
        (Which.STARTUP, "", False),
        (Which.STARTUP, "-", False),
        (Which.STARTUP, "+", True),
        (Which.LIVENESS, "+--", False),
        (Which.LIVENESS, "+---", True),
        (Which.READINESS, "+---", False),
    ],
)
def test_what_is_decided_until_the_next_start(which: Which, row: str, final: bool) -> None:
    """Who has started is not asked again whether it has; who is to be restarted is not asked whether it lives."""
    assert after(row, target(which)).is_final(which) is final


def test_since_when_it_is_good() -> None:
    """As long as it stays so, from the moment of the verdict; the next time counts anew."""
    assert [after(row).since for row in ("", "-", "+", "+-+--", "+---", "+---+")] == [
        None,
        None,
        100.0,
        100.0,
        None,
        104.0,
    ]
    assert after("++", target(success_threshold=2)).since == 101.0


def test_the_first_success_is_looked_for_quickly_up_to_the_period() -> None:
    """Before the first success the pauses double from a quarter of a second, within the first period."""
    assert asked_at("------", target(period=3)) == [0, 0.25, 0.75, 1.75, 3, 6, 9]
    assert asked_at("----", target(period=1)) == [0, 0.25, 0.75, 1, 2]


def test_after_the_first_success_the_period_holds() -> None:
    """Failures after a success are not asked about faster, so that a threshold means what it says."""
    times = asked_at("+---+-", target(period=10))
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 5 < pauses[0] <= 10
    assert pauses[1:] == [10] * 5


def test_containers_that_start_together_drift_apart_once() -> None:
    """The first pause after the first success differs by container and is the same for the same one."""
    standing = after("+")
    pauses = [standing.pause(replace(TARGET, id=f"container-{number}")) for number in range(100)]
    assert len(set(pauses)) > 90
    assert all(5 < pause <= 10 for pause in pauses)
    assert standing.pause(replace(TARGET, id="container-7")) == pauses[7]
    assert standing.pause(replace(TARGET, id="container-7", which=Which.LIVENESS)) != pauses[7]


def test_a_container_that_never_succeeds_is_asked_for_ever() -> None:
    """However long it goes on, the period holds."""
    assert Standing(asked=10**6).pause(TARGET) == TARGET.probe.period


@pytest.mark.parametrize(
    ("row", "asked", "message"),
    [
        ("", TARGET, "not asked yet"),
        ("-", TARGET, "GET / answered 503"),
        ("+", TARGET, ""),
        ("+-", TARGET, "GET / answered 503; not ready after 3 in a row"),
        ("+-", target(Which.LIVENESS), "GET / answered 503; not live after 3 in a row"),
        ("+---", target(Which.LIVENESS), "GET / answered 503"),
        ("+", target(success_threshold=2), "GET / answered 200; ready after 2 in a row"),
    ],
)
def test_the_reason_in_words(row: str, asked: Target, message: str) -> None:
    """A standing says why in words, and nothing where all is well."""
    assert after(row, asked).message(asked) == message


def test_an_identical_result_is_no_news() -> None:
    """Only another verdict or another kind of reason is worth waking the loop for."""
    readiness = Which.READINESS
    assert after("-").is_news_after(Standing(), readiness)
    assert not after("--").is_news_after(after("-"), readiness)
    assert not after("-----").is_news_after(Standing(last=BAD), readiness)
    assert after("+-").is_news_after(after("+"), readiness)
    assert after("+---").is_news_after(after("+--"), readiness)
    other_words = Outcome(ok=False, kind=BAD.kind, message="GET / answered 503, and differently")
    assert not after("-").after(other_words, TARGET, 0).is_news_after(after("-"), readiness)


def test_that_it_failed_for_good_is_news() -> None:
    """A restart depends on it, although the reason is the same as before."""
    asked = target(Which.STARTUP, period=0.25, failure_threshold=3)
    assert not after("--", asked).is_news_after(after("-", asked), Which.STARTUP)
    assert after("---", asked).is_news_after(after("--", asked), Which.STARTUP)
