"""What state an incarnation is in, in one word and a reason: the only place that interprets the engine's phases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

from pullet.decide.backoff import STABLE
from pullet.model.observed import Answer, Incarnation, Observed, ObservedContainer, Phase, Role
from pullet.model.plan import Revive
from pullet.model.pod import Restart
from pullet.model.probe import Probe

SETTLE = 10.0
"""Seconds that a container without a readiness probe must stay up after a crash to count as ready again."""

OFTEN = 3
"""Restarts, with less than `STABLE` seconds between two on average, after which it has to stay up for `STABLE`."""

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
    UNLIVE = 6
    STOPPED = 7
    GONE = 8

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
        return self.condition in (
            Condition.UNREADY,
            Condition.CRASHING,
            Condition.FAILED,
            Condition.UNLIVE,
        )


_PROBED = Health(Condition.READY, "its readiness probe succeeds")
_UNASKED = Health(Condition.READY, "it runs, and no readiness probe is declared")


def health(incarnation: Incarnation, observed: Observed, now: float) -> Health:
    """The worst of its containers; what only serves them counts where it is not well.

    Of those that are as well as each other, one that is asked tells more.
    """
    found = [(one, container_health(one, incarnation, observed, now)) for one in incarnation.containers]
    telling = [state for one, state in found if one.role is Role.MAIN or not state.good]
    missing = [name for name in incarnation.mains if name not in _mains_of(incarnation)]
    if missing:
        telling.append(Health(Condition.STARTING, f"its container {missing[0]} is not there yet"))
    return max(telling, key=lambda state: (state.condition, state != _UNASKED))


def _mains_of(incarnation: Incarnation) -> list[str]:
    return [one.name for one in incarnation.containers if one.role is Role.MAIN]


def container_health(
    one: ObservedContainer, incarnation: Incarnation, observed: Observed, now: float
) -> Health:
    """One of an incarnation's containers."""
    look = _Look(one, incarnation, observed, now)
    match one.role:
        case Role.INIT:
            return _preparing(look)
        case Role.SIDECAR | Role.SANDBOX:
            return _container(look, Restart.ALWAYS)
        case Role.MAIN:
            return _container(look, incarnation.restart)


class _Look(NamedTuple):
    """One container with all that tells how it is."""

    one: ObservedContainer
    incarnation: Incarnation
    observed: Observed
    now: float

    @property
    def answer(self) -> Answer | None:
        return self.observed.answers.get(self.one.id)

    @property
    def started_at(self) -> float:
        """In seconds since the epoch; where somebody set the clock back since, long ago."""
        found = self.one.started_at or self.now
        return found if found <= self.now else 0.0

    @property
    def relapses(self) -> int:
        """Restarts that its probes may have asked for; the first is nothing to worry about."""
        if not (self.one.liveness or self.one.startup):
            return 0
        tried = self.observed.attempts.get(Revive(self.incarnation, "").attempt)
        return tried.count if tried and not tried.error and tried.count > 1 else 0

    @property
    def restarts(self) -> int:
        """The engine's, and those."""
        return self.one.restarts + self.relapses

    @property
    def impatient_at(self) -> float:
        """When people should know that it is not ready yet; a startup probe has a patience of its own."""
        return self.started_at + PATIENCE + (_longest(self.one.startup) if self.one.startup else 0.0)

    @property
    def settled_at(self) -> float:
        """When it will have stayed up for long enough after a restart: after a relapse, to relapse again."""
        answer = self.answer
        known = answer is not None and answer.since is not None and answer.since <= self.now
        began = answer.since if answer and answer.since is not None and known else self.started_at
        relapse = _longest(self.one.liveness) if self.one.liveness and self.relapses else 0.0
        return began + max(STABLE if self.is_flapping else SETTLE, relapse)

    @property
    def is_flapping(self) -> bool:
        """So that what crashes every ten-odd seconds is not called well in between, time after time."""
        made = self.one.created_at
        lived = self.started_at - made if made is not None else 0.0
        return self.one.restarts >= OFTEN and lived < STABLE * self.one.restarts


def _longest(probe: Probe) -> float:
    """Seconds after which it has failed for good, if it never succeeds."""
    return probe.initial_delay + probe.failure_threshold * probe.period + probe.timeout


def _preparing(look: _Look) -> Health:
    """An init container: what runs is on its way, and only a good end is good."""
    once = Restart.NEVER if look.incarnation.restart is Restart.NEVER else Restart.ON_FAILURE
    found = _container(look, once)
    name = look.one.name
    if found.condition is Condition.READY:
        return Health(Condition.STARTING, f"its init container {name} runs")
    return replace(found, because=f"its init container {name}: {found.because}") if not found.good else found


def _container(look: _Look, restart: Restart) -> Health:
    match look.one.phase:
        case Phase.RUNNING:
            return _running(look)
        case Phase.RESTARTING:
            return Health(Condition.CRASHING, f"{ending(look.one)}, and the engine starts it again")
        case Phase.EXITED:
            return _ended(look.one, restart)
        case Phase.CREATED:
            return Health(Condition.STOPPED, "was created and never started")
        case Phase.PAUSED:
            return Health(Condition.STOPPED, "is paused, and nobody asked for that here")
        case Phase.REMOVING | Phase.DEAD:
            return Health(Condition.GONE, f"the engine calls it {look.one.phase}")


def _running(look: _Look) -> Health:
    if look.one.stranded:
        return Health(Condition.STOPPED, "the network that it shares was made anew")
    answer = look.answer
    if answer and not answer.live:
        which = "liveness" if answer.started else "startup"
        return Health(Condition.UNLIVE, f"its {which} probe fails: {answer.message}")
    if look.one.health in ("starting", "unhealthy"):
        return _checked(look.one)
    if look.one.startup and not (answer and answer.started):
        said = f"succeeded yet: {answer.message}" if answer else "answered yet"
        return _coming(look, f"its startup probe has not {said}")
    if look.one.readiness and not (answer and answer.ready):
        said = answer.message if answer else ""
        return _coming(look, said or "its readiness probe has not answered yet")
    return _serving(look)


def _coming(look: _Look, message: str) -> Health:
    """Its probes say that it is not ready, or say nothing yet: then nobody knows for how long."""
    if look.restarts:
        return Health(Condition.CRASHING, f"restarted {times(look.restarts)}; {message}")
    if look.answer is None:
        return Health(Condition.STARTING, message)
    deadline = look.impatient_at
    if look.now < deadline:
        return Health(Condition.STARTING, message, until=deadline)
    patience = deadline - look.started_at
    return Health(Condition.UNREADY, f"not ready for more than {patience:.0f} s: {message}")


def _checked(one: ObservedContainer) -> Health:
    """The engine's own health check says something else than healthy."""
    if one.health == "unhealthy":
        return Health(Condition.UNREADY, "the engine's health check fails")
    if one.restarts:
        return Health(
            Condition.CRASHING, f"restarted {times(one.restarts)}; its health check has not succeeded yet"
        )
    return Health(Condition.STARTING, "the engine's health check has not succeeded yet")


def _serving(look: _Look) -> Health:
    """Nothing speaks against it; after restarts that means little until it has stayed up for a while.

    A readiness probe that succeeds is proof enough after a crash, but not after failures of another probe.
    """
    doubtful = look.restarts and (look.relapses or not look.one.readiness)
    if doubtful and look.now < (settled := look.settled_at):
        seconds = settled - look.started_at
        because = f"restarted {times(look.restarts)}; counts as ready when it stays up for {seconds:.0f} s"
        return Health(Condition.CRASHING, because, until=settled)
    return _PROBED if look.one.readiness else _UNASKED


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
