"""What must be so before an instance starts: its dependencies, and the instances before it where they come in order.

It holds back starts, never what runs: a dependency that fails later takes nobody with it. Where a commit changes both,
the new one waits for the new one of what it needs; what only comes back, or becomes more, is served by either.
https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on
https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
"""

from __future__ import annotations

from pullet.decide.gate import gate, is_complete
from pullet.decide.health import Condition
from pullet.decide.scene import Scene
from pullet.decide.strategies import not_replaced
from pullet.model.lifetime import Finite, Scheduled
from pullet.model.observed import Incarnation, Phase
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Wait
from pullet.model.verdict import Record
from pullet.model.workload import Dependency


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
        else next(filter(None, (_unmet(one, assignment, scene) for one in assignment.workload.after)), "")
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


def _unmet(dependency: Dependency, assignment: Assignment, scene: Scene) -> str:
    """Empty where it is met, and for what is placed on another node: how it is there is not known here."""
    name = dependency.workload
    if dependency.required and name in scene.desired.catalog.refused:
        return f"needs {name}, which is not valid"
    if dependency.required and any(one.instance.workload == name for one in scene.desired.placement.pending):
        return f"needs {name}, which fits on no node now"
    needed = scene.assignment(name)
    if needed is None:
        return ""
    if dependency.condition == "complete" and isinstance(needed.workload.lifetime, Finite):
        return "" if is_complete(needed, scene) else f"needs {name} to be complete first"
    anew = _is_new(assignment, scene)
    for instance in needed.instances:
        standing = scene.incarnations(instance.name)
        fit = [one for one in standing if meets(dependency.condition, instance, one, scene)]
        stay = [one for one in fit if not (anew and _will_go(one, instance, needed))]
        if not stay and not _stands_in_its_way(assignment, instance, scene):
            return f"needs {instance.name} to be {'replaced and ' if fit else ''}{dependency.condition} first"
    return ""


def _stands_in_its_way(assignment: Assignment, needed: Instance, scene: Scene) -> bool:
    """Whether what it needs waits for a port that it holds itself, so that each would wait for the other."""
    holder = scene.port_holder(needed)
    return holder is not None and holder.instance.workload == assignment.workload.name


def _will_go(one: Incarnation, instance: Instance, needed: Assignment) -> bool:
    return one.hash != instance.hash and not not_replaced(instance, one, needed)


def _is_new(assignment: Assignment, scene: Scene) -> bool:
    """Whether it was never seen to work here as it is declared now; a CronJob's next run is nothing new."""
    good = scene.memory.records.get(str(assignment.workload.name), Record()).good
    known = good is not None and good.hash == assignment.instances[0].hash
    return not known and not isinstance(assignment.workload.lifetime, Scheduled)


def meets(condition: str, instance: Instance, one: Incarnation, scene: Scene) -> bool:
    """From whatever specification it is, but for work: what was done for an older one is not done for this."""
    match condition:
        case "started":
            return any(container.phase is not Phase.CREATED for container in one.containers)
        case "ready":
            return scene.health(one).good
        case _:
            return one.hash == instance.hash and scene.health(one).condition is Condition.COMPLETED
