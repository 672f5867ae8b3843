"""The whole fleet's placement, for the agents and for `pullet place`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pullet.model.catalog import Catalog
from pullet.model.names import InstanceName
from pullet.model.node import Node
from pullet.model.placement import Pending, Placement
from pullet.model.workload import Fixed, PerNode, Workload
from pullet.placement.filters import objections
from pullet.placement.spread import spread


def place(catalog: Catalog, nodes: Sequence[Node]) -> Placement:
    """Every instance of the catalog, on one of `nodes` or pending with the reason of each."""
    share: dict[str, list[InstanceName]] = {
        node.name: [] for node in sorted(nodes, key=lambda node: node.name)
    }
    pending: list[Pending] = []
    for workload in sorted(catalog.workloads, key=lambda workload: workload.name):
        against = objections(workload, nodes)
        fitting = [name for name, reason in against.items() if not reason]
        for instance, node in _instances(workload, fitting).items():
            if node:
                share[node].append(instance)
            else:
                pending.append(Pending(instance, _reasons(against)))
    return Placement(
        nodes={name: tuple(sorted(share[name], key=lambda instance: instance.sort_key)) for name in share},
        pending=tuple(pending),
    )


def _instances(workload: Workload, fitting: Sequence[str]) -> dict[InstanceName, str]:
    """Each instance's node; an empty name where none fits."""
    match workload.count:
        case PerNode():
            return {InstanceName(workload.name, node): node for node in fitting}
        case Fixed(replicas):
            names = {
                str(name): name for name in (InstanceName(workload.name, str(i)) for i in range(replicas))
            }
            chosen = spread(tuple(names), fitting) if fitting else {}
            return {name: chosen.get(text, "") for text, name in names.items()}


def _reasons(against: Mapping[str, str]) -> Mapping[str, str]:
    return {node: reason for node, reason in against.items() if reason}
