"""Time that passes when a test says so."""

from __future__ import annotations


class VirtualClock:
    """Seconds since the epoch, standing still; it may be set anew, while what passes by itself goes on."""

    def __init__(self, start: float = 1_000_000.0) -> None:
        self.passed = 0.0
        self._start = start

    def now(self) -> float:
        return self._start + self.passed

    def advance(self, seconds: float) -> None:
        self.passed += seconds

    def jump(self, seconds: float) -> None:
        """Somebody set it, forth or back: no time passes."""
        self._start += seconds
