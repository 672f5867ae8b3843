"""The small durable memory: one JSON file, replaced as a whole, so that a crash leaves the old or the new.

Losing it costs the history and the time since when a state holds, and never a container.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import structlog

from pullet.model.errors import Refused
from pullet.model.memory import Followed, Memory
from pullet.model.report import Report, State
from pullet.model.snapshot import Revision

log = structlog.get_logger()

KEEP = 200
"""Revisions that the history goes back."""


class Ledger:
    """Read once at start, kept in memory, written when something in it changed."""

    def __init__(self, state: Path) -> None:
        self._file = state / "ledger.json"
        self._memory = _load(self._file)
        self._error = ""

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
        ceased = last.state == State.CONVERGED and report.state is not State.CONVERGED
        now = replace(
            last,
            state=str(report.state),
            since=report.since,
            message=report.message,
            left=report.since if ceased else last.left,
        )
        if now != last:
            self._write(Memory((*self._memory.followed[:-1], now)))

    def _write(self, memory: Memory) -> None:
        """What cannot be written is remembered until the agent ends; a full disk does not stop the loop."""
        self._memory = memory
        try:
            _save(memory, self._file)
        except OSError as error:
            if str(error) != self._error:
                log.warning("ledger_not_written", because=str(error), meanwhile="everything else goes on")
            self._error = str(error)
        else:
            self._error = ""


def read_ledger(state: Path) -> Memory:
    """For those who only look. Raises Refused."""
    file = state / "ledger.json"
    try:
        return _read(file)
    except OSError as error:
        hint = "try again with sudo" if isinstance(error, PermissionError) else ""
        raise Refused(f"{file} cannot be read: {error.strerror}", hint=hint) from None
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(
            f"{file} is damaged: {error}", hint="the agent puts it aside when it starts, and begins a new one"
        ) from None


def _load(file: Path) -> Memory:
    """A damaged ledger is put aside, not deleted."""
    try:
        return _read(file)
    except (ValueError, TypeError, KeyError) as error:
        aside = file.with_suffix(".broken")
        file.replace(aside)
        log.warning("ledger_put_aside", because=f"it is damaged: {error}", kept_as=str(aside))
        return Memory()
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", hint="see state in the settings") from None


def _read(file: Path) -> Memory:
    """Raises OSError, and ValueError, TypeError or KeyError for what is no ledger."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Memory()
    return Memory(tuple(Followed(**entry) for entry in data["followed"]))


def _save(memory: Memory, file: Path) -> None:
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as out:
        json.dump(asdict(memory), out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
