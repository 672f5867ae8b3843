"""What may happen at once to the instances of one workload on this node. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pullet.decide.proof import proven
from pullet.decide.scene import Scene
from pullet.decide.strategies import bounds_of
from pullet.model.placement import Assignment
from pullet.model.replacement import BlueGreen, Canary, OnDelete, Recreate, Rolling


@dataclass(slots=True)
class _Left:
    surge: int
    unavailable: int
    anew: int


@dataclass
class Budget:
    """How many more may stand beside, and how many ready ones may go before their successor is ready.

    To be made `anew` as they are, at least one may go at a time: it cannot stand beside itself. It is counted when
    a rule first takes from it, as nothing does where all is well.
    """

    assignment: Assignment
    scene: Scene

    def take_surge(self) -> bool:
        self._left.surge -= 1
        return self._left.surge >= 0

    def take_unavailable(self) -> bool:
        return self._take(self._left.unavailable)

    def take_anew(self) -> bool:
        return self._take(self._left.anew)

    def _take(self, left: int) -> bool:
        """Whoever goes, another one less may."""
        if left <= 0:
            return False
        self._left.unavailable -= 1
        self._left.anew -= 1
        return True

    @cached_property
    def _left(self) -> _Left:
        """Counts cautiously: what the crew works on stands already, and is not ready yet.

        An instance of which the old and the new are ready counts once, as the old is about to go.
        """
        scene, workload, instances = self.scene, self.assignment.workload, self.assignment.instances
        standing, total = scene.standing(workload.name), len(instances)
        present = {(one.instance, one.hash) for one in standing}
        coming = sum(1 for one in instances if scene.busy(one.name) and (one.name, one.hash) not in present)
        absent = sum(1 for one in instances if not (scene.busy(one.name) or scene.incarnations(one.name)))
        ready = {
            one.instance for one in standing if not scene.busy(one.instance) and proven(one, workload, scene)
        } & {one.name for one in instances}
        missing = total - len(ready)
        surge, unavailable = self._bounds()
        return _Left(
            surge=total + surge - len(standing) - coming - absent,
            unavailable=unavailable - missing,
            anew=max(1, unavailable) - missing,
        )

    def _bounds(self) -> tuple[int, int]:
        total = len(self.assignment.instances)
        match self.assignment.workload.replacement:
            case Recreate() | OnDelete():
                return 0, 0
            case BlueGreen() | Canary() as how:
                return bounds_of(how).bounds(total)
            case Rolling() as rolling:
                surge, unavailable = rolling.bounds(total)
                spared = min(self._failing(), int(rolling.tolerated * total))
                return surge + spared, unavailable + spared

    def _failing(self) -> int:
        """Of the wanted specification those that are not well; a workload may tolerate some."""
        wanted = {(one.name, one.hash) for one in self.assignment.instances}
        standing = self.scene.standing(self.assignment.workload.name)
        return sum(1 for one in standing if (one.instance, one.hash) in wanted and self.scene.health(one).bad)
