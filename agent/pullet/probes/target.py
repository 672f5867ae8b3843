"""Who is asked: the running containers of an observed state that carry a readiness probe."""

from __future__ import annotations

from dataclasses import dataclass

from pullet.model.observed import Observed, Phase
from pullet.model.probe import Probe


@dataclass(frozen=True, slots=True)
class Target:
    """One run of one container: restarted or at another address, it is another target and begins anew."""

    id: str
    name: str
    started_at: float | None
    address: str
    probe: Probe

    def first_in(self, now: float) -> float:
        """Seconds until the first asking; a clock that was set back never makes it longer than the delay."""
        delay = self.probe.initial_delay
        due = delay if self.started_at is None else self.started_at + delay - now
        return min(max(due, 0.0), delay)


def targets(observed: Observed) -> dict[str, Target]:
    """By container id."""
    return {
        container.id: Target(
            container.id, container.name, container.started_at, container.address, container.readiness
        )
        for incarnation in observed.incarnations
        for container in incarnation.containers
        if container.readiness is not None and container.phase is Phase.RUNNING
    }
