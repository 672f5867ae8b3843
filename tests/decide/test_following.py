"""Who starts anew with what it depends on, and when."""

from __future__ import annotations

from dataclasses import replace

from pullet.decide import Scene, decide
from pullet.model.observed import ObservedContainer
from pullet.model.plan import Plan, Revive
from pullet.model.report import Report, State
from pullet.testing.script import Reached
from tests.decide.world import World, workload

WEB = ("db ready restart",)


def watching(restarted: list[str]) -> World:
    def watch(_scene: Scene, plan: Plan, _report: Report) -> None:
        restarted.extend(str(step.instance) for step in plan.steps if isinstance(step, Revive))

    return World(watch)


def container(world: World, name: str) -> ObservedContainer:
    return next(
        one.containers[0] for one in world.observe().incarnations if one.instance.workload.name == name
    )


def test_a_replacement_takes_its_dependant_along() -> None:
    """Started anew, not made anew: after the new one is ready, once, and then nothing is left to do."""
    restarted: list[str] = []
    world = watching(restarted)
    world.commit([workload("db", "web:1", probed=True), workload("web", "web:1", after=WEB)])
    world.settle()
    before = container(world, "web")
    assert restarted == []
    world.commit([workload("db", "web:2", probed=True), workload("web", "web:1", after=WEB)])
    assert world.settle().state is State.CONVERGED
    after = container(world, "web")
    assert restarted == ["shop/Deployment/web#0"]
    assert after.id == before.id
    assert (after.started_at or 0) > (container(world, "db").started_at or 0)
    assert world.look()[1].empty


def test_without_the_word_nobody_follows() -> None:
    """A dependency that is replaced is no reason to interrupt who uses it."""
    restarted: list[str] = []
    world = watching(restarted)
    world.commit([workload("db", "web:1"), workload("web", "web:1", after=("db ready",))])
    world.settle()
    world.commit([workload("db", "web:2"), workload("web", "web:1", after=("db ready",))])
    world.settle()
    assert restarted == []


def test_a_crash_is_no_replacement() -> None:
    """Neither what the engine restarts by itself counts, nor what is started again on request."""
    restarted: list[str] = []
    world = watching(restarted)
    world.commit([workload("db", "web:1"), workload("web", "web:1", after=WEB)])
    world.settle()
    db = next(one.instance for one in world.observe().incarnations if one.instance.workload.name == "db")
    world.engine.crash(db)
    world.settle()
    world.engine.kill(db)
    world.settle()
    assert restarted == ["shop/Deployment/db#0"]


def test_one_instance_after_the_other() -> None:
    """Each waits until the one before is ready again."""
    most = [0]

    def watch(_scene: Scene, plan: Plan, _report: Report) -> None:
        most[0] = max(most[0], sum(isinstance(step, Revive) for step in plan.steps))

    world = World(watch)
    world.engine.script.start = 3.0
    shape = {"replicas": 3, "probed": True, "after": WEB}
    world.commit([workload("db", "web:1"), workload("web", "web:1", **shape)])  # type: ignore[arg-type]
    world.settle()
    world.commit([workload("db", "web:2"), workload("web", "web:1", **shape)])  # type: ignore[arg-type]
    assert world.settle().state is State.CONVERGED
    assert most == [1]
    db = container(world, "db").created_at or 0
    web = [one for one in world.observe().incarnations if one.instance.workload.name == "web"]
    assert len(web) == len([one for one in web if (one.containers[0].started_at or 0) > db])


def test_the_agent_dies_in_between() -> None:
    """What stands says by itself that the restart is still due."""
    world = World()
    world.commit([workload("db", "web:1"), workload("web", "web:1", after=WEB)])
    world.settle()
    world.commit([workload("db", "web:2"), workload("web", "web:1", after=WEB)])
    while not any(isinstance(step, Revive) for step in world.tick()[1].steps):
        world.clock.advance(0.1)
    world.engine.agent_death(lambda _: Reached.NOTHING)
    world.settle()
    assert (container(world, "web").started_at or 0) > (container(world, "db").created_at or 0)


def test_a_clock_that_was_set_back() -> None:
    """What was made in the future is no reason to restart again and again."""
    restarted: list[str] = []
    world = watching(restarted)
    world.commit([workload("db", "web:1"), workload("web", "web:1", after=WEB)])
    world.settle()
    world.clock.advance(10_000.0)
    world.commit([workload("db", "web:2"), workload("web", "web:1", after=WEB)])
    while not any(isinstance(step, Revive) for step in world.tick()[1].steps):
        world.clock.advance(0.1)
    scene, _, _ = world.look()
    assert not decide(replace(scene, now=scene.now - 5_000.0)).steps
