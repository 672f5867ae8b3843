"""How far a rollout has come, as the pure core tells it."""

from __future__ import annotations

from dataclasses import replace

from pullet.decide import rollouts
from pullet.model.lifetime import Finite, Hook
from pullet.model.observed import Answer
from pullet.model.report import State
from pullet.model.rollout import Rollout
from tests.decide.jobworld import FAILURE, JobWorld, job
from tests.decide.world import World, workload

NOT_READY = Answer(ready=False, message="GET / answered 503")


def seen(world: World) -> Rollout:
    scene, _, report = world.look()
    (found,) = rollouts(scene, report)
    return found


def ready_world(image: str = "web:1") -> World:
    world = World()
    world.commit([workload("web", image, replicas=2, probed=True)])
    world.settle(60)
    world.clock.advance(30)
    world.tick()
    return world


def test_complete() -> None:
    """Every instance is of the wanted specification, since it was found good; nothing more is expected."""
    found = seen(ready_world())
    assert (found.state, found.wanted, found.updated, found.ready, found.older) == (
        State.CONVERGED,
        2,
        2,
        2,
        (),
    )
    assert (found.ended, found.deadline, found.commit) == (True, None, f"{1:040x}")
    assert found.since is not None


def test_on_the_way() -> None:
    """From which to which, how many of each, and by when it has to come further."""
    world = ready_world()
    old = seen(world).hash
    world.engine.script.answers["web:2"] = NOT_READY
    world.commit([workload("web", "web:2", replicas=2, probed=True)])
    world.settle(30)
    found = seen(world)
    assert (found.state, found.updated, found.ready, found.ended) == (State.PROGRESSING, 1, 0, False)
    assert [(one.hash, one.commit, one.count) for one in found.older] == [(old, f"{1:040x}", 2)]
    assert found.hash != old
    assert found.commit == f"{2:040x}"
    assert found.deadline is not None
    assert found.deadline > world.clock.now()


def test_rolled_back() -> None:
    """What is wanted is what was good, and what failed is named, since when."""
    world = ready_world()
    old = seen(world).hash
    world.engine.script.answers["web:2"] = NOT_READY
    world.commit([workload("web", "web:2", replicas=2, probed=True)])
    world.settle(900)
    found = seen(world)
    assert (found.state, found.hash, found.commit) == (State.ROLLED_BACK, old, f"{1:040x}")
    assert found.failed is not None
    assert (found.failed.commit, found.since) == (f"{2:040x}", found.failed.at)
    assert (found.updated, found.ready, found.older, found.ended) == (2, 2, (), True)


def test_a_first_release_that_never_works() -> None:
    """There is nothing to go back to: whoever waits is let go when its deadline is over."""
    world = World()
    world.engine.script.answers["web:1"] = NOT_READY
    world.commit([workload("web", "web:1", probed=True)])
    world.settle(60)
    assert not seen(world).ended
    world.settle(700)
    found = seen(world)
    assert (found.failed, found.ready, found.ended) == (None, 0, True)


def test_a_job_that_failed() -> None:
    """Nothing comes of it by itself once its tries are over, and not before."""
    world = JobWorld()
    world.ends("job:1", FAILURE, after=1)
    world.commit([job(lifetime=Finite(backoff_limit=1))])
    world.passes(5)
    found = seen(world)
    assert (found.state, found.ended) == (State.PROGRESSING, False)
    world.passes(60)
    found = seen(world)
    assert (found.state, found.ended) == (State.DEGRADED, True)


def test_a_hook_that_failed() -> None:
    """Who waits for it waits for a change or a person, and that is the end."""
    world = JobWorld()
    world.ends("job:1", FAILURE, after=1)
    web = workload("web", "web:1")
    hook = job(lifetime=Finite(backoff_limit=0), hook=Hook(web.name, before=True))
    world.commit([replace(web, hooks=(hook.name,)), hook])
    world.passes(60)
    scene, _, report = world.look()
    assert {(one.workload, one.state, one.ended) for one in rollouts(scene, report)} == {
        ("shop/Deployment/web", State.DEGRADED, True),
        ("shop/Job/migrate", State.DEGRADED, True),
    }
