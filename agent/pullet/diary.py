"""What the agent did and found lately, by workload: the last lines of its log that name one, kept in memory.

There is no store of events: with the agent they are gone, and its log has them all.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, MutableMapping
from threading import Lock
from typing import Any

from pullet.model.report import timestamp

KEEP = 20
"""Entries for each workload."""

WORKLOADS = 1000
"""Of more, those that were first heard of are forgotten first."""

SAID = {"step_started": "{do} begins", "step_done": "{do} done", "step_failed": "{do} failed"}

Entry = dict[str, str]


class Diary:
    """A structlog processor that lets everything pass. `clock` gives seconds since the epoch. Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._pages: dict[str, deque[Entry]] = {}

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        subject = str(line.get("instance") or line.get("workload") or "")
        if subject:
            self._write(subject, line)
        return line

    def of(self, workload: str) -> list[Entry]:
        """Oldest first: `at`, `instance` (or the workload, where it is about all of it), `what`, `because`."""
        with self._lock:
            return list(self._pages.get(workload, ()))

    def _write(self, subject: str, line: MutableMapping[str, Any]) -> None:
        entry = {
            "at": timestamp(self._clock()),
            "instance": subject,
            "what": SAID.get(line["event"], line["event"].replace("_", " ")).format_map(line),
            "because": str(line.get("error") or line.get("because") or ""),
        }
        with self._lock:
            if len(self._pages) >= WORKLOADS and subject.partition("#")[0] not in self._pages:
                self._pages.pop(next(iter(self._pages)))
            self._pages.setdefault(subject.partition("#")[0], deque(maxlen=KEEP)).append(entry)
