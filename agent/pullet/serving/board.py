"""What the loop hangs up for others to read: the last report and the last tick. Safe from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pullet.model.observed import Attempt
from pullet.model.plan import Plan
from pullet.model.report import Report, State
from pullet.serving.metrics import Metrics
from pullet.serving.words import span


@dataclass(frozen=True, slots=True)
class Limits:
    """How old what is shown may be, in seconds: the last tick for `/healthz`, the last fetch for `/readyz`."""

    tick: float = 60
    fetch: float = 300


Told = dict[str, object]
"""Fit for JSON."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One turn of the loop: when it ended in seconds since the epoch, how many seconds it took, what came of it.

    A tick that failed, say because the engine is away, has no plan and is a tick all the same: the loop turns.
    `activity` tells more of it, of one workload or of all (`""`), and costs only when it is asked.
    """

    at: float
    seconds: float
    plan: Plan | None = None
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    activity: Callable[[str], Told] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    good: bool
    because: str


class Board:
    """A `Publisher` of the loop. `clock` gives seconds since the epoch."""

    def __init__(self, node: str, clock: Callable[[], float], limits: Limits | None = None) -> None:
        self.node = node
        self.clock = clock
        self.metrics = Metrics(node, clock)
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._report: Report | None = None
        self._began = clock()
        self._last_tick: float | None = None
        self._activity: Callable[[str], Told] | None = None

    @property
    def report(self) -> Report | None:
        """The last one; None before the first."""
        with self._lock:
            return self._report

    def publish(self, report: Report) -> None:
        with self._lock:
            self._report = report
        self.metrics.publish(report)

    def tick(self, tick: Tick) -> None:
        with self._lock:
            self._last_tick = tick.at
            self._activity = tick.activity
        self.metrics.tick(tick.seconds, tick.plan, tick.attempts)

    def activity(self, workload: str) -> Told | None:
        """What the loop does, waits for and did lately; None before the first tick."""
        with self._lock:
            told = self._activity
        return None if told is None else told(workload)

    def fetch_failed(self) -> None:
        """Counts a look at the remote that failed."""
        self.metrics.fetch_failed()

    def alive(self, now: float) -> Verdict:
        """Whether the loop turns. Before the first tick, the time since the beginning counts."""
        with self._lock:
            last = self._last_tick
        age = now - (self._began if last is None else last)
        if age < self._limits.tick:
            return Verdict(
                good=True,
                because="starting, no tick yet" if last is None else f"the loop turned {span(age)} ago",
            )
        return Verdict(
            good=False,
            because=f"the loop has not turned for {span(age)}; more than {span(self._limits.tick)} is too long",
        )

    def ready(self, now: float) -> Verdict:
        """Converged, by a report that is no older than it looks: the loop turns and the last fetch is fresh."""
        report = self.report
        if report is None:
            return Verdict(good=False, because="starting, no report yet")
        if report.state is not State.CONVERGED:
            return Verdict(good=False, because=report.headline)
        if report.fetched_at is None:
            return Verdict(good=False, because="the repository was never fetched since the agent started")
        age = now - report.fetched_at
        if age >= self._limits.fetch:
            late = f"more than {span(self._limits.fetch)} is too long"
            return Verdict(good=False, because=f"the last fetch that succeeded was {span(age)} ago; {late}")
        alive = self.alive(now)
        return Verdict(good=True, because=report.headline) if alive.good else alive
