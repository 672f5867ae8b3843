"""A project's networks, and how a service stands on them.

https://github.com/compose-spec/compose-spec/blob/main/06-networks.md
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pullet.manifests.compose.parts import ServiceNetwork
from pullet.manifests.compose.schema import Network as NetworkShape
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import DEFAULT, Whole, texts
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.network import (
    Attachment,
    HostNetwork,
    Joined,
    Network,
    Networking,
    NetworkOf,
    NoNetwork,
    Pool,
)

_ALONE = ServiceNetwork.model_validate({})
_PLAIN = NetworkShape.model_validate({})
_INTERFACE = "com.docker.network.endpoint.ifname"
_OF_ANOTHER = (
    "ports",
    "expose",
    "links",
    "hostname",
    "domainname",
    "mac_address",
    "dns",
    "dns_search",
    "dns_opt",
    "extra_hosts",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a service stands; `names` are further ones on the project's own network."""

    network: Networking | None
    names: tuple[str, ...] = ()


def engine_network(key: str, whole: Whole) -> Network:
    """The project's default network is its namespace's own, with what the file says of it."""
    shape = whole.networks.sound.get(key, _PLAIN)
    if shape.external:
        return Network(shape.name or key, external=True, exact=True)
    ipam = shape.ipam
    return Network(
        name=shape.name or (whole.project if key == DEFAULT else f"{whole.project}.{key}"),
        driver="bridge" if shape.driver in {"", "overlay"} else shape.driver,
        options=texts(shape.driver_opts),
        labels=texts(shape.labels),
        internal=shape.internal,
        ipv6=shape.enable_ipv6,
        ipam_driver=ipam.driver if ipam else "",
        ipam_options=dict(ipam.options) if ipam else {},
        pools=tuple(_pools(shape)),
        exact=bool(shape.name),
    )


def _pools(shape: NetworkShape) -> Iterator[Pool]:
    for pool in shape.ipam.config if shape.ipam else ():
        yield Pool(pool.subnet or "", pool.ip_range or "", pool.gateway or "", dict(pool.aux_addresses))


def sound(shape: NetworkShape, findings: Findings) -> None:
    """What a network says that is not a matter of shape."""
    if shape.driver == "overlay":
        findings.warn(("driver",), "there is no cluster to lay it over: it is a bridge on each node")
    if shape.driver in {"host", "none"} and not shape.external:
        findings.error(("driver",), "such a network cannot be made", f"write network_mode: {shape.driver}")
    for index, pool in enumerate(shape.ipam.config if shape.ipam else ()):
        for name in ("ip_range", "gateway"):
            inner = getattr(pool, name)
            if inner and not (pool.subnet and _inside(inner.partition("/")[0], pool.subnet)):
                findings.error(("ipam", "config", index, name), "must be inside the subnet")


