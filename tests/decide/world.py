"""A node without threads: the fake engine, the virtual clock and the pure core, turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from pullet.decide import Outcome, Scene, decide, fall_back, judge, summarise, to_recall
from pullet.model.catalog import Catalog
from pullet.model.memory import Followed, Memory, Words
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.observed import Observed
from pullet.model.placement import Desired
from pullet.model.plan import Plan
from pullet.model.pod import Container, Pod, Port, Restart
from pullet.model.probe import Probe, TcpSocket
from pullet.model.problem import Origin
from pullet.model.replacement import Replacement, Rolling
from pullet.model.report import Report
from pullet.model.snapshot import Fetched, Revision
from pullet.model.workload import Dependency, Fixed, Workload
from pullet.placement import desire
from pullet.testing.clock import VirtualClock
from pullet.testing.fake_engine import FakeEngine

HERE = Node("edge-1")


def workload(
    name: str,
    image: str,
    *,
    replicas: int = 1,
    replacement: Replacement | None = None,
    probed: bool = False,
    host_port: int | None = None,
    init: tuple[str, ...] = (),
    beside: tuple[str, ...] = (),
    in_order: bool = False,
    after: tuple[str, ...] = (),
) -> Workload:
    """A Deployment; `init` are images that prepare, of which a `+` in front makes a sidecar, `beside` further ones.

    `after` are `NAME CONDITION` of workloads that it needs, with `restart` behind where it starts anew with them.
    """
    container = Container(
        "main",
        image,
        ports=(Port(80, host=host_port),) if host_port else (),
        readiness=Probe(TcpSocket(80)) if probed else None,
    )
    return Workload(
        WorkloadName("shop", "Deployment", name),
        Origin(f"{name}.yaml"),
        Fixed(replicas),
        Pod(
            (container, *(Container(f"beside-{n}", other) for n, other in enumerate(beside))),
            init=tuple(
                Container(
                    f"init-{n}", other.removeprefix("+"), restart=Restart.ALWAYS if other[0] == "+" else None
                )
                for n, other in enumerate(init)
            ),
        ),
        replacement or Rolling(),
        in_order=in_order,
        after=tuple(_dependency(*need.split()) for need in after),
    )


def _dependency(name: str, condition: str, restart: str = "") -> Dependency:
    return Dependency(WorkloadName("shop", "Deployment", name), condition, restart=restart == "restart")


class World:
    """What the loop does, with time and faults in the test's hand; `after_tick` may judge each tick."""

    def __init__(self, after_tick: Callable[[Scene, Plan, Report], None] = lambda *_: None) -> None:
        self._after_tick = after_tick
        self.clock = VirtualClock()
        self.engine = FakeEngine(self.clock)
        self.words = Words()
        self.memory = Memory()
        self.desired = Desired(Revision(""), HERE.name, hold="there is no revision to follow yet")
        self.declared: tuple[Workload, ...] = ()
        self.past: dict[tuple[str, WorkloadName], Workload] = {}
        self._commits = 0

    def commit(self, workloads: Iterable[Workload], *, prune: bool = True) -> None:
        self._commits += 1
        revision = Revision(f"{self._commits:040x}", trailers={"pullet-prune": "yes"} if prune else {})
        self.declared = tuple(workloads)
        catalog = Catalog(workloads=self.declared)
        self.past |= {(revision.commit, one.name): one for one in catalog.workloads}
        self.desired = desire(revision, catalog, HERE)
        seen = Followed(revision.commit, "", self.clock.now(), "progressing", self.clock.now())
        self.memory = replace(self.memory, followed=(*self.memory.followed, seen))

    def observe(self) -> Observed:
        observed = self.engine.observe()
        return replace(observed, answers=self.engine.results(observed))

    def look(self) -> tuple[Scene, Plan, Report]:
        """What a tick would decide and report, without doing it."""
        now = self.clock.now()
        scene = Scene(self.desired, self.observe(), now, self.words, self.memory)
        scene = replace(scene, memory=judge(scene))
        recalled = {
            name: declared
            for name, good in to_recall(scene.desired, scene.memory).items()
            if (declared := self.past.get((good.commit, name)))
        }
        scene = replace(scene, desired=fall_back(scene.desired, scene.memory, recalled))
        plan = decide(scene)
        return scene, plan, summarise(Outcome(scene, plan), Fetched(now))

    def tick(self) -> tuple[Scene, Plan, Report]:
        scene, plan, report = self.look()
        self.memory = scene.memory
        self.engine.apply(plan.steps)
        self._after_tick(scene, plan, report)
        return scene, plan, report

    def settle(self, seconds: float = 600.0) -> Report:
        """Tick, and let time pass until something happens, until nothing is left to do or the time is over."""
        end = self.clock.now() + seconds
        while True:
            _, plan, report = self.tick()
            if (plan.empty and self.engine.next_event() is None) or self.clock.now() >= end:
                return report
            due = self.engine.next_event()
            pause = plan.look_again_in(self.clock.now())
            if due is not None:
                pause = min(pause, max(0.0, due - self.clock.now()))
            self.clock.advance(max(pause, 0.01))

    def standing(self) -> set[tuple[str, str]]:
        return {(str(one.instance), one.hash) for one in self.engine.observe().incarnations}

    def wanted(self) -> set[tuple[str, str]]:
        """What is declared, or where that has failed, what was good before."""
        return {
            (str(instance.name), instance.hash)
            for assignment in self.look()[0].desired.assignments
            for instance in assignment.instances
        }
