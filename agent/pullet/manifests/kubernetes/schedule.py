"""The schedule of a CronJob, as Kubernetes reads it, and its time zone.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
"""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from pullet.manifests.schema import wrong

MACROS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_EVERY = re.compile(r"@every (?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+")
_PART = re.compile(r"(?P<first>\*|\?|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


class _Field(NamedTuple):
    what: str
    least: int
    most: int
    names: dict[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Field("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)


def _schedule(text: str) -> str:
    if text.startswith(("TZ=", "CRON_TZ=")):
        raise wrong("may not name a time zone", "write timeZone")
    if text in MACROS or _EVERY.fullmatch(text):
        return text
    if text.startswith("@"):
        raise wrong("is not a schedule", f"there are {', '.join(sorted(MACROS))} and @every 1h30m")
    words = text.split()
    if len(words) != len(_FIELDS):
        raise wrong(
            f"must have five fields, not {len(words)}", 'minute, hour, day, month, weekday: "0 3 * * 1"'
        )
    for word, field in zip(words, _FIELDS, strict=True):
        for part in word.split(","):
            _check(part, field)
    return text


def _check(part: str, field: _Field) -> None:
    match = _PART.fullmatch(part)
    allowed = f"{field.least} to {field.most}"
    hint = f"{allowed}, also by name" if field.names else f"{allowed}, such as */5, 1-3 or 1,2"
    if match is None or (match["first"] in "*?" and match["last"]):
        raise wrong(f"the {field.what} is not as schedules write it", hint)
    first = field.least if match["first"] in "*?" else _number(match["first"], field, hint)
    last = first if match["last"] is None else _number(match["last"], field, hint)
    if last < first:
        raise wrong(f"the {field.what} ends before it begins", hint)
    if match["step"] is not None and not int(match["step"][:9]):
        raise wrong(f"the step of the {field.what} must be at least 1", hint)


def _number(word: str, field: _Field, hint: str) -> int:
    number = int(word) if _NUMBER.fullmatch(word) else field.names.get(word.lower(), -1)
    if not field.least <= number <= field.most:
        raise wrong(f"the {field.what} is out of range", hint)
    return number


def _zone(name: str) -> str:
    """The names are those of the machine's time zone database; where it has none, every name passes."""
    known = zoneinfo.available_timezones()
    if known and name not in known:
        raise wrong("is not a time zone of the tz database", "such as Europe/Berlin or Etc/UTC")
    return name


Schedule = Annotated[str, AfterValidator(_schedule)]
Zone = Annotated[str, AfterValidator(_zone)]
