"""Nodes to the inventory."""

from __future__ import annotations

from pullet.manifests.kubernetes import schema
from pullet.manifests.kubernetes.quantity import thousandths, whole
from pullet.manifests.problems import Findings
from pullet.model.node import Node, Taint


def node(shape: schema.Node, findings: Findings) -> Node:
    spec, status = shape.spec or schema.NodeSpec(), shape.status or schema.NodeStatus()
    taints = tuple(Taint(one.key, one.value, one.effect) for one in spec.taints)
    for index, taint in enumerate(taints):
        if any((taint.key, taint.effect) == (one.key, one.effect) for one in taints[:index]):
            findings.error(
                ("spec", "taints", index), f"another taint has the key {taint.key} and this effect"
            )
    amounts = {**status.capacity, **status.allocatable}
    return Node(
        name=shape.metadata.name,
        labels=dict(shape.metadata.labels),
        unschedulable=spec.unschedulable,
        taints=taints,
        origin=findings.origin(),
        capacity={
            name: thousandths(amount) if name == "cpu" else whole(amount) for name, amount in amounts.items()
        },
        addresses=tuple(one.address for one in status.addresses),
    )
