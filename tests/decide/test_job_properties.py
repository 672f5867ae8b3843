"""Random histories of Jobs and CronJobs: no time runs twice, no run is lost, no failure counts twice."""

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pullet.decide import Scene
from pullet.decide.course import ALIVE, End, end_of
from pullet.model.lifetime import Finite, Scheduled
from pullet.model.names import InstanceName
from pullet.model.observed import Phase
from pullet.model.plan import Plan, Start
from pullet.model.report import Report, State
from pullet.model.run import workload_of
from pullet.model.workload import Workload
from pullet.testing.script import Crash, Reached
from tests.decide.jobworld import cron, job
from tests.decide.world import World

IMAGES = ("job:1", "job:2", "run:1")
MOST = 3
"""Pods of a Job that may fail at once."""


@st.composite
def revisions(draw: st.DrawFn) -> list[Workload]:
    """A Job in some shape, and a CronJob every other minute."""
    parallelism, completions = draw(st.integers(1, MOST)), draw(st.integers(1, 4))
    alone = Finite(completions, parallelism, backoff_limit=draw(st.sampled_from((0, 2, 6))))
    policy = draw(st.sampled_from(("Allow", "Forbid", "Replace")))
    timed = cron("*/2 * * * *", "run:1", Finite(backoff_limit=draw(st.integers(0, 1))), concurrency=policy)
    found = [job(image=draw(st.sampled_from(IMAGES[:2])), lifetime=alone), timed]
    return found[: draw(st.sampled_from((1, 2, 2)))]


