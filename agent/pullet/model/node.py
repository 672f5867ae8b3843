"""One machine of the fleet, as the repository's inventory or the agent's own settings describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.problem import Origin


@dataclass(frozen=True, slots=True)
class Taint:
    """`effect` is NoSchedule, PreferNoSchedule or NoExecute."""

    key: str
    value: str = ""
    effect: str = "NoSchedule"


CORDON = Taint("node.kubernetes.io/unschedulable")
"""What a node that is marked unschedulable keeps away: all that does not tolerate this.

https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
"""


@dataclass(frozen=True, slots=True)
class Node:
    """`capacity` is what instances may ask for together: cpu in thousandths of a core, everything else as counted."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    origin: Origin = Origin("")
    capacity: Mapping[str, int] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
