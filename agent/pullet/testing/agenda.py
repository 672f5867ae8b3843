"""What will happen by itself, each at its own time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from pullet.testing.clock import VirtualClock


class Agenda:
    """`now` is the time of what happens, which may lie before the clock's until all that is due has happened."""

    def __init__(self, clock: VirtualClock) -> None:
        self.now = clock.now()
        self._clock = clock
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count(1)

    def settle(self) -> None:
        """Let happen what is due."""
        while self._due and self._due[0][0] <= self._clock.now():
            self.now, _, happen = heapq.heappop(self._due)
            happen()
        self.now = self._clock.now()

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._numbers), happen))

    def next_event(self) -> float | None:
        """In seconds since the epoch."""
        return self._due[0][0] if self._due else None
