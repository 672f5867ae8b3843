"""Which containers changed since the last look, and which starved lately: told by `events`, read by `observe`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

LATELY = 60.0
"""Seconds for which it is remembered that a container ran out of memory."""


class Changes:
    """While nobody listens to the engine, any container may have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listening = False
        self._all = True
        self._marked: set[str] = set()
        self._known: frozenset[str] = frozenset()
        self._starved: dict[str, float] = {}

    def mark(self, container: str) -> None:
        with self._lock:
            self._marked.add(container)

    def know(self, containers: Iterable[str]) -> None:
        """Which ones there are: what happens elsewhere is told apart by that."""
        with self._lock:
            self._known = frozenset(containers)

    def ran_out_of_memory(self, container: str) -> None:
        """The engine misses it of some of the lives of what starves again and again, whose ends are then mere kills."""
        with self._lock:
            before = time.monotonic() - LATELY
            self._starved = {one: at for one, at in self._starved.items() if at > before}
            self._starved[container] = time.monotonic()

    def starved_lately(self, container: str) -> bool:
        return self._starved.get(container, -LATELY) > time.monotonic() - LATELY

    def knows(self, container: str) -> bool:
        return container in self._known

    def mark_all(self) -> None:
        with self._lock:
            self._all = True

    def listening(self, now: bool) -> None:
        """Both when the listening begins and when it ends something may have been missed."""
        with self._lock:
            self._listening = now
            self._all = True

    def take(self) -> frozenset[str] | None:
        """Container ids; None where every one may have changed. What is marked from now on is for the next look."""
        with self._lock:
            everything = self._all or not self._listening
            marked, self._marked, self._all = frozenset(self._marked), set(), False
            return None if everything else marked
