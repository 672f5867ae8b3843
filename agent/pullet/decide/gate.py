"""What a workload's rollout waits for: the hooks that come before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pullet.decide.runs import book
from pullet.decide.scene import Scene
from pullet.model.names import WorkloadName
from pullet.model.placement import Assignment
from pullet.model.run import Outcome


@dataclass(frozen=True, slots=True)
class Gate:
    """Why nothing of the wanted specification starts; where the hook `failed`, until a change or a person's word."""

    because: str
    failed: bool = False


def gate(assignment: Assignment, scene: Scene) -> Gate | None:
    """None where the way is open. The way back is, and one that was begun: its hooks are done."""
    begun = any(one.hash == assignment.instances[0].hash for one in scene.standing(assignment.workload.name))
    if assignment.failed or begun:
        return None
    return next(filter(None, (_shut(name, scene) for name in assignment.workload.hooks)), None)


def _shut(name: WorkloadName, scene: Scene) -> Gate | None:
    hook = scene.assignment(name)
    if hook is None:
        return Gate(f"its pre-deploy hook {name} is not valid, or not allowed on this node", failed=True)
    found = book(hook, scene)
    run = found.run(found.works[0])
    match run.outcome if run else Outcome.NONE:
        case Outcome.COMPLETE:
            return None
        case Outcome.NONE:
            return Gate(f"its pre-deploy hook {name} comes first")
        case _:
            return Gate(f"its pre-deploy hook {name} failed: {run.because if run else ''}", failed=True)


def is_complete(assignment: Assignment, scene: Scene) -> bool:
    """Whether a Job has done its work, also where its containers are gone by now."""
    found = book(assignment, scene)
    return any((run := found.run(work)) and run.outcome is Outcome.COMPLETE for work in found.works)
