"""Runs steps side by side, so that long work holds up neither the loop nor other work."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

import structlog

from pullet.engine.book import Book, Flight
from pullet.model.errors import PulletError
from pullet.model.observed import Observed
from pullet.model.plan import Mend, Pull, Remove, Revive, Start, Step, Stop

log = structlog.get_logger()

# A registry that is slow and a container that takes its grace period do not keep others from starting.
LANES: dict[type[Step], str] = {
    Pull: "pull",
    Start: "start",
    Revive: "start",
    Mend: "start",
    Remove: "remove",
    Stop: "remove",
}


class Crew:
    """Up to `workers` steps of a lane at the same time, in the order of submission; one in flight per key."""

    def __init__(
        self,
        do: Callable[[Step], None],
        wake: Callable[[str], None],
        clock: Callable[[], float],
        workers: int = 8,
    ) -> None:
        self._do = do
        self._wake = wake
        self._book = Book(clock)
        self._lanes = {lane: Lane(lane, self._fly, workers) for lane in set(LANES.values())}

    def submit(self, steps: Iterable[Step]) -> None:
        """Steps whose key is busy are ignored: the next plan brings them again if they are still right."""
        for flight in self._book.open(steps):
            self._lanes[LANES[type(flight[0])]].put(flight)

    def read(self) -> Observed:
        """What is in flight, prepared, and tried."""
        return self._book.read()

    def stop(self, timeout: float) -> None:
        """Begin nothing more, and give what is in flight `timeout` seconds to end."""
        for lane in self._lanes.values():
            lane.close()
        deadline = time.monotonic() + timeout
        for lane in self._lanes.values():
            lane.join(deadline)

    def _fly(self, flight: Flight) -> None:
        step, began = flight[0], time.monotonic()
        note = log.bind(do=step.do, instance=str(step.instance), because=step.because)
        note.info("step_started")
        error = self._attempt(step)
        seconds = round(time.monotonic() - began, 3)
        match error:
            case None:
                note.info("step_done", seconds=seconds)
            case PulletError():
                note.warning("step_failed", seconds=seconds, error=str(error), kind=type(error).__name__)
            case _:
                note.error("step_failed", seconds=seconds, kind="bug", exc_info=error)
        self._book.close(flight, error)
        self._wake("step")

    def _attempt(self, step: Step) -> Exception | None:
        try:
            self._do(step)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this step's alone
            return error
        return None


class Lane:
    """Threads that are made when there is work for them, and wait for more; they never keep the agent from ending."""

    def __init__(self, name: str, work: Callable[[Flight], None], workers: int) -> None:
        self._name = name
        self._work = work
        self._workers = workers
        self._changed = threading.Condition()
        self._waiting: deque[Flight] = deque()
        self._idle = 0
        self._closed = False
        self._threads: list[threading.Thread] = []

    def put(self, flight: Flight) -> None:
        with self._changed:
            self._waiting.append(flight)
            if len(self._waiting) > self._idle and len(self._threads) < self._workers:
                self._threads.append(threading.Thread(target=self._run, name=self._name, daemon=True))
                self._threads[-1].start()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def join(self, deadline: float) -> None:
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))

    def _run(self) -> None:
        while (flight := self._next()) is not None:
            self._work(flight)

    def _next(self) -> Flight | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._idle -= 1
            return self._waiting.popleft() if self._waiting else None
