"""Who waits for what it needs while that is being replaced."""

from __future__ import annotations

from dataclasses import replace

from pullet.model.names import InstanceName
from pullet.model.observed import Answer
from pullet.model.report import State
from pullet.model.workload import Workload
from tests.decide.world import World, workload

WEB = InstanceName.parse("shop/Deployment/web#0")
NEEDS_DB = ("db ready",)


def database(image: str) -> Workload:
    return replace(workload("db", image, probed=True), progress_deadline=60)


def world_with(*declared: Workload) -> World:
    """In which these have proven themselves, and db:2 does not become ready."""
    world = World()
    world.commit(declared)
    assert world.settle(60).state is State.CONVERGED
    world.clock.advance(30)
    world.tick()
    world.engine.script.answers["db:2"] = Answer(ready=False, message="503")
    return world


def images(world: World) -> list[str]:
    return sorted(one.containers[0].image for one in world.observe().incarnations)


def test_the_new_one_waits_for_the_new_one_of_what_it_needs() -> None:
    """However well the old one serves: what is committed together comes in its order."""
    world = world_with(database("db:1"), workload("web", "web:1", after=NEEDS_DB))
    world.commit([database("db:2"), workload("web", "web:2", after=NEEDS_DB)])
    world.settle(30)
    assert images(world) == ["db:1", "db:2", "web:1"]
    world.engine.script.answers["db:2"] = Answer(ready=True)
    assert world.settle(60).state is State.CONVERGED
    assert images(world) == ["db:2", "web:2"]


def test_what_ran_before_comes_back_meanwhile() -> None:
    """It worked with the old one, which serves still."""
    world = world_with(database("db:1"), workload("web", "web:1", after=NEEDS_DB))
    world.commit([database("db:2"), workload("web", "web:1", after=NEEDS_DB)])
    world.settle(10)
    world.engine.remove_behind_our_back(WEB)
    world.settle(30)
    assert images(world) == ["db:1", "db:2", "web:1"]


def test_after_a_rollback_nobody_waits_for_what_failed() -> None:
    """What came back is what there is to need, and the new one shows by itself whether that is enough."""
    world = world_with(database("db:1"), workload("web", "web:1", after=NEEDS_DB))
    world.commit([database("db:2"), workload("web", "web:2", after=NEEDS_DB)])
    assert world.settle(120).state is State.ROLLED_BACK
    assert images(world) == ["db:1", "web:2"]
