"""What becomes of a specification that is new here: it proves itself, or it fails and is not tried again.

https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment says when; that the last good
one comes back by itself, Kubernetes leaves to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pullet.decide.canary import canary_failure
from pullet.decide.failing import failing
from pullet.decide.health import container_health, times
from pullet.decide.proof import proven, still_proving
from pullet.decide.scene import Scene
from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation, ObservedContainer, Phase, Role
from pullet.model.placement import Assignment
from pullet.model.plan import Revive
from pullet.model.replacement import Rolling
from pullet.model.verdict import Failed, Good, Record, Trial

CRASHES = 5
"""Restarts after which a new specification is in a crash loop."""

TRIED = 10.0
"""Seconds for which it is tried at least, however fast it crashes."""

SOONEST = 1.0
"""Seconds until what is overdue and cannot be judged yet is looked at again."""


_NOTHING = Record()


def weigh(assignment: Assignment, scene: Scene) -> Record:
    """What is known of the workload's specifications from now on."""
    record = _known(assignment, scene)
    if _is_judged(assignment.instances[0].hash, record):
        return replace(record, trial=None) if record.trial else record
    case = _Case(assignment, scene)
    if scene.words.paused or assignment.workload.paused:
        return replace(record, trial=case.idle())
    if bygone := case.bygone():
        record = _proven(bygone, record)
    if case.whole:
        return replace(record, good=case.good(case.current), trial=None)
    trial = case.tried()
    because = case.failure(trial) if record.good and assignment.workload.on_failure != "continue" else ""
    if because:
        failed = Failed(case.hash, scene.desired.revision.commit, scene.now, because)
        return replace(record, failed=failed, trial=None)
    return replace(record, trial=trial)


def _proven(good: Good, record: Record) -> Record:
    """What failed, was left where it was, and came to work after all has not failed any more."""
    cleared = record.failed and record.failed.hash == good.hash
    return replace(record, good=good, failed=None if cleared else record.failed)


def culprit(assignment: Assignment, scene: Scene) -> ObservedContainer | None:
    """Of the containers of the wanted specification the one that is worst off, whose words tell the most."""
    case = _Case(assignment, scene)
    found = [
        (container_health(each, one, scene.observed, scene.now).condition, case.crashes(one), each)
        for one in case.current
        for each in one.containers
    ]
    return max(found, key=lambda one: one[:2])[2] if found else None


def next_verdict(scene: Scene) -> float | None:
    """When time alone may prove a specification, or show that it failed; in seconds since the epoch."""
    on_trial = {name for name, record in scene.memory.records.items() if record.trial}
    tried = (
        one
        for one in (scene.desired.assignments if on_trial else ())
        if one.failed is None and str(one.workload.name) in on_trial
    )
    found = [at for one in tried if (at := _Case(one, scene).due) is not None]
    return min(found, default=None)


def _clamped(record: Record, now: float) -> Record:
    """What lies in the future was found out before somebody set the clock back."""
    if record.failed and record.failed.at > now:
        record = replace(record, failed=replace(record.failed, at=now))
    if record.trial and record.trial.since > now:
        record = replace(record, trial=replace(record.trial, since=now))
    return record


def _known(assignment: Assignment, scene: Scene) -> Record:
    """Without what a person wants to be tried again."""
    name = assignment.workload.name
    record = scene.memory.records.get(str(name), _NOTHING)
    if not (record.failed or record.trial):
        return record
    record, asked = _clamped(record, scene.now), scene.asked_again(name)
    if record.failed and record.failed.at <= asked:
        record = replace(record, failed=None)
    if record.trial and record.trial.since <= asked:
        record = replace(record, trial=None)
    return record


def _is_judged(digest: str, record: Record) -> bool:
    """Good, or quarantined."""
    good, failed = record.good, record.failed
    return (good is not None and good.hash == digest) or (failed is not None and failed.hash == digest)


