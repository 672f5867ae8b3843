"""How what is not wanted goes: the other way round than it came, and not at all where that was said."""

from __future__ import annotations

from dataclasses import replace

from pullet.decide import Scene
from pullet.model.memory import Memory
from pullet.model.observed import Incarnation
from pullet.model.plan import Plan, Remove
from pullet.model.report import Report, State
from pullet.model.workload import Workload
from tests.decide.world import World, workload


def gone(watched: list[str]) -> World:
    """A world that writes down what it removes, in order."""

    def watch(_scene: Scene, plan: Plan, _report: Report) -> None:
        watched.extend(str(step.instance) for step in plan.steps if isinstance(step, Remove))

    return World(watch)


def names(world: World) -> list[str]:
    return sorted(name for name, _ in world.standing())


def kept(declared: Workload, *, says: bool = True) -> Workload:
    return replace(declared, prune="false" if says else "true")


def test_a_dependant_goes_before_what_it_needs() -> None:
    """Nothing is asked to do without what it was promised; and each waits until the other is gone, not on its way."""
    removed: list[str] = []
    world = gone(removed)
    world.engine.script.stop = 5.0
    world.commit([workload("db", "web:1"), workload("web", "web:1", after=("db ready",))])
    world.settle()
    world.commit([])
    _, plan, report = world.tick()
    assert [str(wait.instance) for wait in plan.waits] == ["shop/Deployment/db#0"]
    assert report.state is State.PROGRESSING
    world.settle()
    assert removed == ["shop/Deployment/web#0", "shop/Deployment/db#0"]
    assert names(world) == []


def test_labels_of_different_revisions_may_go_round_in_a_circle() -> None:
    """Then the first by name goes first, and nothing is left."""
    removed: list[str] = []
    world = gone(removed)
    world.commit([workload("db", "web:1"), workload("web", "web:1", after=("db ready",))])
    world.settle()
    world.commit([workload("db", "web:2", after=("web ready",)), workload("web", "web:1")])
    world.settle()
    removed.clear()
    world.commit([])
    world.settle()
    assert removed == ["shop/Deployment/db#0", "shop/Deployment/web#0"]
    assert names(world) == []


def test_who_cannot_be_removed_holds_up_only_what_it_needs() -> None:
    """A circle elsewhere is not its business."""
    world = World()
    world.commit([workload("a", "web:1"), workload("b", "web:1", after=("a ready",)), workload("c", "web:1")])
    world.settle()
    world.commit([])
    _, plan, _ = world.tick()
    removals = [str(step.instance) for step in plan.steps if isinstance(step, Remove)]
    assert removals == ["shop/Deployment/b#0", "shop/Deployment/c#0"]


def test_what_is_kept_is_healed_and_held() -> None:
    """It runs on as if it were declared, and the report says why it is there."""
    world = World()
    world.commit([kept(workload("db", "web:1")), workload("web", "web:1")])
    world.settle()
    world.commit([workload("web", "web:1")])
    report = world.settle()
    assert names(world) == ["shop/Deployment/db#0", "shop/Deployment/web#0"]
    assert report.workloads["shop/Deployment/db"].state is State.HELD
    assert "pullet.dev/prune is false" in report.workloads["shop/Deployment/db"].message
    world.engine.kill(_db(world).instance)
    world.settle()
    assert world.look()[2].workloads["shop/Deployment/db"].ready == 1


def test_the_mark_counts_also_where_the_containers_are_older() -> None:
    """They are not made anew for it, so the ledger remembers; and where it is lost, so is only that."""
    world = World()
    world.commit([workload("db", "web:1"), workload("web", "web:1")])
    world.settle()
    made = _db(world).containers[0].id
    world.commit([kept(workload("db", "web:1")), workload("web", "web:1")])
    world.settle()
    world.commit([workload("web", "web:1")])
    world.settle()
    assert _db(world).containers[0].id == made


def test_the_mark_is_on_the_containers_where_the_ledger_is_lost() -> None:
    """Absence of information never deletes."""
    world = World()
    world.commit([kept(workload("db", "web:1")), workload("web", "web:1")])
    world.settle()
    world.memory = Memory()
    world.commit([workload("web", "web:1")])
    world.settle()
    assert "shop/Deployment/db#0" in names(world)


def test_a_mark_that_was_taken_back() -> None:
    """The last word counts, although the containers still carry the first one; then nothing is remembered of it."""
    world = World()
    world.commit([kept(workload("db", "web:1")), workload("web", "web:1")])
    world.settle()
    world.commit([workload("db", "web:1"), workload("web", "web:1")])
    world.settle()
    world.commit([workload("web", "web:1")])
    world.settle()
    assert names(world) == ["shop/Deployment/web#0"]
    assert world.memory.kept == {}


def test_a_person_lets_go_of_what_is_kept() -> None:
    """Who removes the containers by hand ends it: nobody makes them again."""
    world = World()
    world.commit([kept(workload("db", "web:1")), workload("web", "web:1")])
    world.settle()
    world.commit([workload("web", "web:1")])
    world.settle()
    world.engine.remove_behind_our_back(_db(world).instance)
    report = world.settle()
    assert names(world) == ["shop/Deployment/web#0"]
    assert report.state is State.CONVERGED
    assert world.memory.kept == {}


def _db(world: World) -> Incarnation:
    return next(one for one in world.observe().incarnations if one.instance.workload.name == "db")
