"""The real adapters, built from the settings and plugged into the loop; started and stopped as one."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pullet.engine.docker_engine import DockerEngine
from pullet.engine.stock import Shelf
from pullet.ledger import Ledger
from pullet.loop import Loop, Publisher
from pullet.manifests.policy import Policy, bound, read_policy
from pullet.manifests.reader import Reader
from pullet.model.errors import Refused
from pullet.model.node import Node
from pullet.model.observed import Observed
from pullet.model.snapshot import Fetched
from pullet.probes.inspector import Inspector
from pullet.probes.prober import Prober
from pullet.repo.export import Exports
from pullet.repo.follower import Follower
from pullet.repo.mirror import Mirror
from pullet.repo.note_writer import NoteWriter
from pullet.repo.recollection import Recollection
from pullet.repo.remote import Remote
from pullet.settings import Settings
from pullet.upkeep import Upkeep
from pullet.wake import Wake
from pullet.words import WordFiles, WordWatcher

ASK = 2.0
"""Seconds that probes may take to give a first answer."""


@dataclass(frozen=True, slots=True)
class House:
    """One agent, whole. `start` and `stop` are called once each, `stop` also after a `start` that failed."""

    loop: Loop
    wake: Wake
    mirror: Mirror
    engine: DockerEngine
    follower: Follower
    prober: Prober
    inspector: Inspector
    notes: NoteWriter
    words: WordWatcher
    upkeep: Upkeep

    def start(self) -> None:
        for part in (self.engine, self.prober, self.words, self.follower):
            part.start()

    def wait_for_first_fetch(self, timeout: float) -> None:
        """Returns when the remote answered or failed to, and after `timeout` seconds in any case."""
        deadline = time.monotonic() + timeout
        while self.follower.fetched() == Fetched() and time.monotonic() < deadline:
            self.wake.wait(0.1)

    def wait_for_first_answers(self) -> None:
        """So that what serves already is not told to be starting, only because this agent is."""
        with suppress(Exception):  # whatever it is, the first tick meets it too, and tells
            first_look(self.engine, self.prober)

    def stop(self, timeout: float) -> None:
        """Steps in flight may end within `timeout` seconds; nothing that runs is stopped."""
        for part in (self.follower, self.words, self.inspector, self.prober):
            part.stop()
        self.upkeep.stop(timeout)
        self.engine.stop(timeout)
        self.notes.flush(timeout)
        self.notes.stop()


def build(settings: Settings, publishers: tuple[Publisher, ...] = ()) -> House:
    """Raises Refused where the settings name what is not there."""
    wake = Wake()
    remote = remote_of(settings)
    mirror = Mirror(settings.state, remote)
    ledger = Ledger(settings.state)
    follower = Follower(mirror, remote, wake, time.time, base=lambda commit: ledger.read().base(commit))
    shelf = Shelf(settings.state, settings.run, Exports(mirror.git, settings.state).place)
    engine = DockerEngine(settings.engine, settings.node, wake, time.time, shelf=shelf)
    prober = Prober(engine.run_check, wake, time.time)
    inspector = Inspector(engine.run_check, wake)
    notes = NoteWriter(mirror, settings.node, settings.status.notes)
    words = WordFiles(settings.state)
    keep = settings.prune.keep if settings.prune.images else None
    upkeep = Upkeep(engine.storeroom, keep, time.time)
    loop = Loop(
        here=Node(settings.node, settings.labels),
        read=Reader().read,
        bound=partial(bound, policy=read_node_policy(settings)),
        repository=follower,
        engine=engine,
        probes=prober,
        ledger=ledger,
        words=words,
        archive=Recollection(mirror),
        publishers=(notes, *publishers),
        clock=time.time,
        inspect=inspector.results,
        upkeep=upkeep.consider,
        drift=settings.drift,
    )
    watcher = WordWatcher(words, wake, follower.poke)
    return House(loop, wake, mirror, engine, follower, prober, inspector, notes, watcher, upkeep)


def first_look(engine: DockerEngine, prober: Prober) -> Observed:
    """What stands on the engine, with the answers of its probes as far as they come within `ASK` seconds.

    Raises Transient when the engine does not answer, Refused without permission.
    """
    deadline = time.monotonic() + ASK
    while True:
        observed = engine.observe()
        answers = prober.results(observed)
        asked = {
            one.id for incarnation in observed.incarnations for one in incarnation.containers if one.is_probed
        }
        if asked <= answers.keys() or time.monotonic() > deadline:
            return replace(observed, answers=answers)
        time.sleep(0.02)


def remote_of(settings: Settings) -> Remote:
    repo = settings.repo
    return Remote(
        urls=repo.url,
        branch=repo.branch,
        path=repo.path,
        poll=repo.poll,
        ssh_key_file=repo.ssh_key_file,
        token_file=repo.token_file,
    )


def read_node_policy(settings: Settings) -> Policy:
    """The defaults where no file is there; a file that was named must be."""
    file = settings.policy_file
    try:
        return read_policy(file.read_text(encoding="utf-8"), str(file))
    except FileNotFoundError:
        if "policy_file" in settings.model_fields_set:
            raise Refused(
                f"the policy file {file} does not exist", hint="see policy_file in the settings"
            ) from None
        return Policy()
    except OSError as error:
        raise Refused(f"the policy file {file} cannot be read: {error.strerror}") from None


@contextmanager
def only_writer(state: Path) -> Iterator[None]:
    """One agent per state directory: two would undo each other's work."""
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (state / "lock").open("a+")
    except OSError as error:
        raise Refused(
            f"the state directory {state} cannot be used: {error.strerror}", hint="see state in the settings"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            raise Refused(
                f"another agent (process {owner}) works with {state}",
                hint="stop it first, or use another state",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
