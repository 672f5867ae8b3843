"""Of one workload, what stands of the wanted specification, and what is asked before more of it comes. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pullet.decide.proof import proven
from pullet.decide.scene import Scene
from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation, ObservedContainer, Role
from pullet.model.placement import Assignment, Instance


@dataclass(frozen=True)
class Newcomers:
    """`assignment.instances` in their order, each with its incarnation of the wanted specification, if it has one."""

    assignment: Assignment
    scene: Scene

    @property
    def total(self) -> int:
        return len(self.assignment.instances)

    @property
    def hash(self) -> str:
        return self.assignment.instances[0].hash

    @property
    def short(self) -> str:
        return self.hash[:8]

    @cached_property
    def standing(self) -> dict[InstanceName, Incarnation]:
        wanted = {(one.name, one.hash) for one in self.assignment.instances}
        found = self.scene.standing(self.assignment.workload.name)
        return {one.instance: one for one in found if (one.instance, one.hash) in wanted}

    @cached_property
    def replace_others(self) -> bool:
        """Whether something older stands that they are to replace."""
        wanted = {one.name: one.hash for one in self.assignment.instances}
        found = self.scene.standing(self.assignment.workload.name)
        return any(wanted.get(one.instance, one.hash) != one.hash for one in found)

    @cached_property
    def proven(self) -> frozenset[InstanceName]:
        workload = self.assignment.workload
        return frozenset(name for name, one in self.standing.items() if proven(one, workload, self.scene))

    def have_come(self, first: int) -> bool:
        """Whether the first so many stand, and have proven themselves."""
        return all(one.name in self.proven for one in self.assignment.instances[:first])

    def since(self, first: int) -> float:
        """When the last of the first so many was started, in seconds since the epoch; a restart begins anew."""
        come = [self.standing.get(one.name) for one in self.assignment.instances[:first]]
        times = [
            each.started_at for one in come if one for each in _lasting(one) if each.started_at is not None
        ]
        return max(times, default=self.scene.now)

    def ready_since(self, one: Incarnation) -> float:
        """As far as anybody knows: when its probes succeeded, or else when it was started."""
        answers = self.scene.observed.answers
        times = [
            answer.since if (answer := answers.get(each.id)) and answer.since is not None else each.started_at
            for each in _lasting(one)
        ]
        return max((at for at in times if at is not None), default=0.0)

    def position(self, instance: Instance) -> int:
        return next(at for at, one in enumerate(self.assignment.instances) if one.name == instance.name)

    def promoted(self, since: float, in_git: str) -> bool:
        """By a person's word after `since`, or in Git by the beginning of the hash: neither counts for another one."""
        word = self.scene.words.promoted.get(str(self.assignment.workload.name), -math.inf)
        return word >= since or (bool(in_git) and self.hash.startswith(in_git))

    @property
    def wanted_word(self) -> str:
        return f"waits for pullet promote {self.assignment.workload.name}"


def _lasting(one: Incarnation) -> Iterator[ObservedContainer]:
    return (each for each in one.containers if each.role in (Role.MAIN, Role.SIDECAR))
