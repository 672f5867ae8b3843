"""How far each workload has come: what somebody wants to know who pushed and waits. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pullet.decide.gate import gate
from pullet.decide.runs import book
from pullet.decide.scene import Scene
from pullet.model.lifetime import Endless
from pullet.model.memory import Memory
from pullet.model.observed import Incarnation
from pullet.model.placement import Assignment
from pullet.model.report import Report, State, WorkloadReport
from pullet.model.rollout import Older, Rollout
from pullet.model.verdict import Record


def rollouts(scene: Scene, report: Report) -> Iterator[Rollout]:
    """One for each workload that is wanted here, in the order of their names; `report` is of the same tick."""
    for assignment in scene.desired.assignments:
        told = report.workloads.get(str(assignment.workload.name))
        if told is not None:
            yield _rollout(assignment, told, scene)


def _rollout(assignment: Assignment, told: WorkloadReport, scene: Scene) -> Rollout:
    wanted = {(one.name, one.hash) for one in assignment.instances}
    standing = scene.standing(assignment.workload.name)
    updated = [one for one in standing if (one.instance, one.hash) in wanted]
    older = _older([one for one in standing if (one.instance, one.hash) not in wanted])
    record = _record(assignment, scene.memory)
    return Rollout(
        workload=str(assignment.workload.name),
        state=told.state,
        hash=told.hash,
        commit=_commit(told.hash, updated, record, scene),
        wanted=told.wanted,
        updated=len(updated),
        ready=told.ready,
        older=older,
        because=told.message,
        since=_since(told, record),
        deadline=_deadline(assignment, record),
        failed=told.failed,
        ended=_ended(told, is_clear=not older, is_stuck=_is_stuck(assignment, record, scene)),
    )


def _older(standing: Sequence[Incarnation]) -> tuple[Older, ...]:
    commits = {one.hash: one.commit for one in standing}
    counts = Counter(one.hash for one in standing)
    return tuple(Older(digest, commits[digest], count) for digest, count in counts.items())


def _record(assignment: Assignment, memory: Memory) -> Record:
    return memory.records.get(str(assignment.workload.name), Record())


def _commit(digest: str, updated: Sequence[Incarnation], record: Record, scene: Scene) -> str:
    """The commit that brought the specification here; while nothing of it stands, the one that is followed."""
    if record.good and record.good.hash == digest:
        return record.good.commit
    return updated[0].commit if updated else scene.desired.revision.commit


def _since(told: WorkloadReport, record: Record) -> float | None:
    if told.failed:
        return told.failed.at
    if record.trial and record.trial.hash == told.hash:
        return record.trial.since
    return record.good.at if record.good and record.good.hash == told.hash else None


def _deadline(assignment: Assignment, record: Record) -> float | None:
    """None while it waits for something that is not held against it."""
    trial = record.trial
    if trial is None or trial.stalled is None:
        return None
    return trial.stalled + assignment.workload.progress_deadline


def _is_stuck(assignment: Assignment, record: Record, scene: Scene) -> bool:
    """Whether only a change or a person's word helps, because of its deadline, of a hook before it, or of its runs."""
    if _is_late(assignment, record, scene.now) or ((shut := gate(assignment, scene)) and shut.failed):
        return True
    if isinstance(assignment.workload.lifetime, Endless):
        return False
    known = book(assignment, scene)
    runs = [known.run(work) for work in known.works]
    return bool(runs) and all(run is not None and run.ended is not None for run in runs)


def _is_late(assignment: Assignment, record: Record, now: float) -> bool:
    """Past its deadline, and no verdict will follow: there is nothing to go back to, or nobody wants that."""
    deadline = _deadline(assignment, record)
    is_judged = record.good is not None and assignment.workload.on_failure != "continue"
    return deadline is not None and deadline <= now and not is_judged


def _ended(told: WorkloadReport, *, is_clear: bool, is_stuck: bool) -> bool:
    match told.state:
        case State.CONVERGED | State.HELD | State.REFUSED:
            return True
        case State.ROLLED_BACK:
            return is_clear and told.ready == told.wanted
        case State.DEGRADED | State.PROGRESSING:
            return is_stuck or told.failed is not None
