"""What containers write as it comes, also those that come later, in one stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread

from pullet.cli.targets import Spot
from pullet.decide.health import Condition, container_health
from pullet.engine.logs import Excerpt
from pullet.model.errors import PulletError
from pullet.model.observed import Observed

Line = tuple[Spot, bytes | PulletError | None]
"""What came of a container: a line, why there are no more, or None at its end."""

PAUSE = 1.0
"""Seconds between two looks for containers that are new."""


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines, each with its end, which the last one gets where it has none."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest + b"\n"


def told(spot: Spot, lines: Iterable[bytes]) -> Iterator[Line]:
    try:
        for line in lines:
            yield spot, line
    except PulletError as error:
        yield spot, error
    yield spot, None


@dataclass(slots=True)
class Following:
    """`look` finds the containers that are meant, `read` a part of what one wrote. For one thread."""

    look: Callable[[], Sequence[Spot]]
    read: Callable[[str, Excerpt], Iterator[bytes]]
    _queue: SimpleQueue[Line] = field(default_factory=SimpleQueue, init=False)
    _open: set[str] = field(default_factory=set, init=False)
    _read: dict[str, float | None] = field(default_factory=dict, init=False)
    _ended: dict[str, float] = field(default_factory=dict, init=False)

    def lines(self, first: Excerpt) -> Iterator[Line]:
        """Of what is there the part `first`, then all that comes, until none of them may write again."""
        part = first
        while True:
            there = self.look()
            for spot in there:
                self._begin(spot, part)
            part = Excerpt(follow=True)
            if there and not self._open and all(map(_is_over, there)):
                return
            yield from self._come(PAUSE)

    def _begin(self, spot: Spot, part: Excerpt) -> None:
        """Once for each container, and again where the engine has started it again since."""
        one = spot.container
        if one.id in self._open or self._read.get(one.id, -1.0) == one.started_at:
            return
        if one.id in self._ended:
            part = Excerpt(follow=True, since=self._ended[one.id])
        self._read[one.id] = one.started_at
        self._open.add(one.id)
        Thread(target=self._pass_on, args=(spot, self.read(one.id, part)), daemon=True).start()

    def _pass_on(self, spot: Spot, chunks: Iterator[bytes]) -> None:
        for line in told(spot, lines_of(chunks)):
            if line[1] is None:
                self._ended[spot.container.id] = time.time()
            self._queue.put(line)

    def _come(self, seconds: float) -> Iterator[Line]:
        """What is written within so many seconds, or until a container ends."""
        until = time.monotonic() + seconds
        while (patience := until - time.monotonic()) > 0:
            try:
                spot, line = self._queue.get(timeout=patience)
            except Empty:
                return
            yield spot, line
            if line is None:
                self._open.discard(spot.container.id)
                return


def _is_over(spot: Spot) -> bool:
    """It has ended, and its restart policy leaves it at that."""
    found = container_health(spot.container, spot.incarnation, Observed(), time.time())
    return found.condition in (Condition.COMPLETED, Condition.FAILED)
