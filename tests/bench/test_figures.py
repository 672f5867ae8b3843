"""The benchmark's arithmetic and its words; what it measures is not asserted anywhere."""

from __future__ import annotations

import json

import pytest
from scripts.bench.figures import Below, Exactly, Figure, Limit, Over, Times
from scripts.bench.show import as_json, lines, missed, number


def figure(limit: Limit | None, *samples: float, floor: tuple[float, ...] = ()) -> Figure:
    return Figure("a push", "s", samples, floor, limit)


@pytest.mark.parametrize(
    ("limit", "samples", "floor", "holds"),
    [
        (Over(0.5), (0.4, 0.7, 9.0), (0.1, 0.2, 0.3), True),
        (Over(0.5), (0.8,), (0.2,), False),
        (Times(1.15), (1.1, 1.1, 5.0), (1.0,), True),
        (Times(1.15), (1.2,), (1.0,), False),
        (Below(1), (0.99,), (), True),
        (Below(1), (1.0,), (), False),
        (Exactly(0), (0,), (), True),
        (Exactly(0), (1,), (), False),
        (None, (1.0,), (), None),
    ],
)
def test_limit_is_held_against_medians(
    limit: Limit | None, samples: tuple[float, ...], floor: tuple[float, ...], holds: bool | None
) -> None:
    """The median of what was measured, over or times the median of the floor; or the value itself."""
    assert figure(limit, *samples, floor=floor).holds is holds


def test_worst_case_may_count() -> None:
    """Where the maximum is what was promised, one late sample misses the limit."""
    worst = Figure("a kill", "s", (0.1, 0.1, 0.9), (0.2,), Over(0.5), worth=max)
    assert worst.value == 0.9
    assert worst.holds is False


def test_a_limit_over_no_floor_is_not_held_by_luck() -> None:
    """Without a floor nothing is so many times as slow as it."""
    assert figure(Times(1.15), 0.1).holds is False


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(0.4116, "s", "412 ms"), (4.5, "s", "4.5 s"), (0, "calls", "0 calls"), (68.734, "MB", "68.73 MB")],
)
def test_number_says_what_can_be_known(value: float, unit: str, shown: str) -> None:
    """Three digits or so, and milliseconds below a second."""
    assert number(value, unit) == shown


def test_table_shows_floor_limit_and_verdict() -> None:
    """A line for each figure, with what it is compared with."""
    held, late = figure(Times(1.15), 1.1, floor=(1.0,)), figure(Over(0.5), 0.8, floor=(0.2,))
    header, first, second, third = lines([held, late, figure(None, 2.0)])
    assert header.split()[:3] == ["what", "measured", "floor"]
    assert first.split()[2:] == ["1.1", "s", "1", "s", "x1.100", "x1.15", "holds"]
    assert second.split()[-5:] == ["+600", "ms", "+500", "ms", "MISSED"]
    assert third.split() == ["a", "push", "2", "s"]
    assert missed([held, late]) == ["a push"]


def test_json_holds_every_sample() -> None:
    """So that others can reckon with them."""
    written = json.loads(json.dumps(as_json({"cores": 2}, [figure(Over(0.6), 0.4, 0.5, 0.6, floor=(0.2,))])))
    (only,) = written["figures"]
    assert written["machine"] == {"cores": 2}
    assert only["samples"] == [0.4, 0.5, 0.6]
    assert (only["value"], only["floor"], only["limit"], only["holds"]) == (0.5, 0.2, {"over": 0.6}, True)
