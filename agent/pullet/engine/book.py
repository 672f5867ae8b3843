"""The crew's memory: what is in flight, which images are there, what was tried. Shared with the fake engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from pullet.engine.failures import ImageGone
from pullet.model.errors import Refused
from pullet.model.observed import Attempt, Observed
from pullet.model.plan import Mend, Pull, Remove, Revive, Start, Step, Stop, pulls

FORGET = 600.0  # seconds after which a step that was not tried again starts with a clean slate

VERBS: dict[type[Step], str] = {
    Pull: "being pulled",
    Start: "being started",
    Revive: "being restarted",
    Mend: "being mended",
    Remove: "being removed",
    Stop: "being stopped",
}

Flight = tuple[Step, ...]


class Book:
    """`clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: dict[str, str] = {}
        self._prepared: dict[str, float] = {}
        self._attempts: dict[str, Attempt] = {}

    def open(self, steps: Iterable[Step]) -> tuple[Flight, ...]:
        """What may begin now: one flight per key that is free, which several pulls of one image share."""
        flights: dict[str, list[Step]] = {}
        with self._lock:
            for step in steps:
                flight = flights.setdefault(step.key, [])
                if step.key not in self._busy and (not flight or _same_work(flight[0], step)):
                    flight.append(step)
            started = tuple(tuple(flight) for flight in flights.values() if flight)
            self._busy |= {flight[0].key: VERBS[type(flight[0])] for flight in started}
        return started

    def close(self, flight: Flight, error: Exception | None) -> None:
        """The flight ended, well or with an error; each of its steps counts as tried."""
        with self._lock:
            self._busy.pop(flight[0].key, None)
            for step in flight:
                self._note(step, error)

    def read(self) -> Observed:
        """With `incarnations` and `answers` left empty."""
        with self._lock:
            self._forget()
            return Observed(
                prepared=frozenset(self._prepared),
                busy=dict(self._busy),
                attempts=dict(self._attempts),
            )

    def _note(self, step: Step, error: Exception | None) -> None:
        now = self._clock()
        if error is None and not isinstance(step, Revive | Mend):
            self._attempts.pop(step.attempt, None)
        else:
            tried = self._attempts.get(step.attempt, Attempt(0, now))
            refused = isinstance(error, Refused)
            self._attempts[step.attempt] = replace(
                tried, count=tried.count + 1, at=now, error=str(error or ""), refused=refused
            )
        match step, error:
            case Pull(), None:
                self._prepared[step.key] = now
            case Start(target=target), ImageGone():
                for pull in pulls(target):
                    self._prepared.pop(pull.key, None)

    def _forget(self) -> None:
        horizon = self._clock() - FORGET
        self._attempts = {key: tried for key, tried in self._attempts.items() if tried.at > horizon}
        self._prepared = {key: at for key, at in self._prepared.items() if at > horizon}


def _same_work(first: Step, other: Step) -> bool:
    match first, other:
        case Pull(policy=one), Pull(policy=two):
            return one is two
        case _:
            return False
