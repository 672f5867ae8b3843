"""How instances reach one another, and the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.names import WorkloadName


@dataclass(frozen=True, slots=True)
class Pool:
    """One block of addresses of a network."""

    subnet: str
    ip_range: str = ""
    gateway: str = ""
    aux_addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Network:
    """An engine network of this node: a namespace's, or one that a Compose project names.

    An `external` one must be there already; `exact` takes the name as it is, without the node's prefix.
    """

    name: str
    driver: str = "bridge"
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    ipv6: bool = False
    ipam_driver: str = ""
    ipam_options: Mapping[str, str] = field(default_factory=dict)
    pools: tuple[Pool, ...] = ()
    external: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """`aliases` are the names that the instance answers to there, besides its own; `links` (workload's name, alias)."""

    network: Network
    aliases: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    ipv4: str = ""
    ipv6: str = ""
    link_local: tuple[str, ...] = ()
    mac: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Joined:
    """On these networks; the first is the one that probes and published ports use."""

    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """The node's own."""


@dataclass(frozen=True, slots=True)
class NoNetwork:
    """None but loopback."""


@dataclass(frozen=True, slots=True)
class NetworkOf:
    """That of another workload's instance on the same node."""

    workload: WorkloadName


Networking = Joined | HostNetwork | NoNetwork | NetworkOf


def attached(network: Networking | None, namespace: str) -> tuple[Attachment, ...]:
    """The networks that a pod of the namespace joins; where nothing is said, the namespace's own."""
    match network:
        case Joined(attachments):
            return attachments
        case None:
            return (Attachment(Network(namespace)),)
        case _:
            return ()


@dataclass(frozen=True, slots=True)
class Dns:
    """What stands in resolv.conf instead of the engine's."""

    servers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
