"""Back to the last good specification, with the images it ran from, where what is declared has failed here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pullet.decide.strategies import bounds_of
from pullet.model.memory import Memory
from pullet.model.names import WorkloadName
from pullet.model.placement import Assignment, Desired
from pullet.model.replacement import BlueGreen, Canary, Replacement
from pullet.model.verdict import Good, Record
from pullet.model.workload import Workload


def to_recall(desired: Desired, memory: Memory) -> Mapping[WorkloadName, Good]:
    """The workloads that have to go back, and to what."""
    return {
        one.workload.name: record.good
        for one in desired.assignments
        if (record := _quarantined(one, memory)) and record.good and one.workload.on_failure == "rollback"
    }


def fall_back(desired: Desired, memory: Memory, recalled: Mapping[WorkloadName, Workload]) -> Desired:
    """`recalled` are the workloads as the commits of the last good specifications declare them.

    Where none is to be had, or the workload asks for it, what failed is left as it is and goes no further.
    """
    return replace(
        desired,
        assignments=tuple(_judged(one, memory, recalled) for one in desired.assignments),
    )


def _quarantined(assignment: Assignment, memory: Memory) -> Record | None:
    record = memory.records.get(str(assignment.workload.name))
    if record is None or record.failed is None or record.failed.hash != assignment.instances[0].hash:
        return None
    return record


def _judged(assignment: Assignment, memory: Memory, recalled: Mapping[WorkloadName, Workload]) -> Assignment:
    name = assignment.workload.name
    if record := _quarantined(assignment, memory):
        if record.good and name in recalled:
            back = _returned(assignment, record.good, recalled[name])
            return replace(back, failed=record.failed)
        return replace(assignment, workload=replace(assignment.workload, paused=True), failed=record.failed)
    known = memory.records.get(str(name), Record()).good
    if known and known.hash == assignment.instances[0].hash:
        at_once = replace(assignment.workload, replacement=_untried(assignment.workload.replacement))
        return _fixed(replace(assignment, workload=at_once), known.images)
    return assignment


def _returned(assignment: Assignment, good: Good, recalled: Workload) -> Assignment:
    declared, pod = assignment.workload, recalled.pod
    workload = replace(
        declared, pod=pod, logins=recalled.logins, replacement=_backward(declared), paused=False
    )
    digest = pod.digest()
    instances = tuple(replace(one, pod=pod, hash=digest) for one in assignment.instances)
    back = replace(assignment, workload=workload, instances=instances, commit=good.commit)
    return _fixed(back, good.images)


def _backward(workload: Workload) -> Replacement:
    return workload.backward if workload.backward is not None else _untried(workload.replacement)


def _untried(how: Replacement) -> Replacement:
    """Nothing is tried out on the way back, also where a person goes it: by a revert in the middle of a rollout."""
    return bounds_of(how) if isinstance(how, BlueGreen | Canary) else how


def _fixed(assignment: Assignment, images: Mapping[str, str]) -> Assignment:
    return replace(assignment, instances=tuple(replace(one, images=images) for one in assignment.instances))
