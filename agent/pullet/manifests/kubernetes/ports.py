"""A container's ports, and that no two of a pod are in each other's way."""

from __future__ import annotations

from collections.abc import Iterable

from pullet.manifests.kubernetes import podschema as shapes
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.pod import Port

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to


def made(shape: shapes.ContainerPort, *, host: bool) -> Port:
    """On the node's network, which is what `host` says, a port of the container is the node's."""
    return Port(
        container=shape.container_port,
        host=shape.host_port or (shape.container_port if host else None),
        host_ip=shape.host_ip,
        protocol=(shape.protocol or "TCP").lower(),
        name=shape.name,
    )


def check_ports(
    containers: Iterable[tuple[shapes.Container, Loc]], findings: Findings, *, host: bool
) -> None:
    """Names are unique in a container, ports of the node in the pod."""
    taken: dict[tuple[int, str], set[str]] = {}
    for container, loc in containers:
        names: set[str] = set()
        for index, shape in enumerate(container.ports):
            place = (*loc, "ports", index)
            if shape.name and shape.name in names:
                findings.error((*place, "name"), f'another port is named "{shape.name}"')
            names.add(shape.name)
            if host and shape.host_port not in {0, shape.container_port}:
                findings.error((*place, "hostPort"), "must be the containerPort where hostNetwork is true")
            port = made(shape, host=host)
            addresses = taken.setdefault((port.host or 0, port.protocol), set())
            if port.host and _clash(port.host_ip, addresses):
                field = "hostPort" if shape.host_port else "containerPort"
                findings.error(
                    (*place, field), f"{port.host} is taken by another port", "each port of the node once"
                )
            addresses.add(port.host_ip)


def _clash(address: str, taken: set[str]) -> bool:
    return address in taken or not taken.isdisjoint(_EVERYWHERE) or (bool(taken) and address in _EVERYWHERE)
