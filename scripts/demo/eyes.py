"""What the engine itself says of the fleet's containers: the demo believes no agent."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

from pullet.engine import labels
from pullet.engine.client import Client

PATIENCE = 1.0
"""Seconds that a customer waits for an answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A container that runs."""

    id: str
    name: str
    node: str
    instance: str
    hash: str
    image: str
    address: str

    @property
    def workload(self) -> str:
        return self.instance.partition("#")[0]


@dataclass(frozen=True, slots=True)
class Eyes:
    client: Client
    nodes: Sequence[str]

    def running(self) -> list[Seen]:
        """The containers of these nodes."""
        rows = self.client.containers(filters={"label": labels.INSTANCE, "status": "running"})
        return [_seen(row) for row in rows if row["Labels"].get(labels.NODE) in self.nodes]

    def standing(self) -> Counter[tuple[str, str]]:
        """How many run of each workload and image."""
        return Counter((one.workload, one.image) for one in self.running())

    def started(self, node: str, instance: str) -> str:
        """When the engine started the container of an instance, RFC 3339; empty while none runs."""
        for one in self.running():
            if (one.node, one.instance) == (node, instance):
                return str(self.client.inspect_container(one.id)["State"]["StartedAt"])
        return ""


def _seen(row: dict[str, Any]) -> Seen:
    networks = row["NetworkSettings"]["Networks"].values()
    return Seen(
        id=row["Id"],
        name=row["Names"][0].removeprefix("/"),
        node=row["Labels"][labels.NODE],
        instance=row["Labels"][labels.INSTANCE],
        hash=row["Labels"][labels.HASH],
        image=row["Image"],
        address=next((network["IPAddress"] for network in networks), ""),
    )


@dataclass(slots=True)
class Customer:
    """Asks every container of a web workload, over and over, and remembers how few ever answered."""

    eyes: Eyes
    workload: str
    looks: int = 0
    fewest: int = 1 << 30

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        done = threading.Event()
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(self._ask_until, done)
            try:
                yield
            finally:
                done.set()
            asked.result()

    def _ask_until(self, done: threading.Event) -> None:
        while not done.wait(0.05):
            found = self._found()
            good = sum(_answers(address) for address in found.values())
            if found.keys() <= self._found().keys():  # else one went meanwhile, and the look says nothing
                self.looks += 1
                self.fewest = min(self.fewest, good)

    def _found(self) -> dict[str, str]:
        """Addresses by container."""
        return {one.id: one.address for one in self.eyes.running() if one.workload == self.workload}


def _answers(address: str) -> bool:
    connection = HTTPConnection(address, 8080, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
