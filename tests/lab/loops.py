"""A loop turned by hand: the fake engine, the virtual clock, and a branch that a test commits to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from pullet.ledger import Ledger
from pullet.loop import Loop, Tick
from pullet.manifests.policy import Policy, bound
from pullet.manifests.reader import Reader
from pullet.model.node import Node
from pullet.model.report import Report
from pullet.model.snapshot import Fetched, Revision, Snapshot
from pullet.testing.clock import VirtualClock
from pullet.testing.fake_engine import FakeEngine
from pullet.words import WordFiles
from tests.lab.snapshots import file

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: "{image}"}}]}}
"""


def deployment(name: str, image: str) -> str:
    return DEPLOYMENT.format(name=name, image=image)


@dataclass
class Branch:
    """What a follower would hold, swapped by the test; `asked` says in which order it was read."""

    snapshot: Snapshot | None = None
    freshness: Fetched = field(default_factory=Fetched)
    asked: list[str] = field(default_factory=list)
    past: dict[str, Snapshot] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def commit(self, **files: str) -> Snapshot:
        """By file name without `.yaml`."""
        revision = Revision(f"{next(self._numbers):040x}", "a change")
        found = (file(f"{name}.yaml", text) for name, text in sorted(files.items()))
        self.snapshot = self.past[revision.commit] = Snapshot(revision, tuple(found))
        return self.snapshot

    def keep(self, commits: Collection[str]) -> None:
        self.kept = frozenset(commits)

    def at(self, commit: str) -> Snapshot | None:
        return self.past.get(commit)

    def latest(self) -> Snapshot | None:
        self.asked.append("latest")
        return self.snapshot

    def fetched(self) -> Fetched:
        self.asked.append("fetched")
        return self.freshness


@dataclass
class Shown:
    """A publisher that keeps what it was given."""

    reports: list[Report] = field(default_factory=list)

    def publish(self, report: Report) -> None:
        self.reports.append(report)


class HandLoop:
    """`edge-1`, with real words and a real ledger below `state`."""

    def __init__(self, state: Path) -> None:
        self.clock = VirtualClock()
        self.engine = FakeEngine(self.clock)
        self.branch = Branch()
        self.shown = Shown()
        self.words = WordFiles(state)
        self.loop = Loop(
            here=Node("edge-1"),
            read=Reader().read,
            bound=lambda catalog, placed: bound(catalog, placed, Policy()),
            repository=self.branch,
            engine=self.engine,
            probes=self.engine,
            ledger=Ledger(state),
            words=self.words,
            archive=self.branch,
            publishers=(self.shown,),
            clock=self.clock.now,
        )

    def ticks(self, seconds: float) -> Tick:
        """As often as the plan asks for it, until so much time has passed; the last one."""
        end = self.clock.now() + seconds
        while True:
            tick = self.loop.tick()
            if self.clock.now() >= end:
                return tick
            pauses = [tick.plan.look_again_in(self.clock.now()), end - self.clock.now()]
            if (event := self.engine.next_event()) is not None:
                pauses.append(event - self.clock.now())
            self.clock.advance(max(min(pauses), 0.01))

    def running(self) -> dict[str, str]:
        """Images by instance."""
        return {str(one.instance): one.containers[0].image for one in self.engine.observe().incarnations}
