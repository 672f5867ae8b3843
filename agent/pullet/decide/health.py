"""What state an incarnation is in, in one word and a reason: the only place that interprets the engine's phases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from pullet.model.observed import Incarnation, Observed, ObservedContainer, Phase, Role
from pullet.model.pod import Restart

SETTLE = 10.0
"""Seconds that a container without a readiness probe must stay up after a crash to count as ready again."""

PATIENCE = 60.0
"""Seconds of not being ready after which people should know that something is wrong."""


class Condition(IntEnum):
    """From best to worst: an incarnation is in the worst condition of its containers."""

    COMPLETED = 0
    READY = 1
    STARTING = 2
    UNREADY = 3
    CRASHING = 4
    FAILED = 5
    STOPPED = 6
    GONE = 7

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Health:
    """`until` is when time alone may change it, in seconds since the epoch."""

    condition: Condition
    because: str
    until: float | None = None

    @property
    def good(self) -> bool:
        """Does what it should: serves, or has done its work."""
        return self.condition in (Condition.READY, Condition.COMPLETED)

    @property
    def bad(self) -> bool:
        """Something that a person may have to look at, and not only a matter of a moment."""
        return self.condition in (Condition.UNREADY, Condition.CRASHING, Condition.FAILED)


def health(incarnation: Incarnation, observed: Observed, now: float) -> Health:
    """The worst of its containers; what only serves them counts where it is not well."""
    found = [(one, container_health(one, incarnation, observed, now)) for one in incarnation.containers]
    telling = [state for one, state in found if one.role is Role.MAIN or not state.good]
    there = {one.name for one in incarnation.containers if one.role is Role.MAIN}
    missing = [name for name in incarnation.mains if name not in there]
    if missing:
        telling.append(Health(Condition.STARTING, f"its container {missing[0]} is not there yet"))
    return max(telling, key=lambda state: state.condition)


def container_health(
    one: ObservedContainer, incarnation: Incarnation, observed: Observed, now: float
) -> Health:
    """One of an incarnation's containers."""
    match one.role:
        case Role.INIT:
            return _preparing(one, incarnation.restart, observed, now)
        case Role.SIDECAR | Role.SANDBOX:
            return _container(one, Restart.ALWAYS, observed, now)
        case Role.MAIN:
            return _container(one, incarnation.restart, observed, now)


def _preparing(one: ObservedContainer, restart: Restart, observed: Observed, now: float) -> Health:
    """An init container: what runs is on its way, and only a good end is good."""
    once = Restart.NEVER if restart is Restart.NEVER else Restart.ON_FAILURE
    found = _container(one, once, observed, now)
    if found.condition is Condition.READY:
        return Health(Condition.STARTING, f"its init container {one.name} runs")
    return (
        replace(found, because=f"its init container {one.name}: {found.because}") if not found.good else found
    )


def _container(one: ObservedContainer, restart: Restart, observed: Observed, now: float) -> Health:
    match one.phase:
        case Phase.RUNNING:
            return _running(one, observed, now)
        case Phase.RESTARTING:
            return Health(Condition.CRASHING, f"{ending(one)}, and the engine starts it again")
        case Phase.EXITED:
            return _ended(one, restart)
        case Phase.CREATED:
            return Health(Condition.STOPPED, "was created and never started")
        case Phase.PAUSED:
            return Health(Condition.STOPPED, "is paused, and nobody asked for that here")
        case Phase.REMOVING | Phase.DEAD:
            return Health(Condition.GONE, f"the engine calls it {one.phase}")


def _running(one: ObservedContainer, observed: Observed, now: float) -> Health:
    if one.stranded:
        return Health(Condition.STOPPED, "the network that it shares was made anew")
    if one.health in ("starting", "unhealthy"):
        return _checked(one)
    return _unasked(one, now) if one.readiness is None else _asked(one, observed, now)


def _asked(one: ObservedContainer, observed: Observed, now: float) -> Health:
    answer = observed.answers.get(one.id)
    if answer is not None and answer.ready:
        return Health(Condition.READY, "its readiness probe succeeds")
    message = answer.message if answer and answer.message else "its readiness probe has not answered yet"
    deadline = (one.started_at or now) + PATIENCE
    if one.restarts:
        return Health(Condition.CRASHING, f"restarted {times(one.restarts)}; {message}")
    if now < deadline:
        return Health(Condition.STARTING, message, until=deadline)
    return Health(Condition.UNREADY, f"not ready for more than {PATIENCE:.0f} s: {message}")


def _checked(one: ObservedContainer) -> Health:
    """The engine's own health check says something else than healthy."""
    if one.health == "unhealthy":
        return Health(Condition.UNREADY, "the engine's health check fails")
    if one.restarts:
        return Health(
            Condition.CRASHING, f"restarted {times(one.restarts)}; its health check has not succeeded yet"
        )
    return Health(Condition.STARTING, "the engine's health check has not succeeded yet")


def _unasked(one: ObservedContainer, now: float) -> Health:
    settled = (one.started_at or 0) + SETTLE
    if one.restarts and now < settled:
        because = f"restarted {times(one.restarts)}; counts as ready when it stays up for {SETTLE:.0f} s"
        return Health(Condition.CRASHING, because, until=settled)
    return Health(Condition.READY, "it runs, and no readiness probe is declared")


def _ended(one: ObservedContainer, restart: Restart) -> Health:
    match restart:
        case Restart.NEVER | Restart.ON_FAILURE if one.exit_code == 0:
            return Health(Condition.COMPLETED, "ended with exit code 0")
        case Restart.NEVER:
            return Health(Condition.FAILED, f"{ending(one)}, and its restart policy is Never")
        case _:
            return Health(Condition.STOPPED, ending(one))


def ending(one: ObservedContainer) -> str:
    """How a container ended, in words."""
    if one.oom_killed:
        return "ran out of memory" + (f": its limit is {_size(one.memory_limit)}" if one.memory_limit else "")
    return f"ended with exit code {one.exit_code}"


def _size(number: int) -> str:
    """Bytes, in the largest unit of which it is a whole number."""
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if number % 1024**power == 0:
            return f"{number // 1024**power} {unit}"
    return f"{number} bytes"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
