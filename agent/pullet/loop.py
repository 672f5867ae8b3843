"""The tick: a commit's way to the containers, the same walk whatever woke it.

`wiring` builds the real adapters, and `pullet run` and `pullet once` turn the loop; tests turn it by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from time import monotonic, sleep
from typing import Protocol

import structlog

from pullet.decide import Outcome, Scene, blind, decide, fall_back, judge, questions, summarise
from pullet.journal import Journal
from pullet.model.catalog import Catalog
from pullet.model.errors import PulletError
from pullet.model.inspection import Inspected, Question
from pullet.model.memory import Memory, Words
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.observed import Answer, Attempt, Observed
from pullet.model.placement import Desired
from pullet.model.plan import Plan, Step
from pullet.model.report import Report
from pullet.model.snapshot import Fetched, Revision, Snapshot
from pullet.model.workload import DriftPolicy
from pullet.placement import desire, placed_here
from pullet.recall import Archive, Recall, with_last_words

log = structlog.get_logger()


class Repository(Protocol):
    """Git in: swapped by a watcher, read by the loop. Never blocks."""

    def latest(self) -> Snapshot | None:
        """The last good revision, None while there has never been one."""

    def fetched(self) -> Fetched:
        """How fresh that is."""


class Engine(Protocol):
    """The container engine of this node."""

    def observe(self) -> Observed:
        """What exists now, `answers` left empty. Raises Transient when the engine does not answer."""

    def apply(self, steps: Iterable[Step]) -> None:
        """Hand the steps to the crew and return at once."""

    def last_words(self, container_id: str) -> str:
        """The end of what a container wrote; empty where that cannot be had."""


class Probes(Protocol):
    """Readiness of what runs."""

    def results(self, observed: Observed) -> Mapping[str, Answer]:
        """The last answers, by container id; from now on asks exactly what stands in `observed`."""


class Remembers(Protocol):
    """The durable memory."""

    def read(self) -> Memory: ...
    def follow(self, revision: Revision, now: float) -> None: ...
    def keep(self, memory: Memory) -> None: ...
    def record(self, report: Report) -> None: ...


class Listens(Protocol):
    """A person's words to this agent."""

    def read(self) -> Words: ...


class Publisher(Protocol):
    """Anything that shows a report to somebody. Never blocks."""

    def publish(self, report: Report) -> None: ...


@dataclass(frozen=True, slots=True)
class Tick:
    """What one turn of the loop saw, decided and reports, and what the crew said of its tries.

    There is no scene where nothing could be seen.
    """

    plan: Plan
    report: Report
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    scene: Scene | None = None


