"""A namespace is an engine network of ours: made when its first instance starts, on which names resolve."""

from __future__ import annotations

import threading
from typing import Any

import docker.errors

from pullet.engine import labels
from pullet.engine.client import Client, Connection
from pullet.engine.spec import legible
from pullet.model.errors import Refused

LONGEST_NAME = 128


def network_name(node: str, namespace: str) -> str:
    return legible(f"pullet-{node}-{namespace}", LONGEST_NAME)


class Networks:
    """What was found or made is remembered; `forget` where the engine turns out not to have it any more."""

    def __init__(self, connection: Connection, node: str) -> None:
        self._connection = connection
        self._node = node
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def ensure(self, namespace: str) -> str:
        """What to call the namespace's network on the engine: its name, or its id where the name is not unique."""
        with self._lock, self._connection.calling(f"make the network of namespace {namespace}") as client:
            if namespace not in self._known:
                self._known[namespace] = self._found(client, namespace) or self._made(client, namespace)
            return self._known[namespace]

    def forget(self, namespace: str) -> None:
        with self._lock:
            self._known.pop(namespace, None)

    def _found(self, client: Client, namespace: str) -> str | None:
        """The oldest of ours; an engine lets two makers of the same name win at the same time."""
        name = network_name(self._node, namespace)
        named = [network for network in client.networks(names=[name]) if network["Name"] == name]
        ours = [network for network in named if self._marks(namespace).items() <= _labels(network).items()]
        if named and not ours:
            raise Refused(
                f"a network named {name} exists that is not of node {self._node}, namespace {namespace}",
                hint=f"remove it: docker network rm {name}",
            )
        if not ours:
            return None
        oldest = min(ours, key=lambda network: (network["Created"], network["Id"]))
        return str(oldest["Name"] if len(named) == 1 else oldest["Id"])

    def _made(self, client: Client, namespace: str) -> str:
        name = network_name(self._node, namespace)
        try:
            client.create_network(name, "bridge", labels=self._marks(namespace), check_duplicate=True)
        except docker.errors.APIError as error:
            if error.status_code != 409:  # noqa: PLR2004 - HTTP's Conflict: somebody was faster
                raise
        return self._found(client, namespace) or name

    def _marks(self, namespace: str) -> dict[str, str]:
        return {labels.NODE: self._node, labels.NAMESPACE: namespace}


def _labels(network: dict[str, Any]) -> dict[str, str]:
    return network["Labels"] or {}
