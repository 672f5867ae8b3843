"""The floor: the same containers made by the SDK alone, with the very bodies that Pullet would send."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import docker
import docker.errors
from tests.lab.wait import eventually

from pullet.engine import labels
from pullet.engine.networks import network_name
from pullet.engine.spec import Blueprint, Site, blueprints
from pullet.model.placement import Instance

NODE = "raw"
NAMESPACE = "shop"
THREADS = 8


def prepared(wanted: Sequence[Instance]) -> list[Blueprint]:
    """Names, labels, limits and network as an agent of the node `raw` would write them."""
    site = Site(NODE, "0" * 40, network_name(NODE, NAMESPACE))
    return [blueprint for instance in wanted for blueprint in blueprints(instance, site)]


class Raw:
    """One low-level client for all threads, as the SDK's documentation has it."""

    def __init__(self, url: str) -> None:
        self.client = docker.APIClient(base_url=url, version="1.41", timeout=120)
        self._threads = ThreadPoolExecutor(THREADS)

    def make_network(self) -> None:
        marks = {labels.NODE: NODE, labels.NAMESPACE: NAMESPACE}
        self.client.create_network(
            network_name(NODE, NAMESPACE), "bridge", labels=marks, check_duplicate=True
        )

    def run(self, blueprint: Blueprint) -> str:
        """Create and start, which connects it to the network that its body names; the container's id."""
        made = self.client.create_container_from_config(blueprint.body, blueprint.name)["Id"]  # type: ignore[no-untyped-call]
        self.client.start(made)
        return str(made)

    def run_all(self, wanted: Sequence[Blueprint]) -> None:
        list(self._threads.map(self.run, wanted))

    def clear(self, node: str) -> None:
        """Whatever has the node's label, containers and networks."""
        ours = {"label": [f"{labels.NODE}={node}"]}
        rows = self.client.containers(all=True, filters=ours)
        list(self._threads.map(lambda row: self.client.remove_container(row["Id"], force=True), rows))
        eventually(lambda: self._networks_gone(ours), 30, f"the networks of {node} can be removed")

    def _networks_gone(self, filters: dict[str, list[str]]) -> bool:
        """A busy engine lets go of a removed container's place in a network a moment later."""
        for network in self.client.networks(filters=filters):
            with contextlib.suppress(docker.errors.APIError):
                self.client.remove_network(network["Id"])
        return not self.client.networks(filters=filters)

    def close(self) -> None:
        self._threads.shutdown()
        self.client.close()


@contextlib.contextmanager
def raw_engine(url: str) -> Iterator[Raw]:
    raw = Raw(url)
    try:
        yield raw
    finally:
        raw.close()