def _inside(address: str, subnet: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(subnet, strict=False)


def standing(service: Service, whole: Whole, findings: Findings) -> Standing:
    if not service.network_mode or service.network_mode == DEFAULT:
        return _joined(service, whole, findings)
    place: Loc = ("network_mode",)
    if service.networks:
        findings.error(("networks",), "may not stand beside network_mode", key=True)
    match service.network_mode.partition(":"):
        case "host", "", "":
            _without_ports(service, "stands on the node's own network", findings)
            return Standing(HostNetwork())
        case "none", "", "":
            _without_ports(service, "has no network", findings)
            return Standing(NoNetwork())
        case "bridge", "", "":
            bridge = Network("bridge", external=True, exact=True)
            return Standing(Joined((Attachment(bridge, mac=service.mac_address or ""),)))
        case "service", _, name:
            _shares_nothing_more(service, findings)
            return Standing(NetworkOf(whole.refer(name, place, findings)))
        case "container", _, _:
            hint = "write service:NAME with a service of this project"
            findings.error(place, "a container that is not of the repository may be gone at any time", hint)
        case _:
            findings.error(
                place, "is no network mode", "host, none, bridge or service:NAME; or write networks"
            )
    return Standing(None)


def _without_ports(service: Service, because: str, findings: Findings) -> None:
    if service.ports:
        findings.warn(("ports",), f"nothing is published, as the service {because}", key=True)
    if service.links:
        findings.error(("links",), f"the service {because}", key=True)


def _shares_nothing_more(service: Service, findings: Findings) -> None:
    for name in _OF_ANOTHER:
        if getattr(service, name):
            message = "the service stands on another one's network, which has its own"
            findings.error((name,), message, "write it there", key=True)


def _joined(service: Service, whole: Whole, findings: Findings) -> Standing:
    chosen = service.networks or {DEFAULT: _ALONE}
    order = sorted(chosen, key=lambda key: (-chosen[key].priority, key))
    for key in order:
        if key != DEFAULT:
            whole.networks.find(key, ("networks", key), findings)
        elif key in whole.networks.flawed:
            findings.error((), f"the network {key} is not valid")
    if special := _of_the_node(order, whole, findings):
        return Standing(special)
    links = tuple(_links(service, whole, findings))
    named = (service.container_name,) if service.container_name else ()
    if _is_usual(service, order, chosen, whole):
        return Standing(None, tuple(dict.fromkeys((*chosen[DEFAULT].aliases, *named))))
    attachments = []
    for key in order:
        mine, network = chosen[key], engine_network(key, whole)
        if key not in whole.networks.flawed:
            _addresses(mine, network, ("networks", key), findings)
        attachments.append(_attachment(mine, network, aliases=(*mine.aliases, *named), links=links))
    first = replace(attachments[0], mac=attachments[0].mac or service.mac_address or "")
    return Standing(Joined((first, *attachments[1:])))


def _is_usual(service: Service, order: list[str], chosen: dict[str, ServiceNetwork], whole: Whole) -> bool:
    """Whether the namespace's own network under further names says it all."""
    mine = chosen.get(DEFAULT)
    return (
        order == [DEFAULT]
        and mine is not None
        and mine.model_copy(update={"aliases": []}) == _ALONE
        and whole.networks.sound.get(DEFAULT, _PLAIN) == _PLAIN
        and not service.links
        and not service.mac_address
    )


def _of_the_node(order: list[str], whole: Whole, findings: Findings) -> Networking | None:
    """The networks `host` and `none` of the engine, where a file names them as external ones."""
    modes: dict[str, Networking] = {"host": HostNetwork(), "none": NoNetwork()}
    for key in order:
        network = engine_network(key, whole)
        if network.external and network.name in modes:
            if len(order) > 1:
                findings.error(("networks", key), f"{network.name} goes with no other network", key=True)
            return modes[network.name]
    return None


def _links(service: Service, whole: Whole, findings: Findings) -> Iterator[tuple[str, str]]:
    for index, link in enumerate(service.links):
        name, _, alias = link.partition(":")
        whole.refer(name, ("links", index), findings)
        yield name, alias or name


def _addresses(mine: ServiceNetwork, network: Network, loc: Loc, findings: Findings) -> None:
    """The engine gives a chosen address only where the block that it is of was chosen too."""
    for name in ("ipv4_address", "ipv6_address"):
        address = getattr(mine, name)
        blocks = [pool.subnet for pool in network.pools if pool.subnet]
        if address and not network.external and not any(_inside(address, block) for block in blocks):
            hint = "give the network an ipam block that it is of"
            findings.error((*loc, name), "is of no block of the network's addresses", hint)


def _attachment(
    mine: ServiceNetwork, network: Network, *, aliases: tuple[str, ...], links: tuple[tuple[str, str], ...]
) -> Attachment:
    interface = {_INTERFACE: mine.interface_name} if mine.interface_name else {}
    return Attachment(
        network=network,
        aliases=tuple(dict.fromkeys(aliases)),
        links=links,
        ipv4=mine.ipv4_address or "",
        ipv6=mine.ipv6_address or "",
        link_local=tuple(mine.link_local_ips),
        mac=mine.mac_address or "",
        options={**texts(mine.driver_opts), **interface},
        priority=mine.priority,
    )
