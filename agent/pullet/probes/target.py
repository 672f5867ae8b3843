"""Who is asked what: the running containers of an observed state that carry probes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pullet.model.observed import Observed, ObservedContainer
from pullet.model.probe import Probe


class Which(StrEnum):
    STARTUP = "startup"
    LIVENESS = "liveness"
    READINESS = "readiness"


@dataclass(frozen=True, slots=True)
class Target:
    """One probe of one run of one container: restarted or at another address, it is another target and begins anew."""

    id: str
    name: str
    started_at: float | None
    address: str
    which: Which
    probe: Probe

    def first_in(self, now: float) -> float:
        """Seconds until the first asking; a clock that was set back never makes it longer than the delay."""
        delay = self.probe.initial_delay
        due = delay if self.started_at is None else self.started_at + delay - now
        return min(max(due, 0.0), delay)


def targets(observed: Observed) -> dict[str, tuple[Target, ...]]:
    """By container id; a startup probe, where there is one, comes first."""
    return {
        container.id: _of(container)
        for incarnation in observed.incarnations
        for container in incarnation.containers
        if container.is_probed
    }


def _of(one: ObservedContainer) -> tuple[Target, ...]:
    probes = {Which.STARTUP: one.startup, Which.LIVENESS: one.liveness, Which.READINESS: one.readiness}
    return tuple(
        Target(one.id, one.name, one.started_at, one.address, which, probe)
        for which, probe in probes.items()
        if probe is not None
    )
