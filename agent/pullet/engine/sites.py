"""Where an instance is built: its networks, the facts that only this node knows, and where its mounts stand."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from pullet.engine import labels
from pullet.engine.client import Client
from pullet.engine.facts import asks, facts_of
from pullet.engine.mounts import Stand
from pullet.engine.networks import Networks
from pullet.engine.spec import Site, key_of
from pullet.engine.stock import Owner, Stock
from pullet.engine.wires import attachments, wiring
from pullet.model.errors import Transient
from pullet.model.network import NetworkOf
from pullet.model.observed import Role
from pullet.model.placement import Instance
from pullet.model.pod import Container
from pullet.model.text import Fact
from pullet.model.volumes import Mount


class Sites:
    """Called by the crew's threads; what it makes on the node stands already the next time."""

    def __init__(self, node: str, networks: Networks, stock: Stock) -> None:
        self._node = node
        self._networks = networks
        self._stock = stock

    def site(self, client: Client, target: Instance, commit: str) -> Site:
        networks = [self._networks.ensure(one.network) for one in attachments(target)]
        peers = self._peers(client, target)
        facts = facts_of(target, self._node, labels.uid(target, self._node))
        facts |= _asked_of_node(client, tuple(target.pod.all_containers()))
        return Site(self._node, commit, wiring(target, networks, peers, facts), facts, peers=peers)

    def _peers(self, client: Client, target: Instance) -> dict[str, str]:
        """The containers whose namespaces it shares, by their workloads' names. Raises Transient until they run."""
        pod = target.pod
        wanted = {pod.pid, pod.ipc} | (
            {str(pod.network.workload)} if isinstance(pod.network, NetworkOf) else set()
        )
        return {name: self._peer(client, name) for name in wanted if "/" in name}

    def _peer(self, client: Client, workload: str) -> str:
        marks = [f"{labels.NODE}={self._node}", f"{labels.WORKLOAD}={workload}"]
        rows = client.containers(filters={"label": marks, "status": ["running"]})
        if not rows:
            raise Transient(f"{workload}, whose namespaces it shares, does not run here")
        holders = [row for row in rows if row["Labels"].get(labels.ROLE) == Role.SANDBOX]
        return str((holders or rows)[0]["Id"])

    def stands(
        self, client: Client, target: Instance, mounts: Iterable[Mount], site: Site
    ) -> tuple[tuple[Mount, Stand], ...]:
        key = key_of(target.name, target.hash, self._node)
        owner = Owner(key, target.name.pod, self._node, site.facts, target.pod.fs_group)
        return tuple((mount, self._stock.stand(client, mount, owner)) for mount in mounts)


def _asked_of_node(client: Client, containers: tuple[Container, ...]) -> dict[Fact, str]:
    """What only some specifications ask for, and takes a call or two."""
    asked = {fact for fact in Fact if asks(containers, fact)}
    found = {Fact.HOST_IP: _address_of_node()} if asked & {Fact.HOST_IP, Fact.POD_IP} else {}
    if asked & {Fact.NODE_CPU, Fact.NODE_MEMORY}:
        info = client.info()
        found |= {Fact.NODE_CPU: str(info["NCPU"] * 1000), Fact.NODE_MEMORY: str(info["MemTotal"])}
    return found


def _address_of_node() -> str:
    """The address that this node would speak to the world from; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that RFC 5737 keeps for documentation
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
