"""What is reported of changes by hand, and what comes of them, turn by turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pullet.model.names import InstanceName
from pullet.model.observed import Drift, ObservedContainer
from pullet.model.plan import Mend, Remove
from pullet.model.pod import Restart
from pullet.model.replacement import Rolling, Share
from pullet.model.report import Report, State
from pullet.model.workload import DriftPolicy
from tests.decide.world import World, workload

WEB = InstanceName.parse("shop/Deployment/web#0")
RENAMED = Drift("name", "it was renamed to mine", in_place=True)
OTHER = Drift("image", "its image is other:1, web:1 was asked for")


def world(drift: DriftPolicy | None = None, replicas: int = 1) -> World:
    """One workload that has settled."""
    found = World()
    found.commit([replace(workload("web", "web:1", replicas=replicas), drift=drift)])
    assert found.settle().state is State.CONVERGED
    return found


def containers(found: World) -> list[ObservedContainer]:
    return [one for incarnation in found.observe().incarnations for one in incarnation.containers]


def words(report: Report) -> set[str]:
    return {word for one in report.instances for word in one.drift}


def test_it_is_not_converged_before_it_is_as_it_was() -> None:
    """And in the meantime the report says what was changed."""
    found = world()
    before = containers(found)[0].id
    found.engine.drift_by_hand(WEB, RENAMED)
    _, plan, report = found.tick()
    assert [type(step) for step in plan.steps] == [Mend]
    assert report.state is State.PROGRESSING
    assert words(report) == {RENAMED.words}
    report = found.settle()
    assert (report.state, words(report)) == (State.CONVERGED, set())
    assert [one.id for one in containers(found)] == [before]


def test_what_cannot_be_put_back_is_made_anew_one_at_a_time() -> None:
    """Never are two of them away at once where none may be."""
    found = World()
    bounds = Rolling(Share(1), Share(0))
    found.commit([workload("web", "web:1", replicas=3, replacement=bounds)])
    found.settle()
    before = {one.id for one in containers(found)}
    for ordinal in range(3):
        found.engine.drift_by_hand(InstanceName.parse(f"shop/Deployment/web#{ordinal}"), OTHER)
    for _ in range(60):
        _, plan, _ = found.tick()
        assert sum(isinstance(step, Remove) for step in plan.steps) <= 1
        assert len(containers(found)) >= 2
        found.clock.advance(0.1)
    assert found.settle().state is State.CONVERGED
    after = containers(found)
    assert len(after) == 3
    assert not before & {one.id for one in after}
    assert not any(one.drift for one in after)


@pytest.mark.parametrize("change", [RENAMED, OTHER])
def test_it_may_only_be_told(change: Drift) -> None:
    """The workload stays what its readiness says, and says what was changed."""
    found = world("report")
    found.engine.drift_by_hand(WEB, change)
    report = found.settle()
    told = report.workloads["shop/Deployment/web"]
    assert (told.state, told.message) == (State.CONVERGED, f"changed by hand: {change.words}")
    (instance,) = report.instances
    assert (instance.ready, instance.because, instance.drift) == (True, told.message, (change.words,))
    assert containers(found)[0].drift == (change,)


def test_nobody_looks_where_it_is_off() -> None:
    """Neither is anything done nor told."""
    found = world("off")
    found.engine.drift_by_hand(WEB, OTHER)
    report = found.settle()
    assert report.workloads["shop/Deployment/web"].message == ""
    assert words(report) == set()


def test_the_node_says_what_happens_where_a_workload_does_not() -> None:
    """The workload's word is the stronger one."""
    found = world()
    found.desired = replace(found.desired, drift="off")
    found.engine.drift_by_hand(WEB, RENAMED)
    assert found.look()[1].empty


def test_another_policy_touches_no_container() -> None:
    """It is no part of the specification."""
    found = world()
    before = [one.id for one in containers(found)]
    found.commit([replace(workload("web", "web:1"), drift="report")])
    assert found.look()[1].empty
    assert [one.id for one in containers(found)] == before


def test_what_has_done_its_work_does_not_do_it_again() -> None:
    """However much it was changed."""
    found = World()
    web = workload("web", "web:1")
    found.commit([replace(web, pod=replace(web.pod, restart=Restart.NEVER))])
    found.settle()
    found.engine.crash(WEB, exit_code=0)
    found.engine.drift_by_hand(WEB, OTHER)
    before = containers(found)[0].id
    found.settle()
    assert [one.id for one in containers(found)] == [before]
