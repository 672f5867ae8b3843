"""Random histories of commits, failures and crashes: it always converges, and never breaks a bound on the way."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pullet.decide import Scene
from pullet.model.errors import Refused, Transient
from pullet.model.memory import Memory, Words
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Answer, Drift
from pullet.model.placement import Assignment
from pullet.model.plan import Plan, Remove, Start
from pullet.model.replacement import BlueGreen, Canary, CanaryStep, Recreate, Rolling, Share
from pullet.model.report import Report, State
from pullet.model.verdict import Record
from pullet.model.workload import Workload
from pullet.testing.script import Crash, Reached
from tests.decide.world import World, workload

IMAGES = ("web:1", "web:2", "web:3")
NAMES = ("api", "web")
DRIFTS = (
    Drift("name", "it was renamed", in_place=True),
    Drift("Memory", "its memory limit is another one", in_place=True),
    Drift("image", "its image is another one"),
)

shares = st.one_of(
    st.builds(Share, st.integers(0, 2)), st.builds(Share, st.sampled_from((25, 50)), st.just(value=True))
)
helpers = st.sampled_from(((), (), ("web:1",), ("+web:2",), ("web:3", "+web:1", "web:2")))
steps = st.lists(st.builds(CanaryStep, shares, st.sampled_from((0.0, 20.0))), max_size=2)
replacements = st.one_of(
    st.builds(Rolling, shares, shares),
    st.just(Recreate()),
    st.just(BlueGreen()),
    st.builds(Canary, steps.map(tuple)),
)


@st.composite
def revisions(draw: st.DrawFn) -> list[Workload]:
    """Some of the workloads, each in some shape; two replicas cannot share a port of the node."""
    found = []
    for index, name in enumerate(NAMES):
        if draw(st.integers(0, 5)):
            port = draw(st.sampled_from((None, None, 8080 + index)))
            replicas = draw(st.integers(0, 1 if port else 4))
            image, how, probed = draw(st.sampled_from(IMAGES)), draw(replacements), draw(st.booleans())
            needs = draw(st.sampled_from(((), ("api started",), ("api ready",)))) if name == "web" else ()
            init, beside = draw(helpers), draw(st.sampled_from(((), (), IMAGES[:1])))
            one = workload(
                name,
                image,
                replicas=replicas,
                replacement=how,
                probed=probed,
                host_port=port,
                init=init,
                beside=beside,
                in_order=isinstance(how, Rolling) and draw(st.booleans()),
                after=needs,
            )
            found.append(
                replace(
                    one,
                    min_ready=draw(st.sampled_from((None, None, 3.0, 30.0))),
                    progress_deadline=draw(st.sampled_from((20.0, 600.0))),
                    on_failure=draw(st.sampled_from(("rollback", "rollback", "pause", "continue"))),
                )
            )
    return found


def _with_image(one: Workload, image: str) -> Workload:
    first, *others = one.pod.containers
    return replace(one, pod=replace(one.pod, containers=(replace(first, image=image), *others)))


class Histories(RuleBasedStateMachine):
    """Each rule is something that the world does; a tick follows whenever hypothesis says so."""

    @initialize(first=revisions())
    def begin(self, first: list[Workload]) -> None:
        self.world = World(self.judge)
        self.world.commit(first)

    @rule(next_one=revisions())
    def commit(self, next_one: list[Workload]) -> None:
        self.world.commit(next_one)

    @rule(image=st.sampled_from(IMAGES), how=st.sampled_from(("crashes", "is_never_ready", "cannot_be_had")))
    def bad_commit(self, image: str, how: str) -> None:
        """What ran for a while gets an image that does not work."""
        self.world.settle(40)
        match how:
            case "crashes":
                self.image_crashes(image, 0.1)
            case "is_never_ready":
                self.image_is_never_ready(image)
            case _:
                self.registry_loses(image, refused=True)
        self.world.commit([_with_image(one, image) for one in self.world.declared])

    @rule(seconds=st.sampled_from((15.0, 40.0, 700.0)))
    def nothing_happens_for_a_while(self, seconds: float) -> None:
        self.world.settle(seconds)

    @rule()
    def tick(self) -> None:
        self.world.tick()

    @rule(turns=st.integers(2, 12))
    def some_turns(self, turns: int) -> None:
        for _ in range(turns):
            self.world.tick()
            self.world.clock.advance(0.3)

    @rule(seconds=st.sampled_from((0.05, 0.2, 1.0, 5.0, 70.0)))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    @precondition(lambda self: self.world.engine.observe().incarnations)
    @rule(data=st.data(), what=st.sampled_from(("kill", "crash", "pause", "remove_behind_our_back")))
    def misfortune(self, data: st.DataObject, what: str) -> None:
        standing = [one.instance for one in self.world.engine.observe().incarnations]
        getattr(self.world.engine, what)(data.draw(st.sampled_from(standing)))

    @precondition(lambda self: self.world.engine.observe().incarnations)
    @rule(data=st.data(), drift=st.sampled_from(DRIFTS))
    def edited_by_hand(self, data: st.DataObject, drift: Drift) -> None:
        standing = [one.instance for one in self.world.engine.observe().incarnations]
        self.world.engine.drift_by_hand(data.draw(st.sampled_from(standing)), drift)

    @rule()
    def engine_restarts(self) -> None:
        self.world.engine.engine_restart()

    @rule(seconds=st.sampled_from((-86400.0, -30.0, 30.0, 86400.0)))
    def clock_jumps(self, seconds: float) -> None:
        self.world.clock.jump(seconds)

    @rule()
    def ledger_is_lost(self) -> None:
        self.world.memory = Memory(self.world.memory.followed)

    @rule(name=st.sampled_from(NAMES))
    def person_says_retry(self, name: str) -> None:
        said = {**self.world.words.retried, f"shop/Deployment/{name}": self.world.clock.now()}
        self.world.words = Words(retried=said)

    @rule(data=st.data())
    def agent_dies(self, data: st.DataObject) -> None:
        self.world.engine.agent_death(lambda _: data.draw(st.sampled_from(Reached)))

    @rule(image=st.sampled_from(IMAGES), refused=st.booleans())
    def registry_loses(self, image: str, refused: bool) -> None:
        error = Refused(f"{image} is not there") if refused else Transient("the registry does not answer")
        self.world.engine.script.unpullable[image] = error
        self.world.engine.images.discard(image)

    @rule(image=st.sampled_from(IMAGES), after=st.sampled_from((0.1, 3.0, 20.0)))
    def image_crashes(self, image: str, after: float) -> None:
        self.world.engine.script.crashes[image] = Crash(after, 1)

    @rule(image=st.sampled_from(IMAGES))
    def image_is_never_ready(self, image: str) -> None:
        self.world.engine.script.answers[image] = Answer(ready=False, message="503")

    @rule(image=st.sampled_from(IMAGES))
    def image_is_mended(self, image: str) -> None:
        script = self.world.engine.script
        for faults in (script.unpullable, script.crashes, script.answers):
            faults.pop(image, None)

    def judge(self, scene: Scene, plan: Plan, report: Report) -> None:
        """After every tick, also while the world settles."""
        if report.state is State.CONVERGED:
            assert report.ready == report.wanted
            assert all(one.ready for one in report.instances)
            assert not any(one.drift for one in report.instances)
            assert not any(one.failed for one in scene.desired.assignments)
        for assignment in scene.desired.assignments:
            _check_bounds(assignment, scene, plan)
            self._check_verdict(assignment, scene)

    def _check_verdict(self, assignment: Assignment, scene: Scene) -> None:
        """What is good is not what failed, and what has failed is not what is started."""
        record = scene.memory.records.get(str(assignment.workload.name), Record())
        if record.good and record.failed and assignment.failed:
            assert record.good.hash != record.failed.hash
        if assignment.failed and not assignment.workload.paused:
            assert all(one.hash != assignment.failed.hash for one in assignment.instances)

    def teardown(self) -> None:
        """When the world leaves it alone, it converges, and then there is nothing to do."""
        if not hasattr(self, "world"):
            return
        for image in IMAGES:
            self.image_is_mended(image)
        self.world.settle()
        for name in NAMES:
            self.person_says_retry(name)
        report = self.world.settle()
        assert self.world.standing() == self.world.wanted()
        assert self.world.look()[1].empty
        expected = (
            State.CONVERGED if self.world.desired.catalog.workloads or not report.instances else report.state
        )
        assert report.state is expected, report.headline


def _check_bounds(assignment: Assignment, scene: Scene, plan: Plan) -> None:
    """A start of a new incarnation stays within maxSurge, and removals leave what maxUnavailable asks for."""
    declared, wanted, total = assignment.workload, assignment.instances, len(assignment.instances)
    if not isinstance(declared.replacement, Rolling):
        return
    surge, unavailable = declared.replacement.bounds(total)
    mine = [one for one in scene.observed.incarnations if one.instance.workload == declared.name]
    if any(container.drift for one in mine for container in one.containers):
        unavailable = max(1, unavailable)  # to be made anew, one may always go
    old_beside = {one.instance for one in mine}
    stand = {(one.instance, one.hash) for one in mine}
    starts = [
        step
        for step in _of(plan, declared.name)
        if isinstance(step, Start) and (step.instance, step.target.hash) not in stand
    ]
    if any(step.instance in old_beside for step in starts):
        assert len(mine) + len(starts) <= max(total + surge, len(mine) + _missing(starts, old_beside))
    names = {instance.name for instance in wanted}
    good = [one for one in mine if one.instance in names and scene.health(one).good]
    going = {
        (step.target.instance, step.target.hash)
        for step in _of(plan, declared.name)
        if isinstance(step, Remove)
    }
    left = {one.instance for one in good if (one.instance, one.hash) not in going}
    hosts = any(instance.pod.host_ports for instance in wanted)
    if not hosts:
        assert len(left) >= min(len({one.instance for one in good}), total - unavailable)


def _missing(starts: list[Start], old_beside: set[InstanceName]) -> int:
    return sum(1 for step in starts if step.instance not in old_beside)


def _of(plan: Plan, name: WorkloadName) -> list[object]:
    return [step for step in plan.steps if step.instance.workload == name]


# 2,000, and with `--hypothesis-profile nightly` ten times as many.
Histories.TestCase.settings = settings(
    max_examples=20 * settings().max_examples, stateful_step_count=40, deadline=None
)
TestHistories = Histories.TestCase
