"""What will happen by itself, each at its own time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from pullet.testing.clock import VirtualClock

ROUNDING = 1e-6
"""Seconds; who advances the clock by a difference of large numbers may fall short by so much."""


class Agenda:
    """Goes by the time that passes, however the clock is set."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._passed = clock.passed
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count(1)

    @property
    def now(self) -> float:
        """The time of what happens, which may lie before the clock's until all that is due has happened."""
        return self._clock.now() - self._clock.passed + self._passed

    def settle(self) -> None:
        """Let happen what is due."""
        while self._due and self._due[0][0] <= self._clock.passed + ROUNDING:
            self._passed, _, happen = heapq.heappop(self._due)
            happen()
        self._passed = self._clock.passed

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self._passed + seconds, next(self._numbers), happen))

    def next_event(self) -> float | None:
        """In seconds since the epoch."""
        return self._clock.now() + self._due[0][0] - self._clock.passed if self._due else None
