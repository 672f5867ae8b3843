"""When the turn of a hook is: a Job that runs once for each specification of another workload. Pure."""

from __future__ import annotations

from pullet.decide.proof import proven
from pullet.decide.scene import Scene
from pullet.model.placement import Assignment


def not_yet(assignment: Assignment, scene: Scene) -> str:
    """Why the run of a hook may not begin; empty where it may, and for what is no hook."""
    hook = assignment.workload.hook
    if hook is None:
        return ""
    target = scene.assignment(hook.of)
    if target is None:
        return f"{hook.of}, whose hook it is, is not placed here"
    if target.failed:
        return f"{hook.of}, whose hook it is, was rolled back"
    if target.workload.paused:
        return f"the rollout of {hook.of} is paused"
    if hook.before or _rolled_out(target, scene):
        return ""
    return f"comes after {hook.of}, which is not ready yet"


def _rolled_out(target: Assignment, scene: Scene) -> bool:
    good = {
        (one.instance, one.hash)
        for one in scene.standing(target.workload.name)
        if proven(one, target.workload, scene)
    }
    return all((one.name, one.hash) in good for one in target.instances)
