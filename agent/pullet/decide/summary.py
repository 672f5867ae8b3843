"""What came of a revision on this node, for people and machines. Never says converged when it is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from pullet.decide.absent import Go, fate
from pullet.decide.drift import mended, outgrown, told
from pullet.decide.failing import stuck
from pullet.decide.gate import gate
from pullet.decide.instances_report import drift_of, instances
from pullet.decide.jobs_report import report
from pullet.decide.naming import is_nameless
from pullet.decide.scene import Scene
from pullet.decide.strategies import awaited
from pullet.model.lifetime import Endless
from pullet.model.memory import Memory
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Incarnation, Observed
from pullet.model.placement import Assignment, Desired, Instance
from pullet.model.plan import Plan, Remove
from pullet.model.report import Report, State, WorkloadReport
from pullet.model.snapshot import Fetched


@dataclass(frozen=True)
class Outcome:
    """One tick, complete: what it saw and what it decided."""

    scene: Scene
    plan: Plan

    @property
    def desired(self) -> Desired:
        return self.scene.desired

    @property
    def observed(self) -> Observed:
        return self.scene.observed

    @cached_property
    def leaving(self) -> frozenset[WorkloadName]:
        """Of which something is removed now."""
        return frozenset(step.instance.workload for step in self.plan.steps if isinstance(step, Remove))

    @cached_property
    def next_moves(self) -> Mapping[WorkloadName, str]:
        """Why the first step, or else the first wait, of each workload."""
        moves = (*self.plan.steps, *self.plan.waits)
        return {move.instance.workload: move.because for move in reversed(moves)}


def summarise(outcome: Outcome, fetched: Fetched) -> Report:
    """The report of one tick; `since` and `took` follow from what the ledger remembers of this revision."""
    workloads = dict(_workloads(outcome))
    state, message = _overall(outcome, workloads, fetched)
    since, took = _timing(outcome.desired, state, outcome.scene.memory, outcome.scene.now)
    return Report(
        node=outcome.desired.node,
        commit=outcome.desired.revision.commit,
        state=state,
        since=since,
        took=took,
        message=message,
        workloads={str(name): workloads[name] for name in sorted(workloads)},
        problems=outcome.desired.catalog.problems,
        instances=tuple(instances(outcome.scene, outcome.plan)),
        fetched_at=fetched.at,
        fetch_error=fetched.error,
    )


def blind(desired: Desired, error: str, memory: Memory, fetched: Fetched, now: float) -> Report:
    """The report of a tick that could not see what stands: nothing is known to be ready."""
    since, took = _timing(desired, State.DEGRADED, memory, now)
    unseen = {
        str(one.workload.name): WorkloadReport(State.DEGRADED, 0, len(one.instances), message=error)
        for one in desired.assignments
    }
    return Report(
        node=desired.node,
        commit=desired.revision.commit,
        state=State.DEGRADED,
        since=since,
        took=took,
        message=error,
        workloads=unseen,
        problems=desired.catalog.problems,
        fetched_at=fetched.at,
        fetch_error=fetched.error,
    )


def _timing(desired: Desired, state: State, memory: Memory, now: float) -> tuple[float, float]:
    """Since when the state holds, and how many seconds after the revision was first seen, or was last converged."""
    last = memory.last
    if last is None or last.commit != desired.revision.commit:
        return now, 0.0
    since = last.since if last.state == state else now
    return since, max(0.0, since - (last.seen if last.left is None else last.left))


def _overall(
    outcome: Outcome, workloads: dict[WorkloadName, WorkloadReport], fetched: Fetched
) -> tuple[State, str]:
    """An ordered table: the first line that holds is the state of the node."""
    desired, states = outcome.desired, {report.state for report in workloads.values()}
    errors = desired.catalog.errors
    if not desired.revision.commit:
        return State.HELD, fetched.error or "no revision to follow yet; what runs is kept"
    if outcome.scene.words.paused:
        return State.HELD, f"paused: {outcome.scene.words.paused}"
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        first = errors[0]
        return State.REFUSED, f"{first.origin}: {first.what}{more}"
    if outcome.plan.hold:
        return State.HELD, outcome.plan.hold
    for state in (State.DEGRADED, State.ROLLED_BACK, State.HELD, State.PROGRESSING):
        if state in states:
            return state, _first_message(workloads, state)
    return (State.PROGRESSING, outcome.plan.steps[0].because) if outcome.plan.steps else (State.CONVERGED, "")


def _first_message(workloads: dict[WorkloadName, WorkloadReport], state: State) -> str:
    name = min(name for name in workloads if workloads[name].state is state)
    return f"{name}: {workloads[name].message}"


def _workloads(outcome: Outcome) -> Iterator[tuple[WorkloadName, WorkloadReport]]:
    wanted = {} if outcome.desired.hold else {one.workload.name: one for one in outcome.desired.assignments}
    standing = {one.instance.workload for one in outcome.observed.incarnations}
    for name in standing | set(wanted):
        if name in wanted and not isinstance(wanted[name].workload.lifetime, Endless):
            yield name, report(wanted[name], _next_move(name, outcome), outcome.scene)
        elif name in wanted:
            yield name, _told(wanted[name], _wanted(wanted[name], outcome))
        else:
            yield name, _unwanted(name, outcome)


def _wanted(assignment: Assignment, outcome: Outcome) -> WorkloadReport:
    scene = outcome.scene
    current = {instance.name: _current(instance, scene) for instance in assignment.instances}
    ready = sum(1 for one in current.values() if one is not None and scene.health(one).good)
    state, message = _judge(assignment, current, outcome)
    return WorkloadReport(
        state=state,
        ready=ready,
        wanted=len(assignment.instances),
        hash=assignment.instances[0].hash if assignment.instances else "",
        message=message,
    )


def _told(assignment: Assignment, report: WorkloadReport) -> WorkloadReport:
    """Also that it is not what is declared, which is never good news."""
    failed = assignment.failed
    if failed is None:
        return report
    here = assignment.instances[0].hash
    stuck = assignment.workload.paused
    end = "its rollout stopped" if stuck else f"rolled back to {here[:8]}"
    message = f"{end}: {failed.hash[:8]} of {failed.commit[:10]} failed: {failed.because}"
    if report.state is State.DEGRADED and not stuck:
        message = f"{message}; and that is not well: {report.message}"
    state = State.DEGRADED if stuck or report.state is State.DEGRADED else State.ROLLED_BACK
    return replace(report, state=state, message=message, failed=failed)


def _judge(
    assignment: Assignment, current: Mapping[InstanceName, Incarnation | None], outcome: Outcome
) -> tuple[State, str]:
    """One workload; what cannot be done outranks what is on its way."""
    scene = outcome.scene
    found = [scene.health(one) for one in current.values() if one is not None]
    if (shut := gate(assignment, scene)) and shut.failed:
        return State.DEGRADED, shut.because
    for instance in assignment.instances if scene.observed.attempts else ():
        if failure := next(stuck(instance, current[instance.name], scene), ""):
            return State.DEGRADED, failure
    if bad := [one for one in found if one.bad]:
        return State.DEGRADED, bad[0].because
    if assignment.workload.paused and len(found) < len(assignment.instances) and _covered(current, scene):
        return State.HELD, "its rollout is paused; the old ones stay"
    if word := awaited(assignment, scene):
        return State.HELD, word
    complete = len(found) == len(assignment.instances) == len(scene.standing(assignment.workload.name))
    if not complete or not all(one.good for one in found):
        return State.PROGRESSING, _next_move(assignment.workload.name, outcome)
    return _as_asked(assignment, current, outcome)


def _as_asked(
    assignment: Assignment, current: Mapping[InstanceName, Incarnation | None], outcome: Outcome
) -> tuple[State, str]:
    """What serves may have been changed by hand, which is about to be put right, or only told."""
    scene, drifted = outcome.scene, [one for one in current.values() if one is not None and drift_of(one)]
    changed = [word for one in drifted if (word := told(one, assignment.workload, scene))]
    if any(_repaired(one, assignment, scene) for one in drifted):
        return State.PROGRESSING, _next_move(assignment.workload.name, outcome)
    return State.CONVERGED, changed[0] if changed else ""


def _repaired(one: Incarnation, assignment: Assignment, scene: Scene) -> bool:
    """Whether it is about to be put right, in place or with new containers."""
    instance = next(instance for instance in assignment.instances if instance.name == one.instance)
    changed = outgrown(one, assignment, scene) or mended(one, instance, assignment, scene)
    return bool(changed) or is_nameless(one)


def _covered(names: Iterable[InstanceName], scene: Scene) -> bool:
    """Whether each of them serves, from whatever specification."""
    return all(any(scene.health(one).good for one in scene.incarnations(name)) for name in names)


def _next_move(name: WorkloadName, outcome: Outcome) -> str:
    return outcome.next_moves.get(name, "on its way")


def _unwanted(name: WorkloadName, outcome: Outcome) -> WorkloadReport:
    """Stands here, and is either on its way out or kept for a reason."""
    standing = outcome.scene.standing(name)
    busy = any(outcome.scene.busy(one.instance) for one in standing)
    if name in outcome.leaving or busy:
        return WorkloadReport(State.PROGRESSING, ready=0, wanted=0, message=_next_move(name, outcome))
    good = sum(outcome.scene.health(one).good for one in standing)
    return WorkloadReport(_kept(name, outcome), good, len(standing), message=_next_move(name, outcome))


def _kept(name: WorkloadName, outcome: Outcome) -> State:
    if name in outcome.desired.catalog.refused:
        return State.REFUSED
    scene = outcome.scene
    going = any(isinstance(fate(one, scene), Go) for one in scene.standing(name))
    return State.PROGRESSING if going and not outcome.plan.hold else State.HELD


def _current(instance: Instance, scene: Scene) -> Incarnation | None:
    return next((one for one in scene.incarnations(instance.name) if one.hash == instance.hash), None)
