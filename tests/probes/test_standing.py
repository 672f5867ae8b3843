"""What a row of answers amounts to, under a clock that only the test moves."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from pullet.model.observed import Answer
from pullet.model.probe import Exec, Probe
from pullet.probes.standing import Outcome, Standing

PROBE = Probe(Exec(("true",)))
GOOD = Outcome(ok=True, kind="status 200", message="GET / answered 200")
BAD = Outcome(ok=False, kind="status 503", message="GET / answered 503")
OUTCOMES = {"+": GOOD, "-": BAD}


def after(row: str, probe: Probe = PROBE) -> Standing:
    """The standing after a row of good (+) and bad (-) answers."""
    standing = Standing()
    for mark in row:
        standing = standing.after(OUTCOMES[mark], probe)
    return standing


def course(row: str, probe: Probe) -> str:
    """Ready (R) or not (.) after each answer of a row."""
    return "".join("R" if after(row[: count + 1], probe).ready else "." for count in range(len(row)))


def asked_at(row: str, probe: Probe) -> list[float]:
    """When each of a row of answers is asked for, in seconds from the first."""
    now, times = 0.0, [0.0]
    for count in range(len(row)):
        now += after(row[: count + 1], probe).pause(probe, "id")
        times.append(now)
    return times


@pytest.mark.parametrize(
    ("successes", "failures", "row", "ready"),
    [
        (1, 3, "+", "R"),
        (1, 3, "-", "."),
        (1, 3, "--+", "..R"),
        (1, 3, "+--", "RRR"),
        (1, 3, "+---", "RRR."),
        (1, 3, "+--+--+", "RRRRRRR"),
        (1, 3, "+---+", "RRR.R"),
        (1, 1, "+-+", "R.R"),
        (3, 3, "+++", "..R"),
        (3, 3, "++-+++", ".....R"),
        (3, 3, "+++---++", "..RRR..."),
        (2, 1, "++-++", ".R..R"),
    ],
)
def test_thresholds(successes: int, failures: int, row: str, ready: str) -> None:
    """Readiness changes only after so many answers of the other sort in a row, and begins as not ready."""
    probe = replace(PROBE, success_threshold=successes, failure_threshold=failures)
    assert course(row, probe) == ready


def test_the_first_success_is_looked_for_quickly_up_to_the_period() -> None:
    """Before the first success the pauses double from a quarter of a second and never exceed the period."""
    assert asked_at("-----", replace(PROBE, period=3)) == [0, 0.25, 0.75, 1.75, 3.75, 6.75]
    assert asked_at("---", replace(PROBE, period=1)) == [0, 0.25, 0.75, 1.75]


def test_after_the_first_success_the_period_holds() -> None:
    """Failures after a success are not asked about faster, so that a threshold means what it says."""
    times = asked_at("+---+-", replace(PROBE, period=10))
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 5 < pauses[0] <= 10
    assert pauses[1:] == [10] * 5


def test_containers_that_start_together_drift_apart_once() -> None:
    """The first pause after the first success differs by container and is the same for the same one."""
    standing = after("+")
    pauses = [standing.pause(PROBE, f"container-{number}") for number in range(100)]
    assert len(set(pauses)) > 90
    assert all(5 < pause <= 10 for pause in pauses)
    assert standing.pause(PROBE, "container-7") == pauses[7]


def test_a_container_that_never_succeeds_is_asked_for_ever() -> None:
    """The doubling of the pause does not overflow, however long it goes on."""
    assert Standing(asked=10**6).pause(PROBE, "id") == PROBE.period


@pytest.mark.parametrize(
    ("row", "probe", "answer"),
    [
        ("", PROBE, Answer(ready=False, message="not asked yet")),
        ("-", PROBE, Answer(ready=False, message="GET / answered 503")),
        ("+", PROBE, Answer(ready=True)),
        ("+-", PROBE, Answer(ready=True, message="GET / answered 503; not ready after 3 in a row")),
        (
            "+",
            replace(PROBE, success_threshold=2),
            Answer(ready=False, message="GET / answered 200; ready after 2 in a row"),
        ),
    ],
)
def test_the_reason_in_words(row: str, probe: Probe, answer: Answer) -> None:
    """An answer says why in words, and nothing where all is well."""
    assert after(row, probe).answer(probe) == answer


def test_an_identical_result_is_no_news() -> None:
    """Only another readiness or another kind of reason is worth waking the loop for."""
    assert after("-").is_news_after(Standing())
    assert not after("--").is_news_after(after("-"))
    assert after("+-").is_news_after(after("+"))
    other_words = Outcome(ok=False, kind=BAD.kind, message="GET / answered 503, and differently")
    assert not after("-").after(other_words, PROBE).is_news_after(after("-"))
