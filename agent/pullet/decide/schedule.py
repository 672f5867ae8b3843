"""When a schedule's times are, in seconds since the epoch: those whose clock on the wall shows what is written. Pure.

So a time that the clocks skip in spring does not come, and one that they repeat in autumn comes twice, as in
Kubernetes, whose rules are those of https://github.com/robfig/cron/blob/v3.0.1/spec.go and parser.go. What is written
was checked at the door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YEARS = 5
"""A schedule without a time in so many years, such as a 30th of February, never has one."""

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": MINUTE, "h": HOUR}
_LENGTH = re.compile(r"(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)")
_WINDOWS = (HOUR, DAY, 32 * DAY, 366 * DAY, YEARS * 366 * DAY)


class Schedule(Protocol):
    """Times without end, or none at all."""

    def after(self, at: float) -> float | None:
        """The first time after `at`."""

    def last(self, after: float, until: float) -> float | None:
        """The last time after `after` that is not later than `until`."""


@cache
def schedule(text: str, zone: str) -> Schedule:
    """As a CronJob writes it; without a `zone` in the node's own."""
    if text.startswith("@every "):
        lengths = _LENGTH.findall(text)
        return Every(max(1.0, float(round(sum(float(number) * _UNITS[unit] for number, unit in lengths)))))
    minutes, hours, days, months, weekdays = _MACROS.get(text, text).lower().split()
    return Fields(
        ZoneInfo(zone) if zone else None,
        _Numbers.read(minutes, 0, 59),
        _Numbers.read(hours, 0, 23),
        _Numbers.read(days, 1, 31),
        _Numbers.read(months, 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
        _Numbers.read(weekdays, 0, 6, {name: number for number, name in enumerate(_DAYS)}),
    )


@dataclass(frozen=True, slots=True)
class Every:
    """So many seconds from one time to the next."""

    seconds: float

    def after(self, at: float) -> float:
        return at + self.seconds

    def last(self, after: float, until: float) -> float | None:
        count = (until - after) // self.seconds
        return after + count * self.seconds if count >= 1 else None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What a field allows; `all` where it is written with a star, which matters to the rule for days."""

    allowed: frozenset[int]
    all: bool

    @classmethod
    def read(cls, text: str, least: int, most: int, names: Mapping[str, int] | None = None) -> _Numbers:
        allowed: set[int] = set()
        star = False
        for part in text.split(","):
            span, _, step = part.partition("/")
            first, dash, last = span.partition("-")
            every = first in "*?"
            begin = least if every else _number(first, names or {})
            end = _number(last, names or {}) if dash else most if every or step else begin
            allowed.update(range(begin, end + 1, int(step or 1)))
            star = star or (every and int(step or 1) == 1)
        return cls(frozenset(allowed), star)

    def next(self, number: int) -> int | None:
        return min((one for one in self.allowed if one >= number), default=None)


@dataclass(frozen=True, slots=True)
class Fields:
    """Five fields of numbers; a `zone` of None is the node's own, the one thing that is not passed in."""

    zone: ZoneInfo | None
    minutes: _Numbers
    hours: _Numbers
    days: _Numbers
    months: _Numbers
    weekdays: _Numbers

    def after(self, at: float) -> float | None:
        moment = (at // MINUTE + 1) * MINUTE
        horizon = moment + YEARS * 366 * DAY
        while moment < horizon:
            further = self._further(moment)
            if further is None:
                return moment
            moment = further
        return None

    def last(self, after: float, until: float) -> float | None:
        """Looked for from near to far, as what is long ago is seldom asked for."""
        first = self.after(after)
        if first is None or first > until:
            return None
        for window in _WINDOWS:
            found, moment = first, self.after(max(first, until - window))
            while moment is not None and moment <= until:
                found, moment = moment, self.after(moment)
            if found > first:
                return found
        return first

    def _further(self, moment: float) -> float | None:
        """Not before when the next time can be; None where it is this one."""
        wall = datetime.fromtimestamp(moment, self.zone)
        if wall.month not in self.months.allowed:
            return max(
                self._midnight((wall.replace(day=1) + timedelta(days=32)).replace(day=1)), moment + MINUTE
            )
        if not self._is_day(wall):
            return max(self._midnight(wall + timedelta(days=1)), moment + MINUTE)
        if wall.hour not in self.hours.allowed:
            return moment + (60 - wall.minute) * MINUTE
        minute = self.minutes.next(wall.minute)
        if minute == wall.minute:
            return None
        return moment + ((60 if minute is None else minute) - wall.minute) * MINUTE

    def _midnight(self, wall: datetime) -> float:
        return datetime(wall.year, wall.month, wall.day, tzinfo=self.zone).timestamp()

    def _is_day(self, wall: datetime) -> bool:
        """Where both kinds of days are restricted, one of them is enough."""
        by_date = wall.day in self.days.allowed
        by_week = wall.isoweekday() % 7 in self.weekdays.allowed
        return by_date and by_week if self.days.all or self.weekdays.all else by_date or by_week


def _number(word: str, names: Mapping[str, int]) -> int:
    return names[word] if word in names else int(word)
