"""What can wake the loop: anything that has news says so here, and the loop alone decides what it means."""

from __future__ import annotations

import threading


class Wake:
    """Coalesces any number of calls into one awakening; safe to call from any thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._reasons: list[str] = []

    def __call__(self, reason: str) -> None:
        with self._condition:
            if reason not in self._reasons:
                self._reasons.append(reason)
            self._condition.notify_all()

    def wait(self, timeout: float) -> tuple[str, ...]:
        """Up to `timeout` seconds, or until called; the reasons since the last wait, in order."""
        with self._condition:
            if not self._reasons:
                self._condition.wait(timeout)
            reasons, self._reasons = tuple(self._reasons), []
            return reasons
