"""May this workload stand on this node? Each filter answers with its reason, or with nothing where it may.

The first filter that objects gives the reason that people see in `pullet place --explain`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pullet.model.node import Node
from pullet.model.workload import PerNode, Workload

Filter = Callable[[Workload, Node], str]


def labels(workload: Workload, node: Node) -> str:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodeselector"""
    for key, wanted in workload.node_selector.items():
        if key not in node.labels:
            return f"lacks the label {key}={wanted}"
        if node.labels[key] != wanted:
            return f"has {key}={node.labels[key]}, not {key}={wanted}"
    return ""


def cordon(workload: Workload, node: Node) -> str:
    """A workload that runs on every node stays on a cordoned one, as a DaemonSet does in Kubernetes."""
    if node.unschedulable and not isinstance(workload.count, PerNode):
        return "is marked unschedulable"
    return ""


FILTERS: tuple[Filter, ...] = (labels, cordon)


def objection(workload: Workload, node: Node) -> str:
    """The first reason against, or an empty string."""
    return next((reason for check in FILTERS if (reason := check(workload, node))), "")


def objections(workload: Workload, nodes: Iterable[Node]) -> dict[str, str]:
    """By node's name."""
    return {node.name: objection(workload, node) for node in nodes}
