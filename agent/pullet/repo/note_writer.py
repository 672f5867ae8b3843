"""Publishes reports as Git notes: one thread, the newest report of a commit wins, the loop never waits."""

from __future__ import annotations

import random
import threading
import time
from typing import Literal

import structlog

from pullet.model.errors import PulletError, Refused, Transient
from pullet.model.report import Report
from pullet.repo.mirror import Mirror
from pullet.repo.note_ref import NoteRef
from pullet.repo.notes import meaning, note_text, parse_note

log = structlog.get_logger()

NoteMode = Literal["push", "local", "off"]
FIRST_RETRY = 0.2
LONGEST_RETRY = 300.0


def next_try(failures: int) -> float:
    """Seconds; spread widely, as the agents of a fleet push at the same moments."""
    longest = min(FIRST_RETRY * 2 ** min(failures, 20), LONGEST_RETRY)
    return random.uniform(longest / 2, longest)  # noqa: S311 - not a secret


class NoteWriter:
    """Raises Refused at once for a node's name that cannot name a reference."""

    def __init__(self, mirror: Mirror, node: str, mode: NoteMode) -> None:
        self._mirror = mirror
        self._ref = NoteRef(mirror, node)
        self._mode = mode
        self._changed = threading.Condition()
        self._pending: dict[str, Report] = {}
        self._newest: tuple[object, ...] = ()
        self._working = False
        self._unpushed = False
        self._retry_at: float | None = None
        self._failures = 0
        self._error = ""
        self._said: set[type[PulletError]] = set()
        self._stopped = False
        self._thread: threading.Thread | None = None

    @property
    def error(self) -> str:
        """Why the last note could not be written or pushed; empty when it could."""
        return self._error

    def publish(self, report: Report) -> None:
        """Returns at once; a report without a commit, or that means what the one before meant, is dropped."""
        if self._mode == "off" or not report.commit:
            return
        news = meaning(report.note())
        with self._changed:
            if news == self._newest or self._stopped:
                return
            self._newest = news
            self._pending[report.commit] = report
            self._retry_at = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="notes", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until nothing is left that could be done; true if so."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout)

    def stop(self) -> None:
        """What is pending is dropped: `flush` first."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join(timeout=5)

    def _is_idle(self) -> bool:
        return not self._pending and not self._working and self._retry_at is None

    def _is_due(self) -> bool:
        if self._stopped:
            return True
        if self._retry_at is not None:
            return time.monotonic() >= self._retry_at
        return bool(self._pending)

    def _work(self) -> None:
        if self._mode == "push":
            self._recover()
        while (batch := self._next()) is not None:
            retry_in = self._attempt(batch)
            with self._changed:
                self._working = False
                if retry_in is not None and self._retry_at is None:
                    self._retry_at = time.monotonic() + retry_in
                self._changed.notify_all()

    def _next(self) -> dict[str, Report] | None:
        """Wait for what is to be done; None when stopped, and empty when only the push is tried again."""
        with self._changed:
            while not self._is_due():
                until = self._retry_at
                self._changed.wait(None if until is None else max(0.0, until - time.monotonic()))
            self._working, self._retry_at = True, None
            return None if self._stopped else dict(self._pending)

    def _attempt(self, batch: dict[str, Report]) -> float | None:
        """Seconds until it should be tried again, None where that would not help."""
        try:
            self._mirror.mending(lambda: self._deliver(batch))
        except Transient as error:
            self._say(error)
            self._failures += 1
            return next_try(self._failures)
        except Refused as error:
            self._say(error)
        except Exception:
            log.exception("note_broke")
        else:
            self._recovered()
        self._done(batch)
        return None

    def _deliver(self, batch: dict[str, Report]) -> None:
        for commit, report in batch.items():
            self._write(commit, report)
        self._done(batch)
        if self._unpushed:
            self._ref.push()
            self._unpushed = False
            log.info("note_pushed", ref=self._ref.ref)

    def _write(self, commit: str, report: Report) -> None:
        old = self._ref.read(commit)
        if old is not None and _meaning_of(old) == meaning(report.note()):
            return
        self._ref.write(commit, note_text(report))
        self._unpushed = self._mode == "push"
        log.info("note_written", commit=commit[:10], state=str(report.state))

    def _done(self, batch: dict[str, Report]) -> None:
        with self._changed:
            for commit, report in batch.items():
                if self._pending.get(commit) is report:
                    del self._pending[commit]

    def _recover(self) -> None:
        """The state directory may have been lost since the last note; if not now, the first push finds out."""
        try:
            if not self._ref.exists():
                self._ref.adopt()
        except PulletError as error:
            log.info("old_notes_not_fetched", because=str(error))

    def _say(self, error: PulletError) -> None:
        """One warning of each kind until a push works again."""
        self._error = str(error)
        if type(error) not in self._said:
            self._said.add(type(error))
            log.warning("note_not_pushed", because=str(error), meanwhile="everything else goes on")

    def _recovered(self) -> None:
        self._failures = 0
        if self._error:
            log.info("note_push_recovered", after=self._error)
        self._error = ""
        self._said.clear()


def _meaning_of(text: str) -> tuple[object, ...]:
    try:
        return meaning(parse_note(text))
    except Refused:
        return ()
