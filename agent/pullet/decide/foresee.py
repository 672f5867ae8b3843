"""What would follow from a plan if everything went well: the planner asked again and again about a world that obeys.

It promises nothing. Whatever starts works at once, what waits for time gets it, and no person and no commit comes in
between. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce

from pullet.decide.judge import judge
from pullet.decide.plan import decide
from pullet.decide.scene import Scene
from pullet.model.lifetime import Endless, Scheduled
from pullet.model.names import InstanceName
from pullet.model.observed import Answer, Incarnation, Observed, ObservedContainer, Phase, Role
from pullet.model.placement import Instance
from pullet.model.plan import SWEEP, Mend, Plan, Pull, Remove, Revive, Start, Step, Stop
from pullet.model.pod import Container, Restart

ROUNDS = 500
HORIZON = 600.0
"""Seconds without a step after which nothing more is expected."""


def foresee(scene: Scene, plan: Plan) -> tuple[Step, ...]:
    """The steps after those of `plan`, which is that of `scene`, in their order.

    What comes at its own times, such as a CronJob's run, does not follow from anything.
    """
    found: list[Step] = []
    known = {(step.do, step.attempt) for step in plan.steps}
    began = last = scene.now
    timed = {
        one.workload.name for one in scene.desired.assignments if isinstance(one.workload.lifetime, Scheduled)
    }
    for _ in range(ROUNDS):
        following = _obeying(scene, plan) or _waiting(scene, plan, last + HORIZON)
        if following is None:
            break
        scene = replace(following, memory=judge(following))
        plan = decide(scene)
        fresh = [step for step in plan.steps if (step.do, step.attempt) not in known]
        if plan.steps and not fresh:
            break
        caused = [step for step in fresh if scene.now == began or step.instance.workload not in timed]
        if caused:
            last = scene.now
        known |= {(step.do, step.attempt) for step in fresh}
        found += caused
    return tuple(found)


def _obeying(scene: Scene, plan: Plan) -> Scene | None:
    """The scene after the steps; None where that is the same."""
    done = reduce(lambda observed, step: _after(step, observed, scene.now), plan.steps, scene.observed)
    observed = _well(done, scene.now)
    return None if observed == scene.observed else replace(scene, observed=observed)


def _waiting(scene: Scene, plan: Plan, patience: float) -> Scene | None:
    """The scene when time may have made a difference to what runs on, None where that is past all patience."""
    ever = {
        one.workload.name for one in scene.desired.assignments if isinstance(one.workload.lifetime, Endless)
    }
    waits = [wait for wait in plan.waits if wait.instance.workload in ever]
    later = [wait.until for wait in waits if wait.until is not None and wait.until > scene.now]
    until = min((scene.now + SWEEP, *later))
    return replace(scene, now=until) if waits and until <= patience else None


def _after(step: Step, observed: Observed, now: float) -> Observed:
    match step:
        case Pull():
            return replace(observed, prepared=observed.prepared | {step.key})
        case Start(target=target, commit=commit):
            others = _without(observed, target.name, target.hash)
            started = _started(target, commit, now)
            return replace(
                observed,
                incarnations=tuple(sorted((*others, started), key=lambda one: one.instance.sort_key)),
            )
        case Remove(target=target):
            return replace(observed, incarnations=_without(observed, target.instance, target.hash))
        case Revive(target=target):
            named = {one.name for one in target.containers}
            return _changed(observed, target, lambda one: _running(one, now) if one.name in named else one)
        case Mend(target=target):
            return _changed(observed, target, lambda one: replace(one, drift=()))
        case Stop(target=target):
            return _changed(observed, target, lambda one: replace(one, phase=Phase.EXITED, finished_at=now))


def _without(observed: Observed, name: InstanceName, digest: str) -> tuple[Incarnation, ...]:
    return tuple(one for one in observed.incarnations if (one.instance, one.hash) != (name, digest))


def _changed(
    observed: Observed, target: Incarnation, change: Callable[[ObservedContainer], ObservedContainer]
) -> Observed:
    """Each container of the one that the step is for."""

    def applied(one: Incarnation) -> Incarnation:
        if (one.instance, one.hash) != (target.instance, target.hash):
            return one
        return replace(one, containers=tuple(map(change, one.containers)))

    return replace(observed, incarnations=tuple(map(applied, observed.incarnations)))


def _started(target: Instance, commit: str, now: float) -> Incarnation:
    pod = target.pod
    return Incarnation(
        instance=target.name,
        hash=target.hash,
        commit=commit,
        path=target.path,
        restart=pod.restart,
        containers=tuple(_containers(target, now)),
        host_ports=pod.host_ports,
        mains=tuple(one.name for one in pod.containers) if pod.has_sandbox else (),
    )


def _containers(target: Instance, now: float) -> Iterator[ObservedContainer]:
    """What prepares has ended well, and so has what is to end at all."""
    pod = target.pod
    for one in pod.init:
        stays = one.restart is Restart.ALWAYS
        yield _container(target, one, Role.SIDECAR if stays else Role.INIT, now)
    for one in pod.containers:
        yield _container(target, one, Role.MAIN, now)


def _container(target: Instance, spec: Container, role: Role, now: float) -> ObservedContainer:
    ends = role is Role.INIT or (role is Role.MAIN and target.pod.restart is not Restart.ALWAYS)
    return ObservedContainer(
        id=f"{target.name} {target.hash} {spec.name}",
        name=spec.name,
        image=spec.image,
        phase=Phase.EXITED if ends else Phase.RUNNING,
        started_at=now,
        finished_at=now if ends else None,
        readiness=spec.readiness,
        role=role,
    )


def _running(one: ObservedContainer, now: float) -> ObservedContainer:
    return replace(one, phase=Phase.RUNNING, started_at=now, stranded=False)


def _well(observed: Observed, now: float) -> Observed:
    """Whoever is asked answers well, and nobody is at work any more."""
    answers = dict(observed.answers)
    for incarnation in observed.incarnations:
        for one in incarnation.containers:
            known = answers.get(one.id)
            if one.phase is Phase.RUNNING and one.readiness and not (known and known.ready):
                answers[one.id] = Answer(ready=True, since=now)
    calm = replace(observed, answers=answers, busy={})
    incarnations = tuple(
        replace(each, containers=tuple(_healthy(one) for one in each.containers))
        for each in calm.incarnations
    )
    return replace(calm, incarnations=incarnations)


def _healthy(one: ObservedContainer) -> ObservedContainer:
    return replace(one, health="healthy") if one.health in ("starting", "unhealthy") else one
