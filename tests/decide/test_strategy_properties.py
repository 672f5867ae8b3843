"""Random histories of blue/green and canary rollouts: neither lets go of what serves before it may."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pullet.decide import Scene
from pullet.decide.naming import is_nameless
from pullet.model.memory import Words
from pullet.model.names import InstanceName
from pullet.model.observed import Answer, Incarnation
from pullet.model.placement import Assignment
from pullet.model.plan import Plan, Remove, Start
from pullet.model.replacement import BlueGreen, Canary, CanaryStep, Share
from pullet.model.report import Report, State
from pullet.testing.script import Crash, Reached
from tests.decide.test_strategies import WEB, shaped
from tests.decide.world import World

IMAGES = ("web:1", "web:2", "web:3")
MOST = 4


@st.composite
def canaries(draw: st.DrawFn) -> Canary:
    """Each step is larger than the one before it."""
    counts, percent = draw(st.sampled_from((((1, 2, 3), False), ((25, 50, 75), True))))
    chosen = draw(st.lists(st.sampled_from(counts), min_size=1, unique=True))
    pauses = st.sampled_from((0.0, 0.0, 30.0))
    return Canary(
        tuple(CanaryStep(Share(one, percent), draw(pauses), draw(st.booleans())) for one in sorted(chosen))
    )


strategies = st.one_of(st.builds(BlueGreen, st.booleans()), canaries())


class Rollouts(RuleBasedStateMachine):
    """One workload; each rule is something that the world does."""

    @initialize(how=strategies, replicas=st.integers(1, MOST))
    def begin(self, how: BlueGreen | Canary, replicas: int) -> None:
        """One release stands, and has proven itself."""
        self.how, self.replicas = how, replicas
        self.world = World(self.judge)
        self.release(IMAGES[0])
        assert self.world.settle(60).state is State.CONVERGED

    @rule(image=st.sampled_from(IMAGES))
    def release(self, image: str) -> None:
        self.world.commit([shaped(image, self.how, self.replicas)])

    @rule(image=st.sampled_from(IMAGES[1:]), how=st.sampled_from(("well", "crashes", "is never ready")))
    def image_behaves(self, image: str, how: str) -> None:
        script = self.world.engine.script
        script.crashes.pop(image, None)
        script.answers[image] = Answer(ready=how != "is never ready", message="503")
        if how == "crashes":
            script.crashes[image] = Crash(2.0)

    @rule(turns=st.integers(2, 30), pause=st.sampled_from((0.1, 0.7)))
    def turns(self, turns: int, pause: float) -> None:
        for _ in range(turns):
            self.world.tick()
            self.world.clock.advance(pause)

    @rule(image=st.sampled_from(IMAGES), turns=st.integers(5, 30))
    def rollout(self, image: str, turns: int) -> None:
        """Of what works, while nothing else happens, and from something that has proven itself."""
        for one in IMAGES:
            self.image_behaves(one, "well")
        self.promote()
        self.world.settle(200)
        self.release(image)
        self.turns(turns, 0.7)

    @rule(seconds=st.sampled_from((5.0, 35.0, 700.0)))
    def nothing_happens_for_a_while(self, seconds: float) -> None:
        self.world.settle(seconds)

    @rule()
    def promote(self) -> None:
        self.world.words = replace(self.world.words, promoted={WEB: self.world.clock.now()})

    @rule()
    def retry(self) -> None:
        self.world.words = replace(self.world.words, retried={WEB: self.world.clock.now()})

    @precondition(lambda self: self.world.engine.observe().incarnations)
    @rule(data=st.data(), what=st.sampled_from(("kill", "crash", "remove_behind_our_back")))
    def misfortune(self, data: st.DataObject, what: str) -> None:
        standing = [one.instance for one in self.world.engine.observe().incarnations]
        getattr(self.world.engine, what)(data.draw(st.sampled_from(standing)))

    @rule(data=st.data())
    def agent_dies(self, data: st.DataObject) -> None:
        self.world.engine.agent_death(lambda _: data.draw(st.sampled_from(Reached)))

    @rule()
    def engine_restarts(self) -> None:
        self.world.engine.engine_restart()

    def judge(self, scene: Scene, plan: Plan, _: Report) -> None:
        """After every tick, also while the world settles."""
        (assignment,) = scene.desired.assignments
        for step in plan.steps:
            match step:
                case Remove(one) if scene.health(one).good:
                    self._check_going(one, assignment, scene)
                case Start(instance=name, target=target) if target.hash == assignment.instances[0].hash:
                    self._check_coming(name, assignment, scene)
        starts = {(step.instance, step.target.hash) for step in plan.steps if isinstance(step, Start)}
        there = {(one.instance, one.hash) for one in scene.observed.incarnations}
        beside = self.replicas if isinstance(self.how, BlueGreen) else 1
        assert len(there | starts) <= max(len(there), self.replicas + beside)

    def _check_going(self, one: Incarnation, assignment: Assignment, scene: Scene) -> None:
        """What serves goes only where another one serves in its place, and as its strategy says."""
        others = [each for each in scene.standing(one.instance.workload) if each != one]
        assert any(each.instance == one.instance and scene.health(each).good for each in others)
        wanted = {(each.name, each.hash) for each in assignment.instances}
        superseded = any(
            each.instance == one.instance
            and (each.instance, each.hash) not in wanted
            and scene.health(each).good
            for each in others
        )
        if assignment.failed or superseded or (one.instance, one.hash) in wanted:
            return
        new = {each.instance: each for each in others if (each.instance, each.hash) in wanted}
        how = assignment.workload.replacement  # nothing is tried on the way back
        if isinstance(how, BlueGreen):
            assert len(new) == self.replicas
            assert all(scene.health(each).good and not is_nameless(each) for each in new.values())
            assert not how.manual or self._was_promoted(list(new.values()), scene)

    def _check_coming(self, name: InstanceName, assignment: Assignment, scene: Scene) -> None:
        """A canary is not more than its step says until the step is passed, as long as there is a way back."""
        standing = scene.standing(name.workload)
        wanted = {each.name: each.hash for each in assignment.instances}
        older = any(wanted.get(one.instance) != one.hash for one in standing)
        again = any((one.instance, one.hash) == (name, wanted[name]) for one in standing)
        how = assignment.workload.replacement
        if assignment.failed or not isinstance(how, Canary) or not older or again:
            return
        position = [each.name for each in assignment.instances].index(name)
        for step in how.steps:
            count = step.of(self.replicas)
            if count <= position:
                first = {each.name for each in assignment.instances[:count]}
                come = [one for one in standing if one.instance in first and wanted[one.instance] == one.hash]
                assert len(come) == count
                assert all(scene.health(one).good for one in come)
                assert scene.now >= _started(come) + step.pause
                assert not step.manual or self._was_promoted(come, scene)

    def _was_promoted(self, come: list[Incarnation], scene: Scene) -> bool:
        return scene.words.promoted.get(WEB, 0.0) >= _started(come)

    def teardown(self) -> None:
        """Left alone, and with every word that it waits for, it comes to an end."""
        if not hasattr(self, "world"):
            return
        for image in IMAGES:
            self.image_behaves(image, "well")
        self.world.settle(60)  # whatever was to crash has crashed
        self.world.words = Words(retried={WEB: self.world.clock.now()})
        for _ in range(6):
            report = self.world.settle(200)
            self.promote()
        assert report.state is State.CONVERGED
        assert self.world.look()[1].empty


def _started(come: list[Incarnation]) -> float:
    return max(each.started_at or 0.0 for one in come for each in one.containers)


Rollouts.TestCase.settings = settings(
    max_examples=settings().max_examples, stateful_step_count=30, deadline=None
)
TestRollouts = Rollouts.TestCase
