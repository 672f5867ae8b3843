"""The door of the room: one thread with one event loop asks every container, and the tick reads the answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping

import structlog

from pullet.model.observed import Answer, Observed
from pullet.probes.asking import Asker, RunCheck
from pullet.probes.standing import Standing
from pullet.probes.target import Target, targets

log = structlog.get_logger()

GRID = 0.05  # seconds; askings that are due at about the same time share one awakening


class Prober:
    """`wake` is called with "probe" when an answer changed; `clock` gives seconds since the epoch.

    A container begins without an answer whenever it starts, and also when the agent does.
    """

    def __init__(self, run_check: RunCheck, wake: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._asker = Asker(run_check)
        self._wake = wake
        self._clock = clock
        self._lock = threading.Lock()
        self._targets: dict[str, Target] = {}
        self._standings: dict[str, Standing] = {}
        self._tasks: dict[Target, asyncio.Task[None]] = {}

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._turn, name="probes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends all asking; the containers themselves are not touched."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._asker.close()

    def results(self, observed: Observed) -> Mapping[str, Answer]:
        """The last answers, by container id; from now on asks exactly what stands in `observed`.

        One that has not answered since its start is not among them. To be called between `start` and `stop`.
        """
        wanted = targets(observed)
        with self._lock:
            if wanted != self._targets:
                self._standings = {
                    id_: standing
                    for id_, standing in self._standings.items()
                    if wanted.get(id_) == self._targets[id_]
                }
                self._targets = wanted
                self._loop.call_soon_threadsafe(self._follow, frozenset(wanted.values()))
            return {id_: each.answer(wanted[id_].probe) for id_, each in self._standings.items()}

    def _turn(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._follow(frozenset())
            self._loop.run_until_complete(asyncio.sleep(0))  # the cancelled get to close their connections
        finally:
            self._loop.close()

    def _follow(self, wanted: frozenset[Target]) -> None:
        for target in self._tasks.keys() - wanted:
            self._tasks.pop(target).cancel()
        for target in wanted - self._tasks.keys():
            self._tasks[target] = self._loop.create_task(self._watch(target))

    async def _watch(self, target: Target) -> None:
        standing = Standing()
        due = self._loop.time() + target.first_in(self._clock())
        while True:
            await asyncio.sleep(max(due - self._loop.time(), 0))
            outcome = await self._asker.ask(target)
            if outcome is not None:
                before, standing = standing, standing.after(outcome, target.probe)
                self._record(target, before, standing)
            # An answer that took longer than the pause delays the next asking and never doubles it.
            due = _on_grid(max(due + standing.pause(target.probe, target.id), self._loop.time()))

    def _record(self, target: Target, before: Standing, standing: Standing) -> None:
        with self._lock:
            if self._targets.get(target.id) != target:
                return
            self._standings[target.id] = standing
        if standing.is_news_after(before):
            answer = standing.answer(target.probe)
            because = answer.message or "it succeeds"
            log.info("probe_answered", container=target.name, ready=answer.ready, because=because)
            self._wake("probe")


def _on_grid(due: float) -> float:
    return round(due / GRID) * GRID
