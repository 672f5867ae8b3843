"""Follows the branch in a thread and holds the last good snapshot for the loop, which never waits for git."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import structlog

from pullet.model.errors import PulletError, Refused
from pullet.model.snapshot import Fetched, Snapshot
from pullet.repo.mirror import Mirror
from pullet.repo.remote import Remote
from pullet.repo.watch import fingerprint, is_watchable, watch

log = structlog.get_logger()

SOON = 2.0
LONGEST = 300.0
JITTER = 0.1


def next_look(poll: float, failures: int, *, refused: bool = False) -> float:
    """Seconds until the next fetch: the poll, and after `failures` in a row soon, then ever later.

    What was refused is not asked for more often than the poll: servers lock out who insists.
    """
    if not failures:
        return poll
    first = poll if refused else min(SOON, poll)
    return float(min(first * 2 ** min(failures - 1, 20), max(poll, LONGEST)))


class Follower:
    """`wake("git")` is called when the revision or what is wrong changed, and when a fetch asked for has ended.

    `base` names the last commit that this node acted on before the one it is asked about.
    """

    def __init__(
        self,
        mirror: Mirror,
        remote: Remote,
        wake: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        base: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._mirror = mirror
        self._remote = remote
        self._wake = wake
        self._clock = clock
        self._base = base
        self._snapshot: Snapshot | None = None
        self._fetched = Fetched()
        self._failures = 0
        self._due = threading.Event()
        self._poked = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def latest(self) -> Snapshot | None:
        return self._snapshot

    def fetched(self) -> Fetched:
        return self._fetched

    def start(self) -> None:
        """Begins with what the mirror has, which needs no network, before it returns; then fetches."""
        self._look(self._recall)
        self._threads = [threading.Thread(target=self._follow, name="git", daemon=True)]
        if is_watchable(self._remote):
            arguments = (self._remote, fingerprint(self._remote), self._due.set, self._stopped)
            self._threads.append(
                threading.Thread(target=watch, args=arguments, name="git-watch", daemon=True)
            )
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """A fetch that is under way may end after this; its result is dropped."""
        self._stopped.set()
        self._due.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def poke(self) -> None:
        """Fetch now: somebody knows that there is news, or wants to be sure."""
        self._poked.set()
        self._due.set()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            self._due.clear()
            poked = self._poked.is_set()
            self._poked.clear()
            refused = self._look(self._fetch)
            if poked:
                self._wake("git")
            wait = next_look(self._remote.poll, self._failures, refused=refused)
            self._due.wait(wait * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - not a secret

    def _recall(self) -> None:
        self._swap(self._mirror.snapshot())

    def _fetch(self) -> None:
        """First the snapshot, then the time: who reads the time first never calls an old snapshot fresh."""
        began = self._clock()
        self._mirror.fetch()
        self._swap(self._mirror.snapshot())
        self._succeed(began)

    def _look(self, action: Callable[[], None]) -> bool:
        """Do it, or say why not; true if a person must act."""
        try:
            action()
        except PulletError as error:
            self._fail(str(error))
            return isinstance(error, Refused)
        except Exception as error:
            log.exception("fetch_broke")
            self._fail(f"unexpected: {error!r}")
        return False

    def _fail(self, because: str) -> None:
        self._failures += 1
        if because != self._fetched.error and not self._stopped.is_set():
            log.warning("fetch_failed", because=because)
            self._fetched = Fetched(self._fetched.at, because)
            self._wake("git")

    def _succeed(self, began: float) -> None:
        self._failures = 0
        before, self._fetched = self._fetched, Fetched(began)
        if before.error:
            log.info("fetch_recovered", after=before.error)
            self._wake("git")

    def _swap(self, snapshot: Snapshot | None) -> None:
        before = self._snapshot.revision.commit if self._snapshot else None
        if snapshot is None or snapshot.revision.commit == before or self._stopped.is_set():
            return
        base = self._base(snapshot.revision.commit)
        self._snapshot = self._mirror.with_trailers_since(base, snapshot) if base else snapshot
        log.info("revision_seen", commit=snapshot.revision.short, subject=snapshot.revision.subject)
        self._wake("git")
