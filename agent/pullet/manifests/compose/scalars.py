"""How Compose writes numbers, truth, sizes and durations.

https://github.com/compose-spec/compose-spec/blob/main/11-extension.md#specifying-byte-values and the section after it
"""

from __future__ import annotations

import math
import re

from pullet.manifests.problems import described

_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,2})?")
_SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?) ?(?:([kmgtp])i?)?b?", re.IGNORECASE)
_DURATION = re.compile(r"([0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(ns|us|µs|μs|ms|s|m|h|d|w)")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
}
_TRUE = frozenset({"true", "1", "t", "y", "yes", "on"})
_FALSE = frozenset({"false", "0", "f", "n", "no", "off"})
_SIMPLE_UP_TO = 1e21


class Wrong(Exception):  # noqa: N818 - what is said of the value
    """Why a value cannot be what it should be, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Absent(Wrong):
    """What is named is not there: no mistake of a file that is looked at without the rest of its repository."""


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise Wrong(f"must be true or false, not {_called(value)}", _hint(value))


def whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise Wrong(f"must be a whole number, not {_called(value)}", _hint(value))


def number(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _SIMPLE_UP_TO:
        return float(value)
    raise Wrong(f"must be a number, not {_called(value)}", _hint(value))


def size(value: object) -> int:
    """Bytes. A number, or text such as 512k, 1.5g, 2GiB: every unit is a power of 1024."""
    if isinstance(value, str):
        found = _SIZE.fullmatch(value)
        if found:
            power = " kmgtp".index((found[2] or " ").lower())
            whole_number = "." not in found[1]
            return int(found[1]) * 1024**power if whole_number else int(float(found[1]) * 1024**power)
        if value == "-1":
            return -1
        raise Wrong("is not a size", "write bytes, or a number and one of b, k, m, g: 512m")
    return whole(value)


def duration(value: object) -> float:
    """Seconds."""
    if not isinstance(value, str):
        hint = (
            f"write {value}s"
            if isinstance(value, int) and not isinstance(value, bool)
            else "write it as 1m30s"
        )
        raise Wrong(f"must be a duration, not {described(value)}", hint)
    at, seconds = 0, 0.0
    while at < len(value) and (part := _DURATION.match(value, at)):
        seconds += float(part[1]) * _SECONDS[part[2]]
        at = part.end()
    if value == "0" or (at == len(value) and value):
        return seconds
    raise Wrong("is not a duration", "write it as 1m30s, with us, ms, s, m, h, d or w behind each number")


def microseconds(value: object) -> int:
    """A number of them, or a duration."""
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        return round(duration(value) * 1_000_000)
    return whole(value)


def permissions(value: object) -> int:
    """A number as YAML has read it (0440 is octal there), or octal digits as text."""
    if isinstance(value, str) and re.fullmatch(r"(?:0o)?[0-7]{1,6}", value):
        return int(value.removeprefix("0o"), 8)
    if isinstance(value, str):
        raise Wrong("is not a mode", 'write octal digits: "0440"')
    return whole(value)


def text(value: object) -> str:
    """A scalar as Compose prints it into a variable or a label."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _printed(value)
    raise Wrong(f"must be text, not {described(value)}")


def _called(value: object) -> str:
    if isinstance(value, float):
        return "a fraction"
    return described(value) if value != "" else "empty text"


def _hint(value: object) -> str:
    return "is a variable not set?" if value == "" else ""


def _printed(value: float) -> str:
    """The shortest digits, with an exponent where Go writes one."""
    if math.isinf(value) or math.isnan(value):
        return "NaN" if math.isnan(value) else f"{value:+}".replace("inf", "Inf")
    if value.is_integer() and abs(value) < _SIMPLE_UP_TO:
        return str(int(value))
    return repr(value)
