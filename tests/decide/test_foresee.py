"""What would follow from a plan, held against what then does follow."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pullet.decide import decide, foresee
from pullet.decide.scene import Scene
from pullet.model.plan import Pull, Step
from pullet.model.replacement import Canary, CanaryStep, Recreate, Replacement, Rolling, Share
from pullet.model.workload import Workload
from tests.decide.jobworld import JobWorld, cron
from tests.decide.world import World, workload


def told(steps: Sequence[Step]) -> list[str]:
    return [f"{step.do} {step.instance} {step.because}" for step in steps if not isinstance(step, Pull)]


def settled(*workloads: Workload) -> World:
    world = World()
    world.commit(workloads)
    world.settle(60)
    world.clock.advance(30)
    world.tick()
    return world


def lived(world: World) -> list[str]:
    """The steps of a world in which all goes well, each once."""
    done: dict[str, None] = {}
    for _ in range(400):
        _, plan, _ = world.tick()
        done |= dict.fromkeys(told(plan.steps))
        world.clock.advance(0.25)
    return list(done)


REPLACEMENTS: dict[str, Replacement] = {
    "one after the other": Rolling(Share(1), Share(0)),
    "with less": Rolling(Share(0), Share(1)),
    "all at once": Recreate(),
}


@pytest.mark.parametrize("replacement", REPLACEMENTS.values(), ids=REPLACEMENTS)
@pytest.mark.parametrize("probed", [True, False])
def test_a_rollout_to_its_end(replacement: Replacement, probed: bool) -> None:
    """The same steps for the same reasons as the ones that come."""
    world = settled(workload("web", "web:1", replicas=3, replacement=replacement, probed=probed))
    world.commit([workload("web", "web:2", replicas=3, replacement=replacement, probed=probed)])
    scene, plan, _ = world.look()
    foreseen = [*told(plan.steps), *told(foresee(scene, plan))]
    assert sorted(foreseen) == sorted(lived(world))


def test_what_comes_in_order() -> None:
    """A workload that needs another follows it, and the containers of a pod are no steps of their own."""
    db = workload("db", "db:1", probed=True, init=("prepare", "+proxy"), beside=("log",))
    world = World()
    world.commit([workload("web", "web:1", after=("db ready",)), db])
    scene, plan, _ = world.look()
    assert [step.do for step in plan.steps] == ["pull"] * 5
    then = [(step.do, step.instance.workload.name) for step in foresee(scene, plan)]
    assert then == [("start", "db"), ("start", "web")]


def test_nothing_follows_where_all_is_well() -> None:
    """Nor from a plan that only waits for a person."""
    world = settled(workload("web", "web:1"))
    scene, plan, _ = world.look()
    assert plan.empty
    assert foresee(scene, plan) == ()


def test_what_comes_at_its_own_times_follows_from_nothing() -> None:
    """However long something else is waited for."""
    world = JobWorld()
    world.ends("job:1", after=1)
    backup = cron("* * * * *")
    canary = Canary((CanaryStep(Share(1), manual=True),))
    world.commit([backup, workload("web", "web:1", replicas=2, replacement=canary)])
    world.passes(70)
    world.commit([backup, workload("web", "web:2", replicas=2, replacement=canary)])
    world.passes(10)
    scene, plan, _ = world.look()
    assert [wait.instance.workload.name for wait in plan.waits] == ["backup", "web"]
    assert told(foresee(scene, plan)) == []


def test_it_ends_where_nothing_helps() -> None:
    """A port that two want is held for ever."""
    world = World()
    world.commit([workload("web", "web:1", host_port=80), workload("api", "api:1", host_port=80)])
    scene, plan, _ = world.look()
    then = foresee(scene, plan)
    assert [step.do for step in then if not isinstance(step, Pull)] == ["start"]


def test_a_large_rollout_is_foreseen_whole() -> None:
    """Every instance is replaced, however many rounds it takes."""
    world = settled(workload("web", "web:1", replicas=40, probed=True))
    world.commit([workload("web", "web:2", replicas=40, probed=True)])
    scene, plan, _ = world.look()
    steps = [*plan.steps, *foresee(Scene(scene.desired, scene.observed, scene.now), decide(scene))]
    assert sum(step.do == "start" for step in steps) == sum(step.do == "remove" for step in steps) == 40
