"""The small durable memory: one JSON file, replaced as a whole, so that a crash leaves the old or the new.

Losing it costs the history and the time since when a state holds, and never a container.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from pullet.model.errors import Refused
from pullet.model.memory import Followed, Memory
from pullet.model.report import Report, State
from pullet.model.snapshot import Revision

log = structlog.get_logger()

KEEP = 200
"""Revisions that the history goes back."""

_MEMORY = TypeAdapter(Memory)


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
            self._write(replace(self._memory, followed=(*self._memory.followed, seen)[-KEEP:]))

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
            self._write(replace(self._memory, followed=(*self._memory.followed[:-1], now)))

    def keep(self, memory: Memory) -> None:
        """What was found out, before anything is done because of it."""
        if memory != self._memory:
            self._write(memory)

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
    except ValueError as error:
        raise Refused(
            f"{file} is damaged: {error}", hint="the agent puts it aside when it starts, and begins a new one"
        ) from None


def _load(file: Path) -> Memory:
    """A damaged ledger is put aside, not deleted."""
    try:
        return _read(file)
    except ValueError as error:
        aside = file.with_suffix(".broken")
        file.replace(aside)
        log.warning("ledger_put_aside", because=f"it is damaged: {error}", kept_as=str(aside))
        return Memory()
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}", hint="see state in the settings") from None


def _read(file: Path) -> Memory:
    """Raises OSError, and ValueError for what is no ledger."""
    try:
        return _MEMORY.validate_json(file.read_bytes())
    except FileNotFoundError:
        return Memory()
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(": ".join((*map(str, first["loc"]), first["msg"]))) from None


def _save(memory: Memory, file: Path) -> None:
    draft = file.with_suffix(".new")
    with draft.open("wb") as out:
        out.write(_MEMORY.dump_json(memory, indent=1))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
