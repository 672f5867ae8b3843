"""When a schedule's times are: against a clock on the wall that is looked at every minute."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.decide.schedule import schedule

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def times(text: str, zone: str, after: float, count: int) -> list[str]:
    """The next times, in UTC."""
    found = []
    moment: float | None = after
    for _ in range(count):
        moment = schedule(text, zone).after(moment or 0)
        assert moment is not None
        found.append(datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*/20 * * * *", ["2026-03-01 00:20", "2026-03-01 00:40", "2026-03-01 01:00"]),
        ("5/20 1 * * *", ["2026-03-01 01:05", "2026-03-01 01:25", "2026-03-01 01:45"]),
        ("0 9-17/4 * * MON-FRI", ["2026-03-02 09:00", "2026-03-02 13:00", "2026-03-02 17:00"]),
        ("0 0 29 feb ?", ["2028-02-29 00:00"]),
        ("@monthly", ["2026-04-01 00:00", "2026-05-01 00:00"]),
        ("@weekly", ["2026-03-08 00:00"]),
        ("0 0 13 * 5", ["2026-03-06 00:00", "2026-03-13 00:00", "2026-03-20 00:00"]),
        ("0 0 */13 * 5", ["2026-03-06 00:00", "2026-03-13 00:00", "2026-03-14 00:00"]),
        ("0 0 */1 * 5", ["2026-03-06 00:00", "2026-03-13 00:00"]),
        ("@every 1h30m", ["2026-03-01 01:30", "2026-03-01 03:00"]),
    ],
)
def test_times(text: str, expected: list[str]) -> None:
    """Ranges, steps, names, macros; and a day that is restricted twice needs only one of both."""
    assert times(text, "UTC", at("2026-03-01T00:00"), len(expected)) == expected


def test_a_time_that_the_clocks_skip_does_not_come() -> None:
    """In Berlin 02:30 is left out on the last Sunday of March."""
    assert times("30 2 * * *", BERLIN, at("2026-03-27T12:00"), 3) == [
        "2026-03-28 01:30",
        "2026-03-30 00:30",
        "2026-03-31 00:30",
    ]


def test_a_time_that_the_clocks_repeat_comes_twice() -> None:
    """In Berlin 02:30 is there twice on the last Sunday of October."""
    assert times("30 2 * * *", BERLIN, at("2026-10-24T12:00"), 3) == [
        "2026-10-25 00:30",
        "2026-10-25 01:30",
        "2026-10-26 01:30",
    ]


def test_a_day_that_does_not_exist_never_comes() -> None:
    """And that is found out in a moment."""
    assert schedule("0 0 30 2 *", "UTC").after(at("2026-03-01T00:00")) is None
    assert schedule("0 0 30 2 *", "UTC").last(0.0, at("2026-03-01T00:00")) is None


def test_the_last_time_is_found_however_long_ago_it_is() -> None:
    """A node may have been away for a year."""
    found = schedule("0 0 1 1 *", BERLIN).last(at("2020-06-01T00:00"), at("2026-03-01T00:00"))
    assert found == at("2026-01-01T00:00", BERLIN)
    assert schedule("@every 1h", "").last(100.0, 100.0 + 7199) == 3700.0
    assert schedule("@every 1h", "").last(100.0, 3699.0) is None


ZONES = (
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kolkata",
)
CHANGES = (
    "2026-03-08",
    "2026-03-29",
    "2026-04-05",
    "2026-04-24",
    "2026-09-06",
    "2026-10-04",
    "2026-10-25",
    "2026-11-01",
)


def field(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    part = st.one_of(st.just("*"), number.map(str), span, st.integers(1, 20).map(lambda step: f"*/{step}"))
    return st.lists(part, min_size=1, max_size=2).map(",".join)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(CHANGES),
    st.integers(-48 * 60, 24 * 60),
    st.tuples(field(0, 59), field(0, 23), field(1, 31), st.sampled_from(("*", "3-4", "9-11")), field(0, 6)),
)
def test_every_time_is_one_that_the_clock_on_the_wall_shows(
    zone: str, change: str, offset: int, fields: tuple[str, str, str, str, str]
) -> None:
    """Around every change of clocks: the times of a day are those of a walk from minute to minute."""
    begin = at(f"{change}T00:00") + offset * 60
    end = begin + 86400
    expected = [moment for moment in _minutes(begin, end) if _shows(moment, zone, fields)]
    found, moment = [], begin
    while (following := schedule(" ".join(fields), zone).after(moment)) is not None and following <= end:
        found.append(following)
        moment = following
    assert found == expected
    assert schedule(" ".join(fields), zone).last(begin, end) == (expected[-1] if expected else None)


def _minutes(begin: float, end: float) -> list[float]:
    return [begin + 60 * count for count in range(1, round((end - begin) / 60) + 1)]


def _shows(moment: float, zone: str, fields: tuple[str, str, str, str, str]) -> bool:
    wall = datetime.fromtimestamp(moment, ZoneInfo(zone))
    minute, hour, day, month, weekday = (
        _holds(text, number, least)
        for text, number, least in zip(
            fields,
            (wall.minute, wall.hour, wall.day, wall.month, wall.isoweekday() % 7),
            (0, 0, 1, 1, 0),
            strict=True,
        )
    )
    free = any(part in ("*", "*/1") for text in (fields[2], fields[4]) for part in text.split(","))
    return minute and hour and month and ((day and weekday) if free else (day or weekday))


def _holds(text: str, number: int, least: int) -> bool:
    return any(_part(part, number, least) for part in text.split(","))


def _part(part: str, number: int, least: int) -> bool:
    if part.startswith("*"):
        return (number - least) % int(part.partition("/")[2] or 1) == 0
    first, _, last = part.partition("-")
    return int(first) <= number <= int(last or first)
