"""The ground that every part of the benchmark stands on: one private engine, its event stream, the raw SDK."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.events import Events
from scripts.bench.raw import Raw, raw_engine
from tests.lab.agents import Fleet, new_fleet
from tests.lab.engine import LabEngine, private_engine
from tests.lab.images import make_images
from tests.lab.network import leave_the_network
from tests.lab.pods import unique_node


@dataclass(frozen=True, slots=True)
class Lab:
    """`say` shows a line of progress."""

    engine: LabEngine
    events: Events
    raw: Raw
    say: Callable[[str], None]

    @contextmanager
    def fleet(self) -> Iterator[Fleet]:
        """A repository with a commit and without a workload; afterwards nothing of it is left."""
        with (
            tempfile.TemporaryDirectory(prefix="pullet-bench-") as home,
            new_fleet(Path(home), self.engine) as fleet,
        ):
            fleet.work.deploy({"README.md": "a fleet to measure\n"}, "begin")
            try:
                yield fleet
            finally:
                for agent in fleet.agents:
                    self.raw.remove_all(agent.node)

    @contextmanager
    def raw_node(self) -> Iterator[str]:
        """The name of a node without an agent; afterwards nothing of it is left."""
        with unique_node(self.engine.client) as node:
            try:
                yield node
            finally:
                self.raw.remove_all(node)


@contextmanager
def new_lab(say: Callable[[str], None]) -> Iterator[Lab]:
    """Raises NoEngine where none can be had."""
    with ExitStack() as stack:
        if os.geteuid() == 0:
            leave_the_network()
        engine = stack.enter_context(private_engine())
        make_images(engine.client)
        events = stack.enter_context(Events(engine.url))
        raw = stack.enter_context(raw_engine(engine.url))
        yield Lab(engine, events, raw, say)
