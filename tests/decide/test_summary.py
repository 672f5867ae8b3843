"""What the report says of a node in one line."""

from __future__ import annotations

from dataclasses import replace

from pullet.decide import Outcome, Scene, summarise
from pullet.model.catalog import Catalog
from pullet.model.observed import Answer, Observed, Phase
from pullet.model.placement import Desired
from pullet.model.plan import Plan
from pullet.model.problem import Origin, Problem
from pullet.model.report import State
from pullet.model.snapshot import Fetched, Revision
from tests.decide.world import World, workload


def test_a_refusal_names_place_and_field() -> None:
    """The first mistake is told with all that is needed to find it, and how many more there are."""
    slip = Problem(Origin("shop/web.yaml", 7, 3), "unknown field", field="spec.replica")
    other = Problem(Origin("shop/web.yaml", 9, 3), "must be a number", field="spec.replicas")
    desired = Desired(Revision("c0ffee"), "edge-1", catalog=Catalog(problems=(slip, other)))
    outcome = Outcome(Scene(desired, Observed(), 0.0), Plan("c0ffee", "edge-1"))
    report = summarise(outcome, Fetched())
    assert report.state is State.REFUSED
    assert report.message == "shop/web.yaml:7:3: spec.replica: unknown field (and 1 more)"


def test_a_paused_rollout_is_held_and_what_it_keeps_serves() -> None:
    """Nothing more happens by itself, so a `pullet once` need not wait; and it is not converged."""
    world = World()
    world.commit([workload("web", "web:1")])
    assert world.settle().state is State.CONVERGED
    world.commit([replace(workload("web", "web:2"), paused=True)])
    report = world.settle(60)
    assert report.state is State.HELD
    assert "paused" in report.message
    standing = [container for one in world.observe().incarnations for container in one.containers]
    assert [(one.image, one.phase) for one in standing] == [("web:1", Phase.RUNNING)]


def test_why_the_new_one_is_not_ready_is_not_said_of_the_old_one() -> None:
    """Two stand side by side: each has its own reason, and what is removed has that."""
    world = World()
    world.commit([workload("web", "web:1", probed=True)])
    world.settle(60)
    world.engine.script.answers["web:2"] = Answer(ready=False, message="GET / answered 503")
    world.commit([workload("web", "web:2", probed=True)])
    report = world.settle(20)
    told = {one.containers[0].image: one.because for one in report.instances}
    assert told["web:2"] == "GET / answered 503"
    assert "503" not in told["web:1"]
    world.engine.script.answers["web:2"] = Answer(ready=True)
    _, plan, report = world.look()
    told = {one.containers[0].image: one.because for one in report.instances}
    assert [step.because for step in plan.steps] == [told["web:1"]]
    assert told["web:2"] != told["web:1"]
