"""The engine networks of this node: made when the first instance that joins one starts, on which names resolve."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import docker.errors
import structlog
from docker.types import IPAMConfig, IPAMPool

from pullet.engine import labels
from pullet.engine.client import CONFLICT, FORBIDDEN, Client, Connection
from pullet.engine.spec import legible
from pullet.model.digest import digest
from pullet.model.errors import Refused
from pullet.model.network import Network

log = structlog.get_logger()

LONGEST_NAME = 128


def network_name(node: str, network: Network) -> str:
    """A network that is made in a way of its own has that in its name: a change makes another one."""
    if network.exact or network.external:
        return network.name
    way = digest(network)[:6] if network != Network(network.name) else ""
    return legible(f"pullet-{node}-{network.name}" + (f"-{way}" if way else ""), LONGEST_NAME)


class Networks:
    """What was found or made is remembered; `forget` where the engine turns out not to have it any more."""

    def __init__(self, connection: Connection, node: str) -> None:
        self.node = node
        self._connection = connection
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def ensure(self, network: Network) -> str:
        """What to call it on the engine: its name, or its id where the name is not unique. Raises Refused."""
        key = network_name(self.node, network)
        with self._lock, self._connection.calling(f"make the network {network.name}") as client:
            if key not in self._known:
                self._known[key] = self._found(client, network) or self._made(client, network)
            return self._known[key]

    def forget(self) -> None:
        """Somebody removed one: look again at each."""
        with self._lock:
            self._known.clear()

    def close(self, needed: Iterable[Network]) -> None:
        """Remove those of ours that are not among these and that no container is on, whoever made it.

        One that was named exactly stays: others may know it by that name.
        A start that was told of one in the same moment fails, and the next one makes it again.
        """
        names = {network_name(self.node, network) for network in needed}
        with self._connection.calling("look for networks that nothing needs") as client:
            ours = client.networks(filters={"label": [f"{labels.NODE}={self.node}"]})
            spare = [one for one in ours if one["Name"] not in names and not _is_exact(one)]
            for one in spare:
                self._remove(client, one)

    def _remove(self, client: Client, network: Mapping[str, Any]) -> None:
        name, number = network["Name"], network["Id"]
        with self._lock:
            if any(_is_on(row, name, number) for row in client.containers(all=True)):
                return
            try:
                client.remove_network(number)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if error.status_code not in (CONFLICT, FORBIDDEN):  # somebody has joined it
                    raise
                return
            self._known = {key: known for key, known in self._known.items() if known not in (name, number)}
        log.info(
            "network_removed", network=name, because="no container is on it, and nothing declared needs it"
        )

    def _found(self, client: Client, network: Network) -> str | None:
        """The oldest of ours; an engine lets two makers of the same name win at the same time."""
        name = network_name(self.node, network)
        named = [one for one in client.networks(names=[name]) if one["Name"] == name]
        if network.external:
            return self._external(name, named)
        ours = [one for one in named if self._marks(network).items() <= _labels(one).items()]
        if named and not ours:
            raise Refused(
                f"a network named {name} exists that node {self.node} did not make for {network.name}",
                hint=f"declare it external, or remove it: docker network rm {name}",
            )
        if not ours:
            return None
        oldest = min(ours, key=lambda one: (one["Created"], one["Id"]))
        return str(oldest["Name"] if len(named) == 1 else oldest["Id"])

    def _external(self, name: str, named: list[dict[str, Any]]) -> str:
        if not named:
            raise Refused(
                f"the network {name} is external and not on this node", hint=f"docker network create {name}"
            )
        return name

    def _made(self, client: Client, network: Network) -> str:
        name = network_name(self.node, network)
        try:
            client.create_network(
                name,
                network.driver,
                options=dict(network.options) or None,
                ipam=_ipam(network),
                internal=network.internal,
                enable_ipv6=network.ipv6,
                labels={**network.labels, **self._marks(network)},
                check_duplicate=True,
            )
        except docker.errors.APIError as error:
            if error.status_code != CONFLICT:  # somebody was faster
                raise
        return self._found(client, network) or name

    def _marks(self, network: Network) -> dict[str, str]:
        return {labels.NODE: self.node, labels.NAMESPACE: network.name}


def _is_on(container: Mapping[str, Any], name: str, number: str) -> bool:
    """Also one that is down: it goes back when it starts, and finds it only if it is still there."""
    joined: Mapping[str, Any] = container["NetworkSettings"]["Networks"] or {}
    return name in joined or any(about["NetworkID"] == number for about in joined.values())


def _is_exact(network: Mapping[str, Any]) -> bool:
    return bool(network["Name"] == _labels(network).get(labels.NAMESPACE, network["Name"]))


def _labels(network: Mapping[str, Any]) -> dict[str, str]:
    return network["Labels"] or {}


def _ipam(network: Network) -> IPAMConfig | None:
    if not (network.pools or network.ipam_driver or network.ipam_options):
        return None
    pools = [
        IPAMPool(pool.subnet, pool.ip_range or None, pool.gateway or None, dict(pool.aux_addresses) or None)
        for pool in network.pools
    ]
    return IPAMConfig(network.ipam_driver or "default", pools, dict(network.ipam_options) or None)
