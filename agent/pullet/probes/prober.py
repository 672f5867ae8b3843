"""The door of the room: one thread with one event loop asks every container, and the tick reads the answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping

import structlog

from pullet.model.observed import Answer, Observed
from pullet.probes.asking import Asker, RunCheck
from pullet.probes.course import Course
from pullet.probes.standing import Standing
from pullet.probes.target import Target, Which, targets

log = structlog.get_logger()

Targets = tuple[Target, ...]  # all that one run of one container is asked

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
        self._wanted: dict[str, Targets] = {}
        self._courses: dict[str, Course] = {}
        self._tasks: dict[Targets, asyncio.Task[None]] = {}

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
            if wanted != self._wanted:
                self._courses = {
                    id_: self._courses[id_] if self._wanted.get(id_) == each else Course(each)
                    for id_, each in wanted.items()
                }
                self._wanted = wanted
                self._loop.call_soon_threadsafe(self._follow, frozenset(wanted.values()))
            found = {id_: course.answer() for id_, course in self._courses.items()}
        return {id_: answer for id_, answer in found.items() if answer is not None}

    def _turn(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._follow(frozenset())
            self._loop.run_until_complete(asyncio.sleep(0))  # the cancelled get to close their connections
        finally:
            self._loop.close()

    def _follow(self, wanted: frozenset[Targets]) -> None:
        for gone in self._tasks.keys() - wanted:
            self._tasks.pop(gone).cancel()
        for new in wanted - self._tasks.keys():
            self._tasks[new] = self._loop.create_task(self._accompany(new))

    async def _accompany(self, everything: Targets) -> None:
        """Until its startup probe has succeeded, a container is asked nothing else."""
        for target in everything:
            if target.which is Which.STARTUP and not (await self._watch(target)).good:
                return
        await asyncio.gather(*(self._watch(one) for one in everything if one.which is not Which.STARTUP))

    async def _watch(self, target: Target) -> Standing:
        """As long as there is something to learn; how it stands then."""
        standing = Standing()
        due = self._loop.time() + target.first_in(self._clock())
        while not standing.is_final(target.which):
            await asyncio.sleep(max(due - self._loop.time(), 0))
            outcome = await self._asker.ask(target)
            if outcome is not None:
                before, standing = standing, standing.after(outcome, target, self._clock())
                self._record(target, before, standing)
            # An answer that took longer than the pause delays the next asking and never doubles it.
            due = _on_grid(max(due + standing.pause(target), self._loop.time()))
        return standing

    def _record(self, target: Target, before: Standing, standing: Standing) -> None:
        with self._lock:
            course = self._courses.get(target.id)
            if course is None or target not in course.targets:
                return
            self._courses[target.id] = course.after(target.which, standing)
        if standing.is_news_after(before, target.which):
            because = standing.message(target) or "it succeeds"
            log.info(
                "probe_answered",
                container=target.name,
                probe=str(target.which),
                good=standing.good,
                because=because,
            )
            self._wake("probe")


def _on_grid(due: float) -> float:
    return round(due / GRID) * GRID
