"""May this workload stand on this node? Each filter answers with its reason, or with nothing where it may.

What depends on where others stand, such as a port of the node, is in `room`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pullet.model.node import Node, Taint
from pullet.model.workload import PerNode, Workload

Filter = Callable[[Workload, Node], str]

_CONDITIONS = "node.kubernetes.io/"


def labels(workload: Workload, node: Node) -> str:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodeselector"""
    for key, wanted in workload.node_selector.items():
        if key not in node.labels:
            return f"lacks the label {key}={wanted}"
        if node.labels[key] != wanted:
            return f"has {key}={node.labels[key]}, not {key}={wanted}"
    return ""


def affinity(workload: Workload, node: Node) -> str:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity"""
    missing = []
    for term in workload.where.terms:
        unmet = [str(requirement) for requirement in term if not requirement.met_by(node)]
        if not unmet:
            return ""
        missing.append(" and ".join(unmet))
    return f"is not {' nor '.join(dict.fromkeys(missing))}" if missing else ""


def cordon(workload: Workload, node: Node) -> str:
    """https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration"""
    return "is marked unschedulable" if workload.cordoned_off(node) else ""


def taints(workload: Workload, node: Node) -> str:
    """What runs on every node tolerates what Kubernetes taints nodes with by itself.

    https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations
    """
    against = [
        _words(taint)
        for taint in node.taints
        if not workload.where.tolerates(taint)
        and not (isinstance(workload.count, PerNode) and taint.key.startswith(_CONDITIONS))
    ]
    return f"has the taint {', '.join(against)}" if against else ""


def _words(taint: Taint) -> str:
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"


def gates(workload: Workload, _: Node) -> str:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/"""
    return f"waits for its schedulingGates: {', '.join(workload.where.gates)}" if workload.where.gates else ""


FILTERS: tuple[Filter, ...] = (gates, labels, affinity, cordon, taints)


def objection(workload: Workload, node: Node) -> str:
    """The reasons of all filters that object, or an empty string."""
    return "; ".join(reason for check in FILTERS if (reason := check(workload, node)))


def objections(workload: Workload, nodes: Iterable[Node]) -> dict[str, str]:
    """By node's name."""
    return {node.name: objection(workload, node) for node in nodes}
