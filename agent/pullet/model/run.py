"""What a node remembers of the runs of its Jobs and CronJobs, so that none is started twice, and none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How a run ended; one that still goes on has none."""

    NONE = ""
    COMPLETE = "complete"
    FAILED = "failed"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Tries:
    """The failures of one index: those that count against the limits, those that do not, and when the last was seen.

    An index that was `given_up` is not tried again. `at` in seconds since the epoch.
    """

    counted: int = 0
    ignored: int = 0
    at: float = 0.0
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a Job. Times in seconds since the epoch; `began` is None while it is suspended.

    `because` is how the last failure was, and in the end why it failed. `tries` are by index. `seen` says how many
    failures of a container are taken into account already, by its id, so that none counts twice; `stale` are those
    that ended before a person had it tried again.
    """

    began: float | None
    ended: float | None = None
    outcome: Outcome = Outcome.NONE
    because: str = ""
    succeeded: tuple[str, ...] = ()
    tries: Mapping[str, Tries] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    stale: tuple[str, ...] = ()


Stretch = tuple[float, float]
"""After the first, and up to the last, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """What a CronJob was last seen to say, and which of its times are dealt with, in seconds since the epoch.

    Those are all after `since` and up to `handled`, and those of `others`, from when the clock told another time.
    """

    schedule: str
    handled: float
    since: float = 0.0
    others: tuple[Stretch, ...] = ()


def workload_of(key: str) -> str:
    """The name of the workload whose run it is, by the run's key in the memory."""
    return key.partition(" ")[0].partition("@")[0]
