"""What happened to a node's containers, from the engine's own event stream."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pullet.engine import labels
from pullet.engine.client import OLDEST, Client
from tests.lab.engine import LabEngine
from tests.lab.images import BUSYBOX
from tests.lab.wait import eventually

MARK = "lab.pullet.test/mark"


@dataclass(slots=True)
class Story:
    """Complete when the block of `watching` has ended. Times do not matter, the order does."""

    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def actions(self) -> list[str]:
        """Such as `create`, `start`, `die`, without what probes do."""
        actions = [str(event["Action"]) for event in self.events]
        return [action for action in actions if not action.startswith("exec_")]

    @property
    def died(self) -> set[str]:
        return {event["id"] for event in self.events if event["Action"] == "die"}

    def ready_after_each_event(self, ready: set[str]) -> list[int]:
        """How many were ready at each moment: from the first exec probe that succeeded until the end began."""
        now, gone, counts = set(ready), set[str](), [len(ready)]
        for event in self.events:
            match event["Action"]:
                case "exec_die" if event["Actor"]["Attributes"]["exitCode"] == "0":
                    now |= {event["id"]} - gone
                case "die" | "kill":
                    gone.add(event["id"])
                    now -= gone
            counts.append(len(now))
        return counts


@contextlib.contextmanager
def watching(engine: LabEngine, node: str) -> Iterator[Story]:
    """Every event of the node's containers while the block runs."""
    story = Story()
    client = Client(engine.url, OLDEST, 60)
    stream = client.events(since=int(time.time()), filters={"type": "container"}, decode=True)
    heard: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: heard.extend(stream))
    thread.start()
    try:
        begin = _mark(engine, heard)
        yield story
        end = _mark(engine, heard)
        between = heard[begin:end]
        story.events += [event for event in between if event["Actor"]["Attributes"].get(labels.NODE) == node]
    finally:
        stream.close()
        thread.join()
        client.close()


def _mark(engine: LabEngine, heard: list[dict[str, Any]]) -> int:
    """Have the engine tell of something that only this test does, and wait until it was heard: its place."""
    mark = secrets.token_hex(8)
    container = engine.client.create({"Image": BUSYBOX, "Labels": {MARK: mark}}, f"mark-{mark}")
    engine.client.remove_container(container)

    def place() -> int:
        return next((at for at, event in enumerate(heard, 1) if event["id"] == container), 0)

    return eventually(place, 30, "the engine's events arrive")
