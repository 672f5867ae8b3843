"""What must be so before an instance starts: its dependencies, and the instances before it where they come in order.

It holds back starts, never what runs: a dependency that fails later takes nobody with it.
https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on
https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
"""

from __future__ import annotations

from pullet.decide.gate import gate, is_complete
from pullet.decide.health import Condition
from pullet.decide.scene import Scene
from pullet.model.observed import Incarnation, Phase
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Wait
from pullet.model.workload import Dependency, Finite


def held_back(instance: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    """Why it may not start yet; None where it may."""
    earlier = _before(instance, assignment, scene)
    return Wait(instance.name, earlier) if earlier else in_need(instance, assignment, scene)


def in_need(instance: Instance, assignment: Assignment, scene: Scene) -> Wait | None:
    """The first dependency that is not met; who makes room for a successor need not wait for its turn besides."""
    shut = gate(assignment, scene)
    unmet = (
        shut.because
        if shut
        else next(filter(None, (_unmet(one, scene) for one in assignment.workload.after)), "")
    )
    return Wait(instance.name, unmet) if unmet else None


def _before(instance: Instance, assignment: Assignment, scene: Scene) -> str:
    """Of a workload that comes in order, the instances placed here with lower ordinals."""
    if not assignment.workload.in_order:
        return ""
    for earlier in assignment.instances:
        if earlier.name == instance.name:
            break
        if not any(scene.health(one).good for one in scene.incarnations(earlier.name)):
            return f"comes after {earlier.name}, which is not ready yet"
    return ""


def _unmet(dependency: Dependency, scene: Scene) -> str:
    """Empty where it is met, and for what is placed on another node: how it is there is not known here."""
    name = dependency.workload
    if dependency.required and name in scene.desired.catalog.refused:
        return f"needs {name}, which is not valid"
    if dependency.required and any(one.instance.workload == name for one in scene.desired.placement.pending):
        return f"needs {name}, which fits on no node now"
    needed = scene.assignment(name)
    if needed and dependency.condition == "complete" and isinstance(needed.workload.lifetime, Finite):
        return "" if is_complete(needed, scene) else f"needs {name} to be complete first"
    for instance in needed.instances if needed else ():
        standing = scene.incarnations(instance.name)
        if not any(meets(dependency.condition, instance, one, scene) for one in standing):
            return f"needs {instance.name} to be {dependency.condition} first"
    return ""


def meets(condition: str, instance: Instance, one: Incarnation, scene: Scene) -> bool:
    """What serves may be of an older specification; work done for an older one is not done for this."""
    match condition:
        case "started":
            return any(container.phase is not Phase.CREATED for container in one.containers)
        case "ready":
            return scene.health(one).good
        case _:
            return one.hash == instance.hash and scene.health(one).condition is Condition.COMPLETED
