"""What stands on the nodes so far, and whether there is room for more: ports of a node are held by one instance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pullet.model.names import InstanceName
from pullet.model.pod import Pod
from pullet.model.workload import Workload

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to

HostPort = tuple[str, str, int]


@dataclass(slots=True)
class Room:
    """Instances by node, and who holds which port there: by (protocol, port), (address, instance)."""

    nodes: dict[str, list[InstanceName]]
    ports: dict[str, defaultdict[tuple[str, int], list[tuple[str, InstanceName]]]] = field(init=False)

    def __post_init__(self) -> None:
        self.ports = {node: defaultdict(list) for node in self.nodes}

    def take(self, node: str, instance: InstanceName, pod: Pod) -> None:
        self.nodes[node].append(instance)
        for protocol, address, port in pod.host_ports:
            self.ports[node][protocol, port].append((address, instance))

    def objection(self, node: str, pod: Pod) -> str:
        """Who holds a port of the node that the pod needs, in words."""
        for protocol, address, port in sorted(pod.host_ports):
            for held, holder in self.ports[node][protocol, port]:
                if _clash(address, held):
                    return f"its port {port}/{protocol} is taken by {holder}"
        return ""


def most_on_one_node(workload: Workload) -> int | None:
    """Two instances that need the same port of a node never share one."""
    bounds = [workload.where.per_node] if workload.where.per_node is not None else []
    return min([*bounds, 1]) if workload.pod.host_ports else min(bounds, default=None)


def keep_apart(one: Pod, other: Pod) -> bool:
    """Whether two pods need the same port."""
    return any(
        (protocol, port) == (others, number) and _clash(address, held)
        for protocol, address, port in one.host_ports
        for others, held, number in other.host_ports
    )


def _clash(one: str, other: str) -> bool:
    return one == other or one in _EVERYWHERE or other in _EVERYWHERE