@dataclass(slots=True)
class Loop:
    """The one writer: only the tick decides and changes things.

    `read` turns a snapshot into its catalog, and `bound` takes out of it what this node's policy does not allow of
    the workloads placed here. `here` is this node as its own settings describe it, `drift` what it does about changes
    by hand; `clock` gives seconds since the epoch. `inspect` has the last answers to canaries' checks, and
    asks from now on exactly what it is given.
    """

    here: Node
    read: Callable[[Snapshot], Catalog]
    bound: Callable[[Catalog, AbstractSet[WorkloadName]], Catalog]
    repository: Repository
    engine: Engine
    probes: Probes
    ledger: Remembers
    words: Listens
    archive: Archive
    publishers: Sequence[Publisher]
    clock: Callable[[], float]
    inspect: Callable[[Mapping[str, Question]], Mapping[str, Inspected]] = lambda _: {}
    drift: DriftPolicy = "repair"
    upkeep: Callable[[Scene], None] = lambda _: None
    _wanted: tuple[Snapshot | None, Desired] | None = field(default=None, init=False)
    _blinded_by: str = field(default="", init=False)
    _journal: Journal = field(default_factory=Journal, init=False)
    _recall: Recall = field(init=False)

    def __post_init__(self) -> None:
        self._recall = Recall(self.read, self.bound, self.archive)

    def tick(self) -> Tick:
        """One walk; raises nothing that the world can cause."""
        now = self.clock()
        fetched = self.repository.fetched()
        desired = self._desired(self.repository.latest())
        self.ledger.follow(desired.revision, now)
        try:
            tick = self._act(desired, fetched)
        except Exception as error:  # noqa: BLE001 - the next tick goes on, whatever it is
            tick = self._blind(desired, fetched, error, now)
        self.ledger.record(tick.report)
        self._journal.reported(tick.report, tick.plan.hold)
        for publisher in self.publishers:
            publisher.publish(tick.report)
        return tick

    def _act(self, desired: Desired, fetched: Fetched) -> Tick:
        observed = self.engine.observe()
        observed = replace(observed, answers=self.probes.results(observed))
        words = self.words.read()
        now = self.clock()  # after the look, so that nothing that was seen lies in the future
        scene = Scene(desired, observed, now, words, self.ledger.read())
        observed = replace(observed, inspected=self.inspect(questions(scene)))
        scene = self._judged(replace(scene, observed=observed))
        plan = decide(scene)
        self._journal.decided(plan, observed.busy.values())
        if not words.paused:
            self.engine.apply(plan.steps)
            self.upkeep(scene)
        report = summarise(Outcome(scene, plan), fetched)
        self._see_again()
        return Tick(plan, report, observed.attempts, scene)

    def _judged(self, scene: Scene) -> Scene:
        """With the verdicts of now, recorded before anything is done, and what they make of what is wanted."""
        memory = with_last_words(scene, judge(scene), self.engine.last_words)
        self.ledger.keep(memory)
        scene = replace(scene, memory=memory)
        recalled = self._recall.workloads(scene)
        return replace(scene, desired=fall_back(scene.desired, memory, recalled))

    def _blind(self, desired: Desired, fetched: Fetched, error: Exception, now: float) -> Tick:
        because = str(error) if isinstance(error, PulletError) else _as_bug(error)
        if because != self._blinded_by:
            bug = None if isinstance(error, PulletError) else error
            log.warning("node_not_seen", because=because, exc_info=bug)
        self._blinded_by = because
        report = blind(desired, because, self.ledger.read(), fetched, now)
        return Tick(Plan(desired.revision.commit, desired.node), report)

    def _see_again(self) -> None:
        if self._blinded_by:
            log.info("node_seen_again", after=self._blinded_by)
        self._blinded_by = ""

    def _desired(self, snapshot: Snapshot | None) -> Desired:
        """What this node should run; computed once for each snapshot."""
        if self._wanted is None or self._wanted[0] is not snapshot:
            self._wanted = snapshot, self._look(snapshot)
        return self._wanted[1]

    def _look(self, snapshot: Snapshot | None) -> Desired:
        if snapshot is None:
            return Desired(Revision(""), self.here.name, hold="there is no revision to follow yet")
        try:
            catalog = self.read(snapshot)
            catalog = self.bound(catalog, placed_here(catalog, self.here))
            desired = replace(desire(snapshot.revision, catalog, self.here), drift=self.drift)
        except Exception as error:
            log.exception("revision_not_read", commit=snapshot.revision.short)
            return Desired(snapshot.revision, self.here.name, hold=_as_bug(error))
        log.info(
            "revision_read",
            commit=snapshot.revision.short,
            workloads=len(catalog.workloads),
            here=len(desired.assignments),
            errors=len(catalog.errors),
        )
        for problem in catalog.problems:
            log.warning("problem_found", commit=snapshot.revision.short, problem=str(problem))
        return desired


def _as_bug(error: Exception) -> str:
    return f"a bug in Pullet: {error!r}; the log has more"


class Waits(Protocol):
    """What can wake the loop."""

    def wait(self, timeout: float) -> tuple[str, ...]: ...


def turn(
    loop: Loop, wake: Waits, after: Callable[[Tick, float], bool], longest_wait: float | None = None
) -> None:
    """Tick, and wait for news, until `after` a tick (which took so many seconds) says False.

    Waits at most `longest_wait` seconds. A burst of news, such as the engine's events when many containers start,
    costs at most a quarter of the time.
    """
    while True:
        began = monotonic()
        tick = loop.tick()
        took = monotonic() - began
        if not after(tick, took):
            return
        patience = tick.plan.look_again_in(loop.clock())
        if wake.wait(patience if longest_wait is None else min(patience, longest_wait)):
            sleep(min(3 * took, 0.25))
