"""A canary: which step it is at follows from what stands, since when, and what a person said. Pure.

The first instances placed here are the first to be replaced. A step is passed when so many of them stand and have
proven themselves, the check succeeds, and the pause, counted from the start of the last of them, is over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pullet.decide.health import ending, times
from pullet.decide.newcomers import Newcomers
from pullet.decide.scene import Scene
from pullet.model.inspection import Inspected, Question
from pullet.model.observed import ObservedContainer, Phase, Role
from pullet.model.placement import Assignment, Instance
from pullet.model.replacement import Canary, CanaryStep
from pullet.model.report import timestamp


@dataclass(frozen=True, slots=True)
class Halt:
    """What a step that is not passed waits for; `until` in seconds since the epoch, where time alone passes it."""

    because: str
    until: float | None = None
    person: bool = False


def too_early(how: Canary, instance: Instance, newcomers: Newcomers) -> Halt | None:
    """Why the instance is not replaced yet: it is beyond the step that is to be passed first."""
    return halt(how, newcomers, newcomers.position(instance))


def keeps_old(how: Canary, instance: Instance, newcomers: Newcomers) -> Halt | None:
    """The last of the old stays as the way back until every step is passed, also where there is only one instance."""
    last = newcomers.position(instance) == newcomers.total - 1
    everyone = len(newcomers.standing) == newcomers.total
    return halt(how, newcomers, newcomers.total) if last and everyone else None


def awaited(how: Canary, newcomers: Newcomers) -> str:
    """What is asked of a person now; empty where nothing is."""
    found = halt(how, newcomers, newcomers.total)
    return found.because if found and found.person else ""


def halt(how: Canary, newcomers: Newcomers, position: int) -> Halt | None:
    """The first step with at most `position` instances that is not passed. Without old ones there is none."""
    if not newcomers.replace_others:
        return None
    for number, step in enumerate(how.steps, 1):
        first = step.of(newcomers.total)
        if first > position:
            return None
        if found := _unpassed(how, step, newcomers):
            known = f"canary step {number} of {len(how.steps)}: {first} of {newcomers.total} to run {newcomers.short}"
            return replace(found, because=f"{known}; {found.because}")
    return None


def _unpassed(how: Canary, step: CanaryStep, newcomers: Newcomers) -> Halt | None:
    first = step.of(newcomers.total)
    if not newcomers.have_come(first):
        come = sum(one.name in newcomers.proven for one in newcomers.assignment.instances[:first])
        return Halt(f"{come} of {first} ready so far")
    if how.check is not None:
        said = newcomers.scene.observed.inspected.get(
            question_key(newcomers.assignment), Inspected(passed=False)
        )
        if not said.passed:
            return Halt(f"its check: {said.message or 'has not answered yet'}")
    began = newcomers.since(first)
    if began <= newcomers.scene.now < began + step.pause:  # and no clock that was set back makes it longer
        return Halt(f"pause until {timestamp(began + step.pause)}", began + step.pause)
    if step.manual and not newcomers.promoted(began, how.promoted):
        return Halt(newcomers.wanted_word, person=True)
    return None


def canary_failure(assignment: Assignment, scene: Scene) -> str:
    """Why the new specification of a canary is not to be had; empty while nothing speaks against it.

    That it does not become ready is found as for every workload, after its progress deadline.
    """
    how, newcomers = assignment.workload.replacement, Newcomers(assignment, scene)
    if not isinstance(how, Canary) or not newcomers.replace_others:
        return ""
    for one in newcomers.standing.values():
        for each in one.containers:
            if fell := _fell(each, scene, scene.asked_again(assignment.workload.name)):
                return f"the canary {one.instance} {fell}"
    said = scene.observed.inspected.get(question_key(assignment))
    return f"the canary's check failed: {said.message}" if how.check and said and said.failed else ""


def _fell(one: ObservedContainer, scene: Scene, asked: float) -> str:
    """Whatever has to be started again has not proven itself, however well it is afterwards.

    Unless it fell before a person `asked` to try again.
    """
    answer = scene.observed.answers.get(one.id)
    if one.phase is Phase.RUNNING and answer is not None and not answer.live:
        return f"has to be restarted: {answer.message}"
    fell_since = (one.finished_at or math.inf) > asked
    if one.role in (Role.MAIN, Role.SIDECAR) and one.restarts and fell_since:
        how = "" if one.phase is Phase.RUNNING else f": {ending(one)}"
        return f"restarted {times(one.restarts)}{how}"
    return ""


def question_key(assignment: Assignment) -> str:
    """What a check's answers are filed under: the answers about one specification say nothing of the next."""
    return f"{assignment.workload.name} {assignment.instances[0].hash}"


def questions(scene: Scene) -> dict[str, Question]:
    """The checks that are to be asked now, of those canaries that run beside what they are to replace."""
    found = {}
    for assignment in scene.desired.assignments:
        how, newcomers = assignment.workload.replacement, Newcomers(assignment, scene)
        if isinstance(how, Canary) and how.check and newcomers.replace_others and newcomers.proven:
            first = next(one.name for one in assignment.instances if one.name in newcomers.proven)
            mains = [each for each in newcomers.standing[first].containers if each.role is Role.MAIN]
            found[question_key(assignment)] = Question(mains[0].id, how.check)
    return found
