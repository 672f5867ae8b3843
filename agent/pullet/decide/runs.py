"""What is known of the runs of Jobs and CronJobs: what began, what came of it, what is due. Pure.

The loop records what `tally` finds before it acts: a time is written down as begun before its containers are made, and
a failure as counted before its containers go. So who is killed in between neither starts a run twice nor loses it.
https://kubernetes.io/docs/concepts/workloads/controllers/job/
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pullet.decide.course import Work, course
from pullet.decide.hooks import not_yet
from pullet.decide.scene import Scene
from pullet.decide.schedule import schedule
from pullet.decide.times import by_this_clock, dealt_with, due, from_now_on, next_after
from pullet.model.lifetime import Endless, Finite, Scheduled
from pullet.model.memory import Memory
from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation
from pullet.model.placement import Assignment, Instance
from pullet.model.run import Outcome, Run, Timetable, workload_of

FORGOTTEN = 30 * 86400.0
"""Seconds after which nobody remembers the times of a CronJob that is not here any more."""

REMEMBERED = 20
"""Specifications of a Job whose ended runs are remembered: who goes back to one of them does not run it again."""


def tally(scene: Scene) -> Memory:
    """The memory with the runs of now; the same again if it is asked again."""
    runs: dict[str, Run] = {}
    timetables: dict[str, Timetable] = {}
    for assignment in scene.desired.assignments:
        if not isinstance(assignment.workload.lifetime, Endless):
            found = book(assignment, scene)
            runs |= found.runs
            if found.timetable:
                timetables[str(assignment.workload.name)] = found.timetable
    kept = _elsewhere(scene)
    memory = replace(
        scene.memory,
        runs={key: run for key, run in scene.memory.runs.items() if workload_of(key) in kept} | runs,
        timetables=_left(scene) | timetables,
    )
    return scene.memory if memory == scene.memory else memory


def _elsewhere(scene: Scene) -> frozenset[str]:
    """What is not placed here and may come back is not forgotten: without information nothing is."""
    names = {workload_of(key) for key in scene.memory.runs} | set(scene.memory.timetables)
    if not names:
        return frozenset()
    here = {str(one.workload.name) for one in scene.desired.assignments}
    catalog = scene.desired.catalog
    if not (scene.desired.hold or catalog.unreadable):
        declared = {str(one.name) for one in catalog.workloads} | {str(name) for name in catalog.refused}
        names &= declared | {str(one.instance.workload) for one in scene.observed.incarnations}
    return frozenset(names - here)


def _left(scene: Scene) -> dict[str, Timetable]:
    """Of CronJobs that are not placed here: what their times were, should they come back, but not those meanwhile.

    What is here no more because of missing information makes up for the last of them.
    """
    catalog, now = scene.desired.catalog, scene.now
    known = scene.memory.timetables
    if scene.desired.hold or catalog.unreadable:
        return dict(known)
    frozen = {str(name) for name in catalog.refused}
    frozen |= {str(one.instance.workload) for one in scene.desired.placement.pending}
    left = {
        name: one if name in frozen or not one.schedule else replace(one, schedule="")
        for name, one in known.items()
    }
    return {name: one for name, one in left.items() if one.schedule or one.handled > now - FORGOTTEN}


@dataclass(frozen=True, slots=True)
class Book:
    """The runs of one workload, as they are known now; `works` are those that have something to do or to show."""

    works: tuple[Work, ...]
    runs: Mapping[str, Run]
    timetable: Timetable | None = None

    def run(self, work: Work) -> Run | None:
        return self.runs.get(work.key)

    def outcome(self, work: Work) -> Outcome:
        record = self.run(work)
        return record.outcome if record else Outcome.NONE

    @property
    def last(self) -> Run | None:
        """Of those that ended by themselves, the one that did so last."""
        ended = [run for run in self.runs.values() if run.outcome in (Outcome.COMPLETE, Outcome.FAILED)]
        return max(ended, key=lambda run: run.ended or 0.0, default=None)


def book(assignment: Assignment, scene: Scene) -> Book:
    """What is known of the runs of one Job or CronJob, with what happened until now."""
    match assignment.workload.lifetime:
        case Scheduled() as scheduled:
            return _scheduled(assignment, scheduled, scene)
        case Finite() as job:
            return _single(assignment, job, scene)
        case Endless():
            return Book((), {})


def _single(assignment: Assignment, job: Finite, scene: Scene) -> Book:
    name, digest = assignment.workload.name, assignment.instances[0].hash
    key = f"{name} {digest}"
    names = {one.name for one in assignment.instances}
    standing = tuple(one for one in scene.standing(name) if one.hash == digest and one.instance in names)
    runs = {other: run for other, run in scene.runs(name).items() if other == key or run.ended is not None}
    work = Work(key, job, assignment, assignment.instances, standing)
    run = runs.get(key)
    if run is None and (standing or _may_begin(assignment, scene)):
        run = Run(None if job.suspended else _first_start(standing, scene))
    if run is not None:
        runs[key] = course(work, run, scene)
    others = sorted((one for one in runs if one != key), key=lambda one: runs[one].ended or 0.0)
    forgotten = others[: max(0, len(others) - REMEMBERED)]
    return Book((work,), {known: run for known, run in runs.items() if known not in forgotten})


def _may_begin(assignment: Assignment, scene: Scene) -> bool:
    return not scene.words.paused and not not_yet(assignment, scene)


def _first_start(standing: Sequence[Incarnation], scene: Scene) -> float:
    """Of what stands though nobody remembers it, when it was started."""
    times = (each.started_at for one in standing for each in one.containers if each.started_at)
    return min((scene.now, *times))


def _scheduled(assignment: Assignment, scheduled: Scheduled, scene: Scene) -> Book:
    runs = dict(scene.runs(assignment.workload.name))
    for one in scene.standing(assignment.workload.name):
        key = _key(assignment, _minute(one.instance))
        if key not in runs:
            runs[key] = Run(_first_start([one], scene))
    runs |= {
        work.key: course(work, runs[work.key], scene) for work in _works(assignment, scheduled, runs, scene)
    }
    timetable = _timetable(assignment, scheduled, runs, scene)
    time = None if scheduled.suspended or scene.words.paused else _due(scheduled, timetable, scene.now)
    if time is not None and not (scheduled.concurrency == "Forbid" and any(_going(runs))):
        timetable = dealt_with(timetable, time, schedule(scheduled.schedule, scheduled.zone))
        if scheduled.concurrency == "Replace":
            runs |= {key: _replaced(run, scene.now) for key, run in _going(runs)}
        key = _key(assignment, int(time // 60))
        runs.setdefault(key, Run(None if scheduled.job.suspended else scene.now))
    works = tuple(_works(assignment, scheduled, runs, scene))
    return Book(works, _lasting(works, runs), timetable)


def _key(assignment: Assignment, minute: int) -> str:
    return f"{assignment.workload.name}@{minute}"


def _minute(name: InstanceName) -> int:
    first = name.ordinal.partition("-")[0]
    return int(first) if first.isdigit() else 0


def _minute_of(key: str) -> int:
    return int(key.rpartition("@")[2])


def _going(runs: Mapping[str, Run]) -> Iterator[tuple[str, Run]]:
    return ((key, run) for key, run in runs.items() if run.ended is None)


def _replaced(run: Run, now: float) -> Run:
    return replace(run, ended=now, outcome=Outcome.REPLACED, because="the next run took its place")


def _works(
    assignment: Assignment, scheduled: Scheduled, runs: Mapping[str, Run], scene: Scene
) -> Iterator[Work]:
    """In the order of their times."""
    standing = scene.standing(assignment.workload.name)
    last = max(map(_minute_of, runs), default=0)
    for key in sorted(runs, key=_minute_of):
        minute = _minute_of(key)
        mine = tuple(one for one in standing if _minute(one.instance) == minute)
        instances = tuple(_instances(assignment.instances[0], scheduled.job, minute))
        yield Work(key, scheduled.job, assignment, instances, mine, minute * 60.0, newest=minute == last)


def _instances(sample: Instance, job: Finite, minute: int) -> Iterator[Instance]:
    """As Kubernetes names the Job of a time, by the minutes since the epoch."""
    count = job.pods
    for index in range(count):
        ordinal = f"{minute}-{index}" if count > 1 or job.indexed else str(minute)
        yield replace(sample, name=InstanceName(sample.name.workload, ordinal))


def _timetable(
    assignment: Assignment, scheduled: Scheduled, runs: Mapping[str, Run], scene: Scene
) -> Timetable:
    """Of a schedule that was not seen before, only the times to come count.

    Where something stands of it all the same, the ledger was lost, and nobody knows which times were before.
    """
    text = f"{scheduled.zone} {scheduled.schedule}".strip()
    known = scene.memory.timetables.get(str(assignment.workload.name))
    if known is not None:
        known = by_this_clock(known, scene.now)
        return known if known.schedule == text else from_now_on(replace(known, schedule=text), scene.now)
    seen = max((_minute_of(key) * 60.0 for key in runs), default=0.0)
    return Timetable(text, max(scene.now, seen), since=0.0 if runs else scene.now)


def _due(scheduled: Scheduled, timetable: Timetable, now: float) -> float | None:
    """Of the times that were missed only the last, unless it is too late for it too."""
    found = due(schedule(scheduled.schedule, scheduled.zone), timetable, now)
    late = scheduled.starting_deadline
    return None if found is None or (late is not None and now > found + late) else found


def next_time(scheduled: Scheduled, timetable: Timetable, now: float) -> float | None:
    """When the next run is to begin, in seconds since the epoch; None if never."""
    at = timetable.handled if scheduled.schedule.startswith("@every") else max(timetable.handled, now)
    return next_after(schedule(scheduled.schedule, scheduled.zone), timetable, at)


def _lasting(works: Sequence[Work], runs: Mapping[str, Run]) -> Mapping[str, Run]:
    """A run is forgotten with the last of its containers, and the last that ended not before the next one does."""
    book = Book((), runs)
    return {
        work.key: runs[work.key]
        for work in works
        if work.standing or runs[work.key].ended is None or runs[work.key] is book.last
    }