@dataclass(frozen=True)
class _Case:
    assignment: Assignment
    scene: Scene

    @property
    def hash(self) -> str:
        return self.assignment.instances[0].hash

    @cached_property
    def record(self) -> Record:
        return _known(self.assignment, self.scene)

    @cached_property
    def standing(self) -> Sequence[Incarnation]:
        return self.scene.standing(self.assignment.workload.name)

    @cached_property
    def current(self) -> Sequence[Incarnation]:
        wanted = {(one.name, one.hash) for one in self.assignment.instances}
        return [one for one in self.standing if (one.instance, one.hash) in wanted]

    def proves(self, one: Incarnation) -> bool:
        return not self.scene.busy(one.instance) and proven(one, self.assignment.workload, self.scene)

    @property
    def whole(self) -> bool:
        """Every instance is there, has proven itself, and nothing older is left."""
        complete = len(self.current) == len(self.standing) == len(self.assignment.instances)
        return complete and all(map(self.proves, self.current))

    def good(self, incarnations: Sequence[Incarnation]) -> Good:
        """They have one specification, and the same images as far as anybody knows."""
        images = {
            each.image: each.image_id for one in incarnations for each in one.containers if each.image_id
        }
        first = incarnations[0]
        commit = self.scene.desired.revision.commit if first.hash == self.hash else first.commit
        return Good(first.hash, commit, self.scene.now, images)

    def bygone(self) -> Good | None:
        """What stood whole and well when this one came: its proof was not seen, as nobody looked.

        Where nothing is good yet, also what proves itself beside this one, which came too soon for it to have done so.
        """
        if self.record.good and (self.record.trial is not None or self.current):
            return None
        wanted: set[InstanceName] = {one.name for one in self.assignment.instances}
        old = [one for one in self.standing if one.instance in wanted and one not in self.current]
        known = self.record.good.hash if self.record.good else ""
        uniform = {one.hash for one in old}
        if len(uniform) != 1 or known in uniform or {one.instance for one in old} != wanted:
            return None
        return self.good(old) if all(map(self.proves, old)) else None

    def idle(self) -> Trial | None:
        return replace(self.record.trial, stalled=None) if self.record.trial else None

    def tried(self) -> Trial:
        """It comes on when more of it stands or works than ever; a pull or start that fails is a try as well."""
        now, trial = self.scene.now, self.record.trial
        if trial is None or trial.hash != self.hash:
            trial = Trial(self.hash, now)
        mark = len(self.current) + sum(map(self.proves, self.current))
        trying = any(not self.scene.health(one).good for one in self.current) or any(self.complaints())
        began = trial.stalled
        if mark > trial.mark or began is None or began > now:
            began = now
        return replace(trial, mark=max(mark, trial.mark), stalled=began if trying else None)

    @property
    def due(self) -> float | None:
        trial = self.record.trial
        if trial is None:
            return None
        if trial.stalled is not None:
            deadline = self.assignment.workload.progress_deadline
            return max(self._counted_from(trial.stalled) + deadline, self.scene.now + SOONEST)
        proving = (still_proving(one, self.assignment.workload, self.scene) for one in self.current)
        return max((wait.until for wait in proving if wait and wait.until), default=None)

    def failure(self, trial: Trial) -> str:
        """Empty while it may yet come."""
        if fell := canary_failure(self.assignment, self.scene):
            return fell
        looping = [one for one in self.current if self.crashes(one) >= CRASHES]
        if self.scene.now - trial.since >= TRIED and len(looping) > self._tolerated:
            one = looping[0]
            return f"{one.instance} restarted {times(self.crashes(one))}: {self.scene.health(one).because}"
        ill = [one for one in self.current if not self.scene.health(one).good]
        if ill and len(ill) <= self._tolerated:
            return ""
        deadline = self.assignment.workload.progress_deadline
        if trial.stalled is None or self.scene.now < self._counted_from(trial.stalled) + deadline:
            return ""
        return f"no progress for {deadline:g} s: {self._complaint()}"

    @property
    def _tolerated(self) -> int:
        replacement = self.assignment.workload.replacement
        share = replacement.tolerated if isinstance(replacement, Rolling) else 0
        return int(share * len(self.assignment.instances))

    def crashes(self, one: Incarnation) -> int:
        """Told when it is down, as then the engine tells how it ended; restarts on request count like the engine's."""
        asked = self._restarts_on_request(one)
        down = [each.restarts + asked for each in one.containers if self._is_down(each)]
        return max(down, default=0)

    def _restarts_on_request(self, one: Incarnation) -> int:
        attempt = self.scene.observed.attempts.get(Revive(one, "").attempt)
        return attempt.count if attempt and not attempt.error else 0

    def _is_down(self, one: ObservedContainer) -> bool:
        """However often it failed before, an init container that ended well has done its work."""
        if one.phase is Phase.RUNNING:
            answer = self.scene.observed.answers.get(one.id)
            return answer is not None and not answer.live
        return not (one.role is Role.INIT and one.phase is Phase.EXITED and one.exit_code == 0)

    def _counted_from(self, stalled: float) -> float:
        """A host that was down meanwhile, or an agent that was, is not held against what has only begun to run.

        What has not been asked yet is not judged.
        """
        times_of_start = [stalled]
        for one in self.current:
            relapsing = self._restarts_on_request(one) > 1
            for each in one.containers:
                again = relapsing or each.restarts
                began = each.started_at or self.scene.now
                if each.phase is Phase.RUNNING and not again and began <= self.scene.now:
                    times_of_start.append(began)
                if self._is_unasked(each):
                    return self.scene.now
        return max(times_of_start)

    def _is_unasked(self, one: ObservedContainer) -> bool:
        return one.is_probed and one.id not in self.scene.observed.answers

    def _complaint(self) -> str:
        """A step that fails says more than what it leaves behind."""
        ill = [found for one in self.current if not (found := self.scene.health(one)).good]
        worst = max(ill, key=lambda found: found.condition).because if ill else "nothing came of it"
        return next(self.complaints(), worst)

    def complaints(self) -> Iterator[str]:
        """Steps that it still needs, and that failed; what is good and was changed by hand is not its fault."""
        current = {one.instance: one for one in self.current}
        for instance in self.assignment.instances:
            one = current.get(instance.name)
            if one is None or not self.scene.health(one).good:
                yield from failing(instance, one, self.scene)
