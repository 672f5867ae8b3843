"""The container engine of this node as the loop sees it; built by the wiring, used by the loop and the probes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from pullet.engine.apply import Hands
from pullet.engine.changes import Changes
from pullet.engine.checks import run_check
from pullet.engine.client import PATIENCE, Connection
from pullet.engine.crew import Crew
from pullet.engine.drift import Ways
from pullet.engine.events import Events
from pullet.engine.logs import WHOLE, Excerpt, last_words, logs
from pullet.engine.networks import Networks
from pullet.engine.observe import Observer
from pullet.engine.pulled import Pulled
from pullet.engine.shell import Ends, run_joined
from pullet.engine.stock import LOOKING_ONLY, Shelf
from pullet.engine.storeroom import Storeroom
from pullet.model.observed import Observed
from pullet.model.plan import Step


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What `pullet doctor` shows of the engine."""

    version: str
    api: str
    storage: str
    cgroup: str
    rootless: bool


class DockerEngine:
    """Made without a call: the engine may be away. `wake` is called with "engine" and "step", from any thread.

    `clock` gives seconds since the epoch, `patience` is how many an answer may take.
    """

    def __init__(  # noqa: PLR0917 - what it is for, whom to tell, where to keep things, and the time
        self,
        url: str,
        node: str,
        wake: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
        shelf: Shelf = LOOKING_ONLY,
    ) -> None:
        changes, ways = Changes(), Ways()
        self._connection = Connection(url, patience)
        self._observer = Observer(self._connection, node, changes, ways)
        self._events = Events(self._connection, node, changes, wake)
        pulled, networks = Pulled(shelf.state, clock), Networks(self._connection, node)
        self._hands = Hands(self._connection, shelf, pulled, networks, ways)
        self.storeroom = Storeroom(self._connection, node, pulled, networks)
        self._crew = Crew(self._hands.do, wake, clock)
        self._untidy = False

    def start(self) -> None:
        """Listen to the engine; without this every look inspects everything."""
        self._events.start()
        self._untidy = True

    def stop(self, timeout: float = 10) -> None:
        """Give the steps in flight `timeout` seconds to end; containers go on."""
        self._events.stop()
        self._crew.stop(timeout)
        self._connection.renew()

    def observe(self) -> Observed:
        """`answers` left empty. Raises Transient when the engine does not answer, Refused without permission."""
        # First the crew: a step that ends in between is then seen as in flight, and never as not begun.
        crew = self._crew.read()
        incarnations = self._observer.look(crew.busy)
        if self._untidy:  # after the first look that succeeded, and so before the first step
            self._untidy = False
            self._hands.tidy()
        return replace(crew, incarnations=incarnations)

    def apply(self, steps: Iterable[Step]) -> None:
        """Hand the steps to the crew and return at once."""
        self._crew.submit(steps)

    def run_check(self, container_id: str, command: tuple[str, ...], timeout: float) -> tuple[int, str]:
        """Exit code and end of the output; raises Transient after `timeout` seconds."""
        return run_check(self._connection, container_id, command, timeout)

    def logs(self, container_id: str, part: Excerpt = WHOLE) -> Iterator[bytes]:
        """What it wrote to both streams, in order.

        Raises Transient or Refused when the first bytes are asked for, and later.
        """
        return logs(self._connection, container_id, part)

    def last_words(self, container_id: str, lines: int = 10) -> str:
        """The end of what it wrote, at most 4 KiB, fit to be shown; empty where that cannot be had."""
        return last_words(self._connection, container_id, lines)

    def exec(self, container_id: str, command: tuple[str, ...], tty: bool, stdin: bool) -> int:
        """Runs it with this process's output, and with its input if `stdin`; returns the exit code.

        With `tty` the caller has made its own terminal raw; its size is followed. Raises Transient or Refused.
        """
        return run_joined(self._connection, container_id, command, Ends(0 if stdin else None), tty=tty)

    def ping(self) -> EngineInfo:
        """Raises Transient when no engine answers, Refused without permission or for one that is too old."""
        with self._connection.calling("ask the engine what it is") as client:
            info = client.info()
            return EngineInfo(
                version=info["ServerVersion"],
                api=client.api_version,
                storage=info["Driver"],
                cgroup=info.get("CgroupVersion", "1"),
                rootless="name=rootless" in (info.get("SecurityOptions") or ()),
            )
