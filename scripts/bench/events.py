"""What the engine itself says happened and when, by its own clock, which is this machine's."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, Self

import docker
from tests.lab.wait import eventually

from pullet.engine import labels

PATIENCE = 120.0
NANO = 1e9


@dataclass(frozen=True, slots=True)
class Event:
    """`at` in seconds since the epoch."""

    action: str
    container: str
    node: str
    instance: str
    at: float


class Events:
    """All of the engine's container events from `with` on."""

    def __init__(self, url: str) -> None:
        self._client = docker.APIClient(base_url=url, timeout=3600)
        self._seen: list[Event] = []

    def __enter__(self) -> Self:
        self._stream: Any = self._client.events(decode=True, filters={"type": ["container"]})
        self._thread = threading.Thread(target=self._listen, name="bench events", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._thread.join(5)
        self._client.close()

    def await_started(self, node: str, since: float, count: int = 1) -> float:
        """When the last of so many containers of the node started; AssertionError if they do not."""

        def enough() -> list[Event]:
            found = self._happened("start", node, since)
            return found if len(found) >= count else []

        found = eventually(enough, PATIENCE, f"{count} containers of {node} start")
        return sorted(one.at for one in found)[count - 1]

    def await_of(self, container: str, action: str, since: float) -> float:
        """When this happened to the container."""

        def found() -> list[Event]:
            return [
                one
                for one in self._seen
                if one.container == container and one.action == action and one.at >= since
            ]

        return eventually(found, PATIENCE, f"{action} of {container[:12]}")[0].at

    def _happened(self, action: str, node: str, since: float) -> list[Event]:
        return [one for one in self._seen if (one.action, one.node) == (action, node) and one.at >= since]

    def _listen(self) -> None:
        for event in self._stream:
            actor = event["Actor"]
            marks = actor["Attributes"]
            self._seen.append(
                Event(
                    event["Action"],
                    actor["ID"],
                    marks.get(labels.NODE, ""),
                    marks.get(labels.INSTANCE, ""),
                    event["timeNano"] / NANO,
                )
            )


def now() -> float:
    """On the clock of the events."""
    return time.time()
