"""Whole stories on the fake engine, with the clock in the test's hand."""

from dataclasses import replace
from functools import partial

from pullet.model.errors import Refused
from pullet.model.memory import Words
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Answer
from pullet.model.plan import Step
from pullet.model.pod import Restart
from pullet.model.report import State
from pullet.testing.script import Crash, Reached
from tests.decide.world import World, workload

WEB = InstanceName(WorkloadName("shop", "Deployment", "web"), "0")


def _always(reached: Reached, _: Step) -> Reached:
    return reached


def world(*images: str) -> World:
    """A node that converged on one workload for each image, named web, web1, …"""
    made = World()
    made.commit([workload(f"web{index or ''}", image, replicas=2) for index, image in enumerate(images)])
    assert made.settle().state is State.CONVERGED
    return made


def test_nothing_to_do_when_nothing_changed() -> None:
    """At the fixed point the plan is empty, and stays so."""
    node = world("web:1")
    node.clock.advance(3600)
    assert node.look()[1].empty


def test_a_commit_that_does_not_touch_a_workload_does_not_touch_its_containers() -> None:
    """The commit is no part of the specification."""
    node = world("web:1")
    before = {one.containers[0].id for one in node.engine.observe().incarnations}
    node.commit([workload("web", "web:1", replicas=2), workload("api", "web:1")])
    node.settle()
    assert before < {one.containers[0].id for one in node.engine.observe().incarnations}


def test_a_killed_container_comes_back_at_once() -> None:
    """The first restart waits for nothing."""
    node = world("web:1")
    node.engine.kill(WEB)
    steps = node.look()[1].steps
    assert [(step.do, step.instance) for step in steps] == [("restart", WEB)]
    assert node.settle().state is State.CONVERGED


def test_a_revision_that_cannot_be_pulled_stops_nothing_and_says_so() -> None:
    """Images come before anything is stopped."""
    node = world("web:1")
    standing = node.standing()
    node.engine.script.unpullable["web:2"] = Refused("web:2 is not in the registry")
    node.commit([workload("web", "web:2", replicas=2)])
    report = node.settle(60)
    assert node.standing() == standing
    assert report.state is State.DEGRADED
    assert "web:2 is not in the registry" in report.message


def test_a_revision_that_is_never_ready_leaves_the_old_one_serving() -> None:
    """A new revision must prove itself before the old one goes."""
    node = world("web:1")
    standing = node.standing()
    node.engine.script.answers["web:2"] = Answer(ready=False, message="GET / answered 503")
    node.commit([workload("web", "web:2", replicas=2, probed=True)])
    report = node.settle(120)
    assert standing < node.standing()
    assert report.state is State.DEGRADED
    assert "503" in report.message


def test_a_revert_takes_a_bad_revision_back() -> None:
    """And the old containers were never touched."""
    node = world("web:1")
    standing = {one.containers[0].id for one in node.engine.observe().incarnations}
    node.engine.script.crashes["web:2"] = Crash(0.5, 3)
    node.commit([workload("web", "web:2", replicas=2)])
    node.settle(5)
    node.commit([workload("web", "web:1", replicas=2)])
    assert node.settle().state is State.CONVERGED
    assert standing == {one.containers[0].id for one in node.engine.observe().incarnations}


def test_a_new_specification_never_waits_for_the_failures_of_the_old() -> None:
    """Backoff forgets."""
    node = World()
    node.engine.script.unpullable["web:9"] = Refused("no such image")
    node.commit([workload("web", "web:9")])
    node.settle(300)
    node.commit([workload("web", "web:1")])
    assert [step.do for step in node.look()[1].steps] == ["pull"]


def test_an_agent_that_dies_in_the_middle_of_any_step_leaves_nothing_behind() -> None:
    """Whether the step had no, half or its whole effect."""
    for reached in Reached:
        node = world("web:1")
        node.commit([workload("web", "web:2", replicas=2)])
        for _ in range(40):
            node.tick()
            node.engine.agent_death(partial(_always, reached))
            node.clock.advance(0.1)
        assert node.settle().state is State.CONVERGED
        assert node.standing() == node.wanted()


def test_a_crash_loop_is_reported_and_does_not_flap() -> None:
    """A container that just came back after a crash is not called ready."""
    node = World()
    node.engine.script.crashes["web:1"] = Crash(2.0, 7)
    node.commit([workload("web", "web:1")])
    node.settle(5)
    states = set()
    for _ in range(200):
        states.add(node.tick()[2].state)
        node.clock.advance(0.3)
    assert states == {State.DEGRADED}


def test_what_crashes_every_ten_odd_seconds_is_not_called_well_in_between() -> None:
    """From the third time on, until it has been up for a minute."""
    world = World()
    world.engine.script.crashes["web:1"] = Crash(15.0, 7)
    world.commit([workload("web", "web:1")])
    first = [world.settle(1).state for _ in range(100)]
    assert State.CONVERGED in first
    then = [world.settle(1).state for _ in range(200)]
    assert State.CONVERGED not in then
    del world.engine.script.crashes["web:1"]
    assert world.settle(300).state is State.CONVERGED


def test_what_failed_for_good_is_started_again_when_somebody_asks() -> None:
    """Once for each time that it is asked."""
    world = World()
    world.engine.script.crashes["import:1"] = Crash(1.0, 3)
    made = workload("import", "import:1")
    world.commit([replace(made, pod=replace(made.pod, restart=Restart.NEVER))])
    assert world.settle(30).state is State.DEGRADED
    assert [step.do for step in world.tick()[1].steps] == []
    world.clock.advance(1)
    world.words = Words(retried={str(made.name): world.clock.now()})
    assert [step.do for step in world.tick()[1].steps] == ["restart"]
    assert world.settle(30).state is State.DEGRADED
    assert world.look()[1].steps == ()
