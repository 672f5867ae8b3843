"""When a step that failed is tried again: soon at first, at most every half minute, never given up.

A new specification has attempts of its own, so it never waits for the failures of the one before.
"""

from __future__ import annotations

from pullet.model.observed import Attempt

CAP = 30.0
"""Seconds; the longest pause between two tries."""

STABLE = 60.0
"""Seconds after which the next failure counts as the first again."""


def next_try(attempt: Attempt) -> float:
    """Seconds since the epoch: 1, 2, 4, … seconds after a failure; the first repetition of a success at once."""
    failures = attempt.count if attempt.error else attempt.count - 1
    pause = min(CAP, 2.0 ** (failures - 1)) if failures > 0 else 0.0
    return attempt.at + pause


def waits_until(attempt: Attempt | None, now: float) -> float | None:
    """The time to wait for, or None where the step may be taken now.

    An attempt in the future was made before somebody set the clock back: nobody waits for that time to come again.
    """
    if attempt is None or not 0 <= now - attempt.at < STABLE:
        return None
    at = next_try(attempt)
    return at if at > now else None
