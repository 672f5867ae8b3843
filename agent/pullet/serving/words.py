"""Spans of time as people say them."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3600, 86400


def span(seconds: float) -> str:
    """`0.4s`, `75s`, `12 min`, `5 h`, `3 days`; never negative."""
    seconds = max(seconds, 0)
    if seconds < 10:  # noqa: PLR2004 - one digit tells more than none
        return f"{seconds:.1f}s"
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f}s"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{seconds / HOUR:.0f} h"
    return f"{seconds / DAY:.0f} days"
