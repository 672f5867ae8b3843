"""The floor: the same containers made by the SDK alone, with the very bodies that Pullet would send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import docker
from tests.lab.pods import drawn

from pullet.engine import labels
from pullet.engine.networks import network_name
from pullet.engine.spec import Blueprint
from pullet.model.network import Network
from pullet.model.placement import Instance

NAMESPACE = "shop"
THREADS = 8


def prepared(wanted: Sequence[Instance], node: str) -> list[Blueprint]:
    """Names, labels, limits and network as an agent of the node would write them."""
    return [drawn(instance, node, network_name(node, Network(NAMESPACE))) for instance in wanted]


class Raw:
    """One low-level client for all threads, as the SDK's documentation has it."""

    def __init__(self, url: str) -> None:
        self.client = docker.APIClient(base_url=url, version="1.41", timeout=120)
        self._threads = ThreadPoolExecutor(THREADS)

    def make_network(self, node: str) -> None:
        marks = {labels.NODE: node, labels.NAMESPACE: NAMESPACE}
        self.client.create_network(
            network_name(node, Network(NAMESPACE)), "bridge", labels=marks, check_duplicate=True
        )

    def run(self, blueprint: Blueprint) -> str:
        """Create and start, which connects it to the network that its body names; the container's id."""
        made = self.client.create_container_from_config(blueprint.body, blueprint.name)["Id"]  # type: ignore[no-untyped-call]
        self.client.start(made)
        return str(made)

    def run_all(self, wanted: Sequence[Blueprint]) -> None:
        list(self._threads.map(self.run, wanted))

    def remove_all(self, node: str) -> None:
        """Whatever containers have the node's label."""
        rows = self.client.containers(all=True, filters={"label": [f"{labels.NODE}={node}"]})
        list(self._threads.map(lambda row: self.client.remove_container(row["Id"], force=True), rows))

    def close(self) -> None:
        self._threads.shutdown()
        self.client.close()


@contextmanager
def raw_engine(url: str) -> Iterator[Raw]:
    raw = Raw(url)
    try:
        yield raw
    finally:
        raw.close()
