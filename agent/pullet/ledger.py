"""The small durable memory: one JSON file, replaced as a whole, so that a crash leaves the old or the new.

Losing it costs the history and the time since when a state holds, and never a container.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import structlog

from pullet.model.memory import Followed, Memory
from pullet.model.report import Report
from pullet.model.snapshot import Revision

log = structlog.get_logger()

KEEP = 200
"""Revisions that the history goes back."""


class Ledger:
    """Read once at start, kept in memory, written when something in it changed."""

    def __init__(self, state: Path) -> None:
        self._file = state / "ledger.json"
        self._memory = _load(self._file)

    def read(self) -> Memory:
        return self._memory

    def follow(self, revision: Revision, now: float) -> None:
        """Remember when this node first saw the revision; `now` in seconds since the epoch."""
        last = self._memory.last
        if revision.commit and (last is None or last.commit != revision.commit):
            seen = Followed(revision.commit, revision.subject, seen=now, state="progressing", since=now)
            self._write(Memory((*self._memory.followed, seen)[-KEEP:]))

    def record(self, report: Report) -> None:
        """What came of the revision that is followed now."""
        last = self._memory.last
        if last is None or last.commit != report.commit:
            return
        now = replace(last, state=str(report.state), since=report.since, message=report.message)
        if now != last:
            self._write(Memory((*self._memory.followed[:-1], now)))

    def _write(self, memory: Memory) -> None:
        self._memory = memory
        draft = self._file.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as out:
            json.dump(asdict(memory), out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._file)


def _load(file: Path) -> Memory:
    """An unreadable ledger is put aside, not deleted."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Memory(tuple(Followed(**entry) for entry in data["followed"]))
    except FileNotFoundError:
        return Memory()
    except (ValueError, TypeError, KeyError) as error:
        aside = file.with_suffix(".broken")
        file.replace(aside)
        log.warning("ledger_put_aside", because=f"it cannot be read: {error}", kept_as=str(aside))
        return Memory()
