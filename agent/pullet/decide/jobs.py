"""Jobs and CronJobs: from what stands of their runs toward their end, one tick's worth.

What is known of a run is in `runs` and `course`; here is only what follows from it. What still runs at the end of a run
is stopped and stays, so that its words can be read, until the time to live or the history says that it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pullet.decide.backoff import CAP
from pullet.decide.beginning import prepare, with_images
from pullet.decide.course import ALIVE, Work, end_of
from pullet.decide.heal import heal, unfinished
from pullet.decide.hooks import not_yet
from pullet.decide.order import in_need
from pullet.decide.runs import Book, book, next_time
from pullet.decide.scene import Move, Scene
from pullet.model.lifetime import Scheduled
from pullet.model.observed import Incarnation, Role
from pullet.model.placement import Assignment, Instance
from pullet.model.plan import Remove, Start, Stop, Wait
from pullet.model.report import timestamp
from pullet.model.run import Outcome, Run, Tries

FIRST_PAUSE = 10.0
"""Seconds after the first failure of a pod until the next one comes; they double, up to `backoff.CAP`."""


def run(assignment: Assignment, scene: Scene) -> Iterator[Move]:
    """Steps and waits for the runs of a Job or CronJob that is placed here."""
    known = book(assignment, scene)
    match assignment.workload.lifetime:
        case Scheduled() as scheduled:
            yield from _scheduled(assignment, scheduled, known, scene)
        case _:
            yield from _single(assignment, known, scene)


def _single(assignment: Assignment, known: Book, scene: Scene) -> Iterator[Move]:
    (work,) = known.works
    record = known.run(work)
    if record is None:
        first = assignment.instances[0].name
        yield Wait(first, not_yet(assignment, scene) or "the agent is paused, and begins nothing")
        return
    old = [one for one in scene.standing(assignment.workload.name) if one not in work.standing]
    follows = bool(old) and not work.job.suspended
    if follows and (missing := list(prepare(work.instances[0], assignment.workload.logins, scene))):
        yield from missing
    elif old:
        yield from (
            _away(one, "of a specification or number that is not wanted any more", scene) for one in old
        )
    else:
        yield from _Course(work, record, scene).moves()


def _scheduled(assignment: Assignment, scheduled: Scheduled, known: Book, scene: Scene) -> Iterator[Move]:
    spare = set(_beyond_history(scheduled, known))
    replacing = [work for work in known.works if known.outcome(work) is Outcome.REPLACED and work.standing]
    for work in known.works:
        record = known.runs.get(work.key)
        if record is None:
            continue
        if work.key in spare:
            taken = known.outcome(work) is Outcome.REPLACED
            because = "the next run takes its place" if taken else "beyond what its history keeps"
            yield from (_away(one, because, scene) for one in work.standing)
        elif replacing and record.ended is None:
            yield Wait(work.instances[0].name, "the run whose place it takes ends first")
        else:
            yield from _Course(work, record, scene).moves()
    first = assignment.instances[0].name
    if scheduled.suspended:
        yield Wait(first, "suspended")
    elif known.timetable is not None:
        until = next_time(scheduled, known.timetable, scene.now)
        because = (
            f"the next run is at {timestamp(until)}"
            if until is not None
            else "its schedule has no time to come"
        )
        yield Wait(first, because, until)


def _beyond_history(scheduled: Scheduled, known: Book) -> Iterator[str]:
    """Ended runs, oldest first, of which containers stand that are more than is to be kept."""
    for outcome, keep in (
        (Outcome.COMPLETE, scheduled.keep_succeeded),
        (Outcome.FAILED, scheduled.keep_failed),
        (Outcome.REPLACED, 0),
    ):
        ended = [work.key for work in known.works if known.outcome(work) is outcome and work.standing]
        yield from ended[: max(0, len(ended) - keep)]


def _away(one: Incarnation, because: str, scene: Scene) -> Move:
    busy = scene.busy(one.instance)
    return Wait(one.instance, busy) if busy else scene.unless_too_soon(Remove(one, because))


@dataclass(frozen=True, slots=True)
class _Course:
    """The moves of one run."""

    work: Work
    run: Run
    scene: Scene

    def moves(self) -> Iterator[Move]:
        if self.run.ended is not None:
            yield from self._settled(self.run.ended)
        elif self.work.job.suspended:
            yield from self._all_away([one for one in self.work.standing if not end_of(one)], "suspended")
        else:
            yield from self._going_on()

    def _settled(self, ended: float) -> Iterator[Move]:
        """What is over stays to be read, as long as it is wanted."""
        wanted = self.work.job.forget_after
        if wanted is not None and self.scene.now >= ended + wanted:
            yield from self._all_away(self.work.standing, f"its run ended more than {wanted:g} s ago")
            return
        for one in self.work.standing:
            if any(each.phase in ALIVE for each in one.containers):
                yield self._stopped(one, self.run.because or "its run is complete")

    def _stopped(self, one: Incarnation, because: str) -> Move:
        if busy := self.scene.busy(one.instance):
            return Wait(one.instance, busy)
        return self.scene.unless_too_soon(Stop(one, because))

    def _all_away(self, standing: Sequence[Incarnation], because: str) -> Iterator[Move]:
        return (_away(one, because, self.scene) for one in standing)

    def _going_on(self) -> Iterator[Move]:
        active = [one.name for one in self.work.instances if self._is_active(one)]
        excess = active[self.work.job.parallelism :]
        room = self.work.job.parallelism - len(active)
        for instance in self.work.instances:
            one = self.work.of(instance)
            if busy := self.scene.busy(instance.name):
                yield Wait(instance.name, busy)
            elif one is not None and instance.name in excess:
                yield _away(one, "more than its parallelism", self.scene)
            elif one is not None:
                yield from self._standing(instance, one)
            elif self._is_wanted(instance):
                if room <= 0:
                    yield Wait(
                        instance.name, f"waits its turn: its parallelism is {self.work.job.parallelism}"
                    )
                    return
                room -= 1
                yield from self._new(instance)

    def _is_active(self, instance: Instance) -> bool:
        """What the crew is at counts, whatever comes of it."""
        one = self.work.of(instance)
        return bool(self.scene.busy(instance.name)) or (one is not None and not end_of(one))

    def _is_wanted(self, instance: Instance) -> bool:
        index = instance.name.number
        if self.work.job.completions is None and self.run.succeeded:
            return False
        return index not in self.run.succeeded and not self._tries(index).given_up

    def _tries(self, index: str) -> Tries:
        return self.run.tries.get(index, Tries())

    def _standing(self, instance: Instance, one: Incarnation) -> Iterator[Move]:
        if not end_of(one):
            yield from self._healed(instance, one)
        elif self._is_wanted(instance):
            yield self._pause(instance) or _away(
                one, f"{self.run.because or 'it ended'}; a new one follows", self.scene
            )
        elif any(each.phase in ALIVE for each in one.containers):
            yield self._stopped(one, "its main containers have ended")

    def _healed(self, instance: Instance, one: Incarnation) -> Iterator[Move]:
        """It is made whole, and started again where its restart policy says so or somebody meddled with it."""
        move = heal(one, self.scene, instance if one.hash == instance.hash else None)
        what_next = unfinished(instance.pod, one) if one.hash == instance.hash else ""
        if move is not None and not isinstance(move, Wait):
            yield move
        elif what_next:
            yield from self._started(instance, what_next)
        else:
            yield move or Wait(instance.name, self._runs(one))

    def _runs(self, one: Incarnation) -> str:
        began = min(
            (each.started_at for each in one.containers if each.role is Role.MAIN and each.started_at),
            default=None,
        )
        return f"runs since {timestamp(began)}" if began is not None else "runs"

    def _new(self, instance: Instance) -> Iterator[Move]:
        if wait := self._pause(instance) or in_need(instance, self.work.assignment, self.scene):
            yield wait
        else:
            at = self.work.at
            because = f"its run began at {timestamp(self.run.began or self.scene.now)}"
            because = because if at is None else f"its time was {timestamp(at)}"
            yield from self._started(instance, because)

    def _started(self, instance: Instance, because: str) -> Iterator[Move]:
        start = Start(instance, self.scene.desired.revision.commit, because)
        return with_images(start, self.work.assignment.workload.logins, self.scene)

    def _pause(self, instance: Instance) -> Wait | None:
        """After a failure, 10 s, then 20 s, and never more than 30; Kubernetes goes up to minutes."""
        tries = self._tries(instance.name.number)
        count = tries.counted + tries.ignored
        until = tries.at + min(CAP, FIRST_PAUSE * 2.0 ** min(count - 1, 10))
        asked = self.scene.asked_again(instance.name.workload)
        if not count or self.scene.now >= until or asked >= tries.at:
            return None
        return Wait(instance.name, f"{self.run.because}; the next try waits a little", until)
