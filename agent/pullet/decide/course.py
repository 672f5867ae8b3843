"""One run of a Job: which of its pods ended and how, each counted once, and what that makes of the run. Pure.

https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

from pullet.decide.health import ending, times
from pullet.decide.scene import Scene
from pullet.model.lifetime import FailureRule, Finite, SuccessRule
from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation, ObservedContainer, Phase, Role
from pullet.model.placement import Assignment, Instance
from pullet.model.pod import Restart
from pullet.model.run import Outcome, Run, Tries

ALIVE = frozenset({Phase.RUNNING, Phase.RESTARTING, Phase.PAUSED})
_WORKING = (Role.MAIN, Role.INIT)


class End(Enum):
    """How a pod ended."""

    WELL = auto()
    BADLY = auto()


@dataclass(frozen=True)
class Work:
    """One run: as it is declared, as it stands, and what was known of it before this tick.

    `at` is the scheduled time in seconds since the epoch, None of what has no schedule. Only the `newest` can be tried
    again.
    """

    key: str
    job: Finite
    assignment: Assignment
    instances: tuple[Instance, ...]
    standing: tuple[Incarnation, ...]
    at: float | None = None
    newest: bool = True

    def of(self, instance: Instance) -> Incarnation | None:
        return self._by_name.get(instance.name)

    @cached_property
    def _by_name(self) -> Mapping[InstanceName, Incarnation]:
        return {one.instance: one for one in self.standing}

    @cached_property
    def indexes(self) -> frozenset[str]:
        return frozenset(one.name.number for one in self.instances)


def course(work: Work, run: Run, scene: Scene) -> Run:
    """What became of it until now; the same again if it is asked again."""
    run = _by_this_clock(run, scene.now)
    if run.ended is not None:
        return _again(work, run, scene)
    if work.job.suspended:
        return replace(run, began=None)
    if run.began is None:
        return run if scene.words.paused else replace(run, began=scene.now)
    run = _pruned(work, run)
    for one in work.standing:
        if run.ended is None and _counts(one, work, run, scene):
            run = _taken(one, work, run, scene.now)
    return run if run.ended is not None else _judged(work, run, scene.now)


def _by_this_clock(run: Run, now: float) -> Run:
    """What lies in the future was written down before the clock was set back, and happened until now."""
    if max(run.began or 0.0, run.ended or 0.0, *(one.at for one in run.tries.values())) <= now:
        return run
    return replace(
        run,
        began=None if run.began is None else min(run.began, now),
        ended=None if run.ended is None else min(run.ended, now),
        tries={index: replace(one, at=min(one.at, now)) for index, one in run.tries.items()},
    )


def end_of(one: Incarnation) -> End | None:
    """None while it is on its way; what failed and is started again by its restart policy is so too."""
    if one.restart is Restart.NEVER and any(
        each.role is Role.INIT and _failed(each) for each in one.containers
    ):
        return End.BADLY
    mains = [each for each in one.containers if each.role is Role.MAIN]
    if not mains or len(mains) < len(one.mains) or any(each.phase is not Phase.EXITED for each in mains):
        return None
    if not any(map(_failed, mains)):
        return End.WELL
    return End.BADLY if one.restart is Restart.NEVER else None


def _failed(one: ObservedContainer) -> bool:
    return one.phase is Phase.EXITED and one.exit_code != 0


def _again(work: Work, run: Run, scene: Scene) -> Run:
    """A person may have a failed run tried again: with what succeeded already, and a clean slate for the rest.

    Who asks for a workload means its hooks too.
    """
    workload = work.assignment.workload
    asked = scene.asked_again(workload.name)
    if workload.hook:
        asked = max(asked, scene.asked_again(workload.hook.of))
    if not work.newest or run.outcome is not Outcome.FAILED or asked <= (run.ended or 0.0):
        return run
    if scene.words.paused or work.job.suspended:
        return run
    standing = tuple(each.id for one in work.standing for each in one.containers)
    return Run(scene.now, succeeded=run.succeeded, stale=standing)


def _pruned(work: Work, run: Run) -> Run:
    """Containers that are gone need not be known any more."""
    there = {each.id for one in work.standing for each in one.containers}
    return replace(
        run,
        seen={number: count for number, count in run.seen.items() if number in there},
        stale=tuple(number for number in run.stale if number in there),
    )


def _counts(one: Incarnation, work: Work, run: Run, scene: Scene) -> bool:
    """What the crew is at may end because it is stopped."""
    stale = any(each.id in run.stale for each in one.containers)
    return not stale and not scene.busy(one.instance) and one.instance.number in work.indexes


def _taken(one: Incarnation, work: Work, run: Run, now: float) -> Run:
    """With what is new of one pod."""
    index = one.instance.number
    if end_of(one) is End.WELL and index not in run.succeeded:
        run = replace(run, succeeded=(*run.succeeded, index))
    failures = _failures(one)
    new = sum(max(0, count - run.seen.get(number, 0)) for number, count in failures.items())
    if not new:
        return run
    seen = {number: max(count, run.seen.get(number, 0)) for number, count in failures.items()}
    run = replace(run, seen={**run.seen, **seen}, because=_how(one))
    return _judged_alone(one, new, work, run, now)


def _failures(one: Incarnation) -> Mapping[str, int]:
    """By container id. A pod that is not restarted fails once, and as a whole."""
    if one.restart is Restart.NEVER:
        return {min(each.id for each in one.containers): 1} if end_of(one) is End.BADLY else {}
    working = [each for each in one.containers if each.role in _WORKING]
    return {each.id: each.restarts + _failed(each) for each in working if each.restarts or _failed(each)}


def _how(one: Incarnation) -> str:
    """In words, and by the first container that failed."""
    ended = [each for each in one.containers if each.role in _WORKING and _failed(each)]
    if ended:
        return f"{one.instance} {ending(ended[0])}"
    restarted = next(each for each in one.containers if each.role in _WORKING and each.restarts)
    return f"{one.instance} restarted {times(restarted.restarts)}"


def _judged_alone(one: Incarnation, failures: int, work: Work, run: Run, now: float) -> Run:
    """By the first rule of the podFailurePolicy that matches."""
    index = one.instance.number
    tries = run.tries.get(index, Tries())
    match next((rule.action for rule in work.job.failure_rules if _matches(rule, one)), "Count"):
        case "FailJob":
            return _over(run, Outcome.FAILED, f"its podFailurePolicy fails it: {run.because}", now)
        case "Ignore":
            tries = replace(tries, ignored=tries.ignored + failures, at=now)
        case "FailIndex":
            tries = replace(tries, counted=tries.counted + failures, at=now, given_up=True)
        case _:
            counted, limit = tries.counted + failures, work.job.backoff_limit_per_index
            given_up = limit is not None and counted > limit
            tries = replace(tries, counted=counted, at=now, given_up=given_up)
    return replace(run, tries={**run.tries, index: tries})


def _matches(rule: FailureRule, one: Incarnation) -> bool:
    """A container that ended well matches nothing."""
    return any(
        _failed(each)
        and rule.container in ("", each.name)
        and (each.exit_code in rule.exit_codes) != rule.negated
        for each in one.containers
        if each.role in _WORKING
    )


def _over(run: Run, outcome: Outcome, because: str, now: float) -> Run:
    return replace(run, ended=now, outcome=outcome, because=because)


def _judged(work: Work, run: Run, now: float) -> Run:
    """What is done is done, even if it took too long or failed on the way."""
    if _complete(work, run):
        return _over(run, Outcome.COMPLETE, "", now)
    because = next(_complaints(work, run, now), "")
    return _over(run, Outcome.FAILED, because, now) if because else run


def _complete(work: Work, run: Run) -> bool:
    if work.job.completions is None:
        return bool(run.succeeded) and all(end_of(one) for one in work.standing)
    done = set(run.succeeded) & work.indexes
    return done == work.indexes or any(_suffices(rule, done) for rule in work.job.success_rules)


def _suffices(rule: SuccessRule, done: set[str]) -> bool:
    """https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy"""
    wanted = done if rule.indexes is None else set(_numbers(rule.indexes))
    needed = len(wanted) if rule.count is None else rule.count
    return len(done & wanted) >= needed


def _numbers(text: str) -> Iterator[str]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from map(str, range(int(first), int(last or first) + 1))


def _complaints(work: Work, run: Run, now: float) -> Iterator[str]:
    """Why it fails as a whole."""
    job, counted = work.job, sum(one.counted for one in run.tries.values())
    in_place = work.instances[0].pod.restart is Restart.ON_FAILURE
    if counted > job.backoff_limit or (in_place and counted >= max(1, job.backoff_limit)):
        yield f"failed {times(counted)}, and its backoffLimit is {job.backoff_limit}: {run.because}"
    if job.deadline is not None and run.began is not None and now >= run.began + job.deadline:
        yield f"ran for longer than its activeDeadlineSeconds, {job.deadline:g}"
    given_up = [index for index, one in run.tries.items() if one.given_up and index not in run.succeeded]
    if job.max_failed_indexes is not None and len(given_up) > job.max_failed_indexes:
        yield f"more than {job.max_failed_indexes} indexes failed: {run.because}"
    if given_up and work.indexes <= {*given_up, *run.succeeded}:
        yield f"of its indexes {', '.join(sorted(given_up, key=int))} failed: {run.because}"
