"""The agent's own work without an engine or a network, for information: what grows with the size of a fleet."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from scripts.bench.figures import Below, Figure
from scripts.bench.lab import Lab
from scripts.bench.workloads import manifests
from tests.lab.git_servers import Work, bare_repository, git
from tests.lab.snapshots import snapshot

from pullet.decide import Scene, decide, judge
from pullet.ledger import Ledger
from pullet.logs import silence
from pullet.loop import Loop
from pullet.manifests.policy import Policy, bound
from pullet.manifests.reader import Reader
from pullet.model.catalog import Catalog
from pullet.model.memory import Memory, Words
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.observed import Observed
from pullet.model.placement import Desired
from pullet.model.plan import Plan
from pullet.model.pod import Container, Pod
from pullet.model.problem import Origin
from pullet.model.replacement import Rolling
from pullet.model.report import State
from pullet.model.snapshot import Fetched, Snapshot
from pullet.model.workload import Fixed, Workload
from pullet.placement import desire
from pullet.repo.mirror import Mirror
from pullet.repo.remote import Remote
from pullet.testing.clock import VirtualClock
from pullet.testing.fake_engine import FakeEngine

TIMES = 9
HERE = Node("edge-1")
T = TypeVar("T")


def measure(lab: Lab) -> list[Figure]:
    silence()
    lab.say("inside: ticks, plans, manifests, snapshots")
    return [tick(50), tick(500), tick(5000), plan(5000), reading(2000), first_snapshot(1000)]


def tick(count: int) -> Figure:
    """A whole tick over an engine that is only arithmetic, when nothing changed."""
    with tempfile.TemporaryDirectory() as state:
        clock = VirtualClock()
        engine = FakeEngine(clock)
        taken = snapshot({**manifests(count)})
        loop = Loop(
            here=HERE,
            read=Reader().read,
            bound=partial(bound, policy=Policy()),
            repository=_Still(taken, clock),
            engine=engine,
            probes=engine,
            ledger=Ledger(Path(state)),
            words=_Silence(),
            archive=_Nothing(),
            publishers=(),
            clock=clock.now,
        )
        for _ in range(TIMES):
            report = loop.tick().report
            clock.advance(10)
        assert report.state is State.CONVERGED, report.headline
        return Figure(
            f"a tick with {count} instances, nothing changed, without the engine", "s", _timed(loop.tick)
        )


def plan(count: int) -> Figure:
    desired = desire(snapshot({}).revision, Catalog(workloads=tuple(map(_workload, range(count)))), HERE)
    clock = VirtualClock()
    engine = FakeEngine(clock)
    for _ in range(TIMES):
        scene = Scene(desired, engine.observe(), clock.now())
        engine.apply(decide(scene).steps)
        clock.advance(10)
    assert len(engine.observe().incarnations) == count
    scene = Scene(desired, engine.observe(), clock.now())
    memory = judge(scene)
    assert {record.trial for record in memory.records.values()} == {None}
    return Figure(
        f"judging and planning alone with {count} instances, nothing changed",
        "s",
        _timed(lambda: _thought(desired, scene.observed, scene.now, memory)),
        limit=Below(0.05),
    )


def _thought(desired: Desired, observed: Observed, now: float, memory: Memory) -> Plan:
    """As in a tick: nothing that an earlier one worked out is known."""
    scene = Scene(desired, observed, now, memory=memory)
    return decide(replace(scene, memory=judge(scene)))


def reading(count: int) -> Figure:
    taken = snapshot({**manifests(count)})
    return Figure(f"reading {count} manifest files", "s", _timed(lambda: Reader().read(taken), 3))


def first_snapshot(count: int) -> Figure:
    """From no mirror to every file in memory; beside it, a bare clone and the same contents by git alone."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        work = Work.beside(bare_repository(home / "fleet.git"))
        work.deploy(manifests(count))
        takes = iter(range(2 * TIMES))
        ours = _timed(lambda: _mirrored(work, home / f"state{next(takes)}"), 5)
        floor = _timed(lambda: _cloned(work, home / f"clone{next(takes)}"), 5)
    return Figure(f"first snapshot of {count} files", "s", ours, floor)


def _mirrored(work: Work, state: Path) -> None:
    mirror = Mirror(state, Remote((str(work.bare),)))
    mirror.fetch()
    assert mirror.snapshot()
    mirror.close()


def _cloned(work: Work, clone: Path) -> None:
    git(work.path, "clone", "--quiet", "--bare", "--no-local", str(work.bare), str(clone))
    tree = git(clone, "ls-tree", "-r", "HEAD")
    git(clone, "cat-file", "--batch", stdin="\n".join(line.split()[2] for line in tree.splitlines()))


def _timed(action: Callable[[], object], times: int = TIMES) -> tuple[float, ...]:
    seconds = []
    for _ in range(times):
        began = perf_counter()
        action()
        seconds.append(perf_counter() - began)
    return tuple(seconds)


def _workload(number: int) -> Workload:
    name = WorkloadName("shop", "Deployment", f"w{number}")
    return Workload(name, Origin(f"w{number}.yaml"), Fixed(1), Pod((Container("app", "app:1"),)), Rolling())


class _Still:
    """A repository in which nothing happens."""

    def __init__(self, taken: Snapshot, clock: VirtualClock) -> None:
        self._taken = taken
        self._clock = clock

    def latest(self) -> Snapshot:
        return self._taken

    def fetched(self) -> Fetched:
        return Fetched(self._clock.now())


class _Nothing:
    """Nothing has to be remembered."""

    def keep(self, _: Collection[str]) -> None:
        return

    def at(self, _: str) -> None:
        return None


class _Silence:
    """Nobody says anything."""

    def read(self) -> Words:
        return Words()