class JobHistories(RuleBasedStateMachine):
    """Each rule is something that the world does."""

    @initialize(first=revisions())
    def begin(self, first: list[Workload]) -> None:
        self.world = World(self.judge)
        self.failed: defaultdict[str, set[str]] = defaultdict(set)
        self.over: dict[str, str] = {}
        self.looked: float | None = None
        self.begun: set[str] = set()
        self.forgotten: set[str] = set()
        for image in IMAGES:
            self.world.engine.script.crashes[image] = Crash(3.0, 0)
        self.world.commit(first)

    @rule(next_one=revisions())
    def commit(self, next_one: list[Workload]) -> None:
        self.world.commit(next_one)

    @rule(turns=st.integers(1, 12), pause=st.sampled_from((0.3, 2.0)))
    def turns(self, turns: int, pause: float) -> None:
        for _ in range(turns):
            self.world.tick()
            self.world.clock.advance(pause)

    @rule(seconds=st.sampled_from((0.2, 5.0, 70.0, 130.0)))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    @rule(seconds=st.sampled_from((-7200.0, -100.0, 100.0, 7200.0)))
    def clock_jumps(self, seconds: float) -> None:
        self.world.clock.jump(seconds)

    @precondition(lambda self: self.world.engine.observe().incarnations)
    @rule(data=st.data(), what=st.sampled_from(("kill", "crash", "pause", "remove_behind_our_back")))
    def misfortune(self, data: st.DataObject, what: str) -> None:
        standing = [one.instance for one in self.world.engine.observe().incarnations]
        getattr(self.world.engine, what)(data.draw(st.sampled_from(standing)))

    @rule()
    def engine_restarts(self) -> None:
        self.world.engine.engine_restart()

    @rule(data=st.data())
    def agent_dies(self, data: st.DataObject) -> None:
        self.world.engine.agent_death(lambda _: data.draw(st.sampled_from(Reached)))

    @rule()
    def agent_dies_before_it_acts(self) -> None:
        """What it found out is written down, and nothing is done."""
        scene, plan, report = self.world.look()
        self.world.memory = scene.memory
        self.judge(scene, plan, report)
        self.world.engine.agent_death(lambda _: Reached.NOTHING)

    @rule(
        image=st.sampled_from(IMAGES), after=st.sampled_from((0.1, 3.0, 200.0)), code=st.sampled_from((0, 3))
    )
    def image_ends(self, image: str, after: float, code: int) -> None:
        self.world.engine.script.crashes[image] = Crash(after, code)

    def judge(self, scene: Scene, plan: Plan, report: Report) -> None:
        """After every tick, also while the world settles."""
        for key, run in scene.memory.runs.items():
            if key in self.over:
                assert run.outcome == self.over[key]
            if run.ended is not None:
                self.over[key] = run.outcome
            if "@" in key:
                assert key not in self.forgotten, "a time ran twice"
                self.begun.add(key)
        self.forgotten = self.begun - scene.memory.runs.keys()
        self._check_times(scene)
        self._count_failures(scene)
        self._check_starts(scene, plan)
        if report.state is State.CONVERGED:
            assert report.ready == report.wanted

    def _check_times(self, scene: Scene) -> None:
        """A time that comes while the agent looks has its run, whatever clocks told before."""
        assignment = scene.assignment(cron("*/2 * * * *").name)
        time = scene.now // 120 * 120
        if assignment and self.looked is not None and self.looked < time:
            scheduled = assignment.workload.lifetime
            assert isinstance(scheduled, Scheduled)
            runs = scene.runs(assignment.workload.name).values()
            if scheduled.concurrency != "Forbid" or all(run.ended is not None for run in runs):
                assert f"{assignment.workload.name}@{time / 60:.0f}" in self.begun, "a time was lost"
        self.looked = scene.now if assignment else None

    def _count_failures(self, scene: Scene) -> None:
        """Every container that was seen to fail while its run went on counts once, however often it is seen."""
        self.failed = defaultdict(set, {key: self.failed[key] for key in scene.memory.runs})
        for one in scene.observed.incarnations:
            key, assignment = self._key(one.instance, one.hash), scene.assignment(one.instance.workload)
            if (
                end_of(one) is End.BADLY
                and assignment
                and one.instance.number in {each.name.number for each in assignment.instances}
                and not scene.busy(one.instance)
                and key in scene.memory.runs
                and key not in self.over
            ):
                self.failed[key].add(one.containers[0].id)
        for key, run in scene.memory.runs.items():
            counted = sum(tries.counted for tries in run.tries.values())
            if key in self.over:  # several may have failed at the moment of its end
                assert counted <= len(self.failed[key]) + MOST
            else:
                assert counted == len(self.failed[key])

    def _check_starts(self, scene: Scene, plan: Plan) -> None:
        """Only runs that are written down as begun and not ended, and never more than the parallelism."""
        starts: defaultdict[str, set[InstanceName]] = defaultdict(set)
        for step in plan.steps:
            if isinstance(step, Start):
                key = self._key(step.instance, step.target.hash)
                assert scene.memory.runs[key].ended is None
                assert step.instance.number not in scene.memory.runs[key].succeeded
                starts[key].add(step.instance)
        for one in scene.observed.incarnations:
            key = self._key(one.instance, one.hash)
            if key in starts and any(each.phase in (*ALIVE, Phase.CREATED) for each in one.containers):
                starts[key].add(one.instance)
        for assignment in scene.desired.assignments:
            lifetime = assignment.workload.lifetime
            for key, names in starts.items():
                if isinstance(lifetime, Finite) and key.startswith(f"{assignment.workload.name} "):
                    busy = {one.name for one in assignment.instances if scene.busy(one.name)}
                    assert len(names | busy) <= lifetime.parallelism

    def _key(self, instance: InstanceName, digest: str) -> str:
        if instance.workload.kind == "CronJob":
            return f"{instance.workload}@{instance.ordinal}"
        return f"{instance.workload} {digest}"

    def teardown(self) -> None:
        """Left alone, every run that began comes to its end."""
        if not hasattr(self, "world"):
            return
        for image in IMAGES:
            self.world.engine.script.crashes[image] = Crash(1.0, 0)
        for _ in range(400):
            self.world.tick()
            self.world.clock.advance(1.0)
        unfinished = [key for key, run in self.world.memory.runs.items() if run.ended is None]
        assert not [
            key for key in unfinished if _is_wanted(key, self.world) and not _is_fresh(key, self.world)
        ]


def _is_fresh(key: str, world: World) -> bool:
    """A time that came in the last seconds."""
    return "@" in key and world.clock.now() - float(key.rpartition("@")[2]) * 60 < 30


def _is_wanted(key: str, world: World) -> bool:
    """What is declared; the runs of a specification before were cut off."""
    wanted = {one.workload.name: one.instances[0].hash for one in world.desired.assignments}
    here = [name for name in wanted if str(name) == workload_of(key)]
    return bool(here) and ("@" in key or key.endswith(wanted[here[0]]))


JobHistories.TestCase.settings = settings(
    max_examples=settings().max_examples, stateful_step_count=40, deadline=None
)
TestJobHistories = JobHistories.TestCase
