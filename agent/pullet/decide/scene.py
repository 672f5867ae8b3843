"""Everything a rule may look at: what should stand, what stands, and the time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from pullet.decide.backoff import waits_until
from pullet.decide.health import Health, health
from pullet.model.memory import Memory, Words
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Attempt, Incarnation, Observed, Phase
from pullet.model.placement import Assignment, Desired, Instance
from pullet.model.plan import Mend, Step, Wait
from pullet.model.run import Run, workload_of

Move = Step | Wait
Key = TypeVar("Key")

_HOLDS_PORTS = frozenset({Phase.RUNNING, Phase.RESTARTING, Phase.PAUSED})


@dataclass(frozen=True)
class Scene:
    """`now` in seconds since the epoch."""

    desired: Desired
    observed: Observed
    now: float
    words: Words = field(default_factory=Words)
    memory: Memory = field(default_factory=Memory)

    def standing(self, workload: WorkloadName) -> Sequence[Incarnation]:
        return self._by_workload.get(workload, ())

    @cached_property
    def _by_workload(self) -> Mapping[WorkloadName, Sequence[Incarnation]]:
        return _grouped((one.instance.workload, one) for one in self.observed.incarnations)

    def incarnations(self, instance: InstanceName) -> Sequence[Incarnation]:
        """What stands of it, from whatever specifications."""
        return self._by_instance.get(instance, ())

    @cached_property
    def _by_instance(self) -> Mapping[InstanceName, Sequence[Incarnation]]:
        return _grouped((one.instance, one) for one in self.observed.incarnations)

    def assignment(self, workload: WorkloadName) -> Assignment | None:
        """What of the workload is placed here; None where nothing is."""
        return self._assigned.get(workload)

    def commit_of(self, assignment: Assignment) -> str:
        """Which commit declares what is wanted: containers tell it, should nobody remember it any more."""
        return assignment.commit or self.desired.revision.commit

    @cached_property
    def _assigned(self) -> Mapping[WorkloadName, Assignment]:
        return {one.workload.name: one for one in self.desired.assignments}

    def runs(self, workload: WorkloadName) -> Mapping[str, Run]:
        """What is remembered of the runs of a Job or CronJob."""
        return self._runs.get(str(workload), {})

    @cached_property
    def _runs(self) -> Mapping[str, Mapping[str, Run]]:
        found: defaultdict[str, dict[str, Run]] = defaultdict(dict)
        for key, run in self.memory.runs.items():
            found[workload_of(key)][key] = run
        return found

    def health(self, incarnation: Incarnation) -> Health:
        known = self._healths.get(id(incarnation))
        if known is None:
            known = self._healths[id(incarnation)] = health(incarnation, self.observed, self.now), incarnation
        return known[0]

    @cached_property
    def _healths(self) -> dict[int, tuple[Health, Incarnation]]:
        """What was found out already. It holds on to who it is of, so that nobody else gets the id meanwhile."""
        return {}

    def busy(self, instance: InstanceName) -> str:
        """What the crew does with it at the moment, empty when nothing."""
        busy = self.observed.busy
        return busy.get(str(instance), "") if busy else ""

    def asked_again(self, workload: WorkloadName) -> float:
        """When a person last said that it is to be tried at once; what lies in the future was said by another clock."""
        retried = self.words.retried
        said = retried.get(str(workload), -math.inf) if retried else -math.inf
        return said if said <= self.now else -math.inf

    def unless_too_soon(self, step: Step) -> Move:
        """The step, or the wait for its next try."""
        attempt = self.observed.attempts.get(step.attempt)
        until = waits_until(attempt, self.now)
        if attempt is None or until is None or self.asked_again(step.instance.workload) >= attempt.at:
            return step
        return Wait(step.instance, _too_soon(step, attempt), until)

    def port_holder(self, instance: Instance, besides: Iterable[Incarnation] = ()) -> Incarnation | None:
        """Who holds a port of the node that the instance needs."""
        ignored = {(one.instance, one.hash) for one in besides} | {(instance.name, instance.hash)}
        wanted = instance.pod.host_ports
        if not wanted:
            return None
        return next(
            (
                one
                for one in self.observed.incarnations
                if (one.instance, one.hash) not in ignored
                and one.host_ports & wanted
                and any(container.phase in _HOLDS_PORTS for container in one.containers)
            ),
            None,
        )


def _grouped(pairs: Iterable[tuple[Key, Incarnation]]) -> Mapping[Key, Sequence[Incarnation]]:
    found: dict[Key, list[Incarnation]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return found


def _too_soon(step: Step, attempt: Attempt) -> str:
    if attempt.error:
        return f"{step.do} failed: {attempt.error}; tried again with growing pauses"
    if isinstance(step, Mend):
        return f"was put back {attempt.count} times lately; the next time waits a little"
    return f"was started again {attempt.count} times lately; the next start waits a little"
