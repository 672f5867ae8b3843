"""Which times of a CronJob are dealt with, whatever became of the clock. Pure.

A time that ran does not run again when the clock is set back to it; one that the clock had leapt over, or that came
only while it was ahead, runs when it comes.
"""

from __future__ import annotations

from dataclasses import replace

from pullet.decide.schedule import Schedule
from pullet.model.run import Stretch, Timetable

MOST = 20
"""Stretches that are told apart. Of more, the first two count as one: rather is a time lost than run twice."""

_JUST_BEFORE = 0.5
"""Seconds; schedules have times at whole seconds."""


def by_this_clock(known: Timetable, now: float) -> Timetable:
    """Where the clock was set back behind what was dealt with last, it goes on from there."""
    if now > known.since:
        return known
    others = _stretches(known)
    here = next((one for one in others if one[0] < now <= one[1]), (now, now))
    return replace(known, since=here[0], handled=here[1], others=tuple(one for one in others if one != here))


def from_now_on(known: Timetable, now: float) -> Timetable:
    """Times that went by meanwhile were not asked for."""
    if now <= known.handled:
        return known
    return replace(known, since=now, handled=now, others=_stretches(known))


def due(schedule: Schedule, known: Timetable, now: float) -> float | None:
    """Of the times that were missed only the last."""
    found = schedule.last(known.handled, now)
    return None if found is None or _covering(found, known) else found


def dealt_with(known: Timetable, at: float, schedule: Schedule) -> Timetable:
    """What was leapt over on the way there has not been."""
    if schedule.after(known.handled) == at:
        return replace(known, handled=at)
    return replace(known, since=at - _JUST_BEFORE, handled=at, others=_stretches(known))


def next_after(schedule: Schedule, known: Timetable, at: float) -> float | None:
    """The first time after `at` that is not dealt with; in seconds since the epoch, None if there is none."""
    found = schedule.after(at)
    while found is not None and (stretch := _covering(found, known)):
        found = schedule.after(stretch[1])
    return found


def _covering(at: float, known: Timetable) -> Stretch | None:
    return next((one for one in known.others if one[0] < at <= one[1]), None)


def _stretches(known: Timetable) -> tuple[Stretch, ...]:
    """With the present one; what touches is one."""
    found: list[Stretch] = []
    for first, last in sorted((*known.others, (known.since, known.handled))):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        elif first < last:
            found.append((first, last))
    if len(found) > MOST:
        found[:2] = [(found[0][0], found[1][1])]
    return tuple(found)
