"""Time that passes when a test says so."""

from __future__ import annotations


class VirtualClock:
    """Seconds since the epoch, standing still."""

    def __init__(self, start: float = 1_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds
