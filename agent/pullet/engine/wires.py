"""How an instance is wired: its networks, names and namespaces in the engine's own words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pullet.engine.facts import Facts, finished
from pullet.engine.options import said
from pullet.model.names import InstanceName
from pullet.model.network import Attachment, HostNetwork, NetworkOf, NoNetwork, attached
from pullet.model.placement import Instance
from pullet.model.pod import Port

DEFAULT_BRIDGE = "bridge"  # the engine's oldest network, on which no names resolve
LONGEST_HOSTNAME = 63

Endpoint = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wiring:
    """`mode` names the first network, `endpoints` have each by its engine's name; the first is joined at creation."""

    mode: str
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)

    @property
    def is_borrowed(self) -> bool:
        """Whether another container's network is used, with its names and addresses."""
        return self.mode.startswith("container:")

    @property
    def has_own_namespace(self) -> bool:
        return not self.is_borrowed and self.mode != "host"


def attachments(instance: Instance) -> tuple[Attachment, ...]:
    """The networks to join."""
    return attached(instance.pod.network, instance.name.workload.namespace)


def wiring(instance: Instance, networks: Sequence[str], peers: Mapping[str, str], facts: Facts) -> Wiring:
    """`networks` are the engine's names of the attachments', `peers` the containers that stand for a workload's."""
    match instance.pod.network:
        case HostNetwork():
            return Wiring("host")
        case NoNetwork():
            return Wiring("none")
        case NetworkOf(workload):
            return Wiring(f"container:{peers[str(workload)]}")
        case _:
            ends = [
                _endpoint(one, () if network == DEFAULT_BRIDGE else _names(one, instance, facts))
                for one, network in zip(attachments(instance), networks, strict=True)
            ]
            return Wiring(networks[0], dict(zip(networks, ends, strict=True)))


def names(instance: InstanceName) -> tuple[str, ...]:
    """A pod answers to its own name and, with its like, to the workload's."""
    return tuple(dict.fromkeys((instance.pod, instance.workload.name)))


def _names(one: Attachment, instance: Instance, facts: Facts) -> tuple[str, ...]:
    given = (finished(name, facts) for name in instance.pod.names)
    return tuple(dict.fromkeys((*names(instance.name), *given, *one.aliases)))


def _endpoint(one: Attachment, aliases: Sequence[str]) -> Endpoint:
    return {
        "Aliases": list(aliases),
        **said(
            Links=[f"{target}:{alias}" for target, alias in one.links],
            MacAddress=one.mac,
            DriverOpts=dict(one.options),
            IPAMConfig=said(IPv4Address=one.ipv4, IPv6Address=one.ipv6, LinkLocalIPs=list(one.link_local)),
        ),
    }


def identity(instance: Instance, wiring: Wiring) -> dict[str, Any]:
    """Of the body: what the instance calls itself, where that is not said by whose namespace it shares."""
    if instance.pod.uts or not wiring.has_own_namespace:
        return {}
    hostname = instance.pod.hostname or instance.name.pod
    return said(Hostname=hostname[:LONGEST_HOSTNAME].rstrip("-."), Domainname=instance.pod.domainname)


def resolving(instance: Instance) -> dict[str, Any]:
    """Of `HostConfig`: what stands in hosts and resolv.conf."""
    dns = instance.pod.dns
    found = said(ExtraHosts=[f"{name}:{address}" for name, address in instance.pod.hosts])
    if dns is None:
        return found
    return {
        **found,
        **said(Dns=list(dns.servers), DnsSearch=list(dns.searches), DnsOptions=list(dns.options)),
    }


def published(ports: tuple[Port, ...]) -> dict[str, list[dict[str, str]]]:
    """Of `HostConfig`; port 0 of the node lets the engine choose one."""
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        if port.host is not None:
            binding = {"HostIp": port.host_ip, "HostPort": str(port.host) if port.host else ""}
            bindings.setdefault(port_name(port), []).append(binding)
    return bindings


def port_name(port: Port) -> str:
    return f"{port.container}/{port.protocol}"
