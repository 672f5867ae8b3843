"""How a Job or CronJob does, for the report. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pullet.decide.course import Work
from pullet.decide.failing import stuck
from pullet.decide.hooks import not_yet
from pullet.decide.runs import Book, book
from pullet.decide.scene import Scene
from pullet.model.lifetime import Endless, Scheduled
from pullet.model.placement import Assignment, Instance
from pullet.model.report import State, WorkloadReport, timestamp
from pullet.model.run import Outcome, Run


def report(assignment: Assignment, next_move: str, scene: Scene) -> WorkloadReport:
    """How a Job or CronJob does. A Job converges with its end; a CronJob as long as its runs end well."""
    known = book(assignment, scene)
    if stuck := next(_stuck(known, scene), ""):
        return WorkloadReport(
            State.DEGRADED, 0, len(assignment.instances), assignment.instances[0].hash, stuck
        )
    match assignment.workload.lifetime:
        case Scheduled() as scheduled:
            return _report_scheduled(assignment, scheduled, known)
        case _:
            return _report_single(assignment, known, next_move, scene)


def _stuck(known: Book, scene: Scene) -> Iterator[str]:
    going = [work for work in known.works if known.outcome(work) is Outcome.NONE]
    for instance in (one for work in going if scene.observed.attempts for one in work.instances):
        yield from stuck(instance, None, scene)


def _report_scheduled(assignment: Assignment, scheduled: Scheduled, known: Book) -> WorkloadReport:
    digest = assignment.instances[0].hash
    if scheduled.suspended:
        return WorkloadReport(State.CONVERGED, 0, 0, digest, "suspended")
    last = known.last
    if last is None or last.outcome is not Outcome.FAILED:
        return WorkloadReport(State.CONVERGED, 1, 1, digest)
    work = next(work for work in known.works if known.runs.get(work.key) is last)
    message = f"its run of {timestamp(work.at or 0)} failed: {_with_hint(last, work)}"
    return WorkloadReport(State.DEGRADED, 0, 1, digest, message)


def _report_single(assignment: Assignment, known: Book, next_move: str, scene: Scene) -> WorkloadReport:
    (work,) = known.works
    record, digest, wanted = known.run(work), assignment.instances[0].hash, len(assignment.instances)
    if record is None:
        because = not_yet(assignment, scene)
        waits = because.startswith("comes after") or not because
        return WorkloadReport(
            State.PROGRESSING if waits else State.HELD, 0, wanted, digest, because or next_move
        )
    ready = min(len(record.succeeded), wanted)
    match record.outcome:
        case Outcome.COMPLETE:
            return WorkloadReport(State.CONVERGED, wanted, wanted, digest)
        case Outcome.NONE if work.job.suspended:
            return WorkloadReport(State.CONVERGED, 0, 0, digest, "suspended")
        case Outcome.NONE:
            return WorkloadReport(State.PROGRESSING, ready, wanted, digest, next_move)
        case _:
            return WorkloadReport(State.DEGRADED, ready, wanted, digest, _with_hint(record, work))


def _with_hint(record: Run, work: Work) -> str:
    """Where to read more, as long as anything stands."""
    failed = [one.instance for one in work.standing if one.instance.number not in record.succeeded]
    return f"{record.because}; see pullet logs {failed[-1]}" if failed else record.because


def absence(assignment: Assignment, instance: Instance, scene: Scene) -> tuple[str, bool] | None:
    """What state to show of an instance of which nothing stands, and whether that is good; None to show nothing."""
    match assignment.workload.lifetime:
        case Endless():
            return "missing", False
        case Scheduled():
            return "scheduled", True
    known = book(assignment, scene)
    record = known.run(known.works[0])
    over = record is not None and (record.ended is not None or instance.name.number in record.succeeded)
    return None if over else ("missing", False)
