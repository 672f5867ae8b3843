"""A workload as policy, whatever kind declared it: how many, does it end, how it is replaced, of what."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.names import WorkloadName
from pullet.model.pod import Pod
from pullet.model.problem import Origin


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many in the whole fleet."""

    replicas: int


@dataclass(frozen=True, slots=True)
class PerNode:
    """One on every node that fits."""


Count = Fixed | PerNode


@dataclass(frozen=True, slots=True)
class Share:
    """A number of instances, or a percentage of those placed on the node."""

    value: int
    percent: bool = False

    def of(self, total: int, *, round_up: bool) -> int:
        """maxSurge rounds up and maxUnavailable down, as in Kubernetes.

        https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
        """
        if not self.percent:
            return self.value
        exact = total * self.value / 100
        return math.ceil(exact) if round_up else math.floor(exact)


@dataclass(frozen=True, slots=True)
class Rolling:
    """New beside old, within bounds that hold on each node for the instances placed there."""

    max_surge: Share = Share(25, percent=True)
    max_unavailable: Share = Share(25, percent=True)

    def bounds(self, total: int) -> tuple[int, int]:
        """How many may stand above, and how many may be missing below, `total`; never both none."""
        surge = self.max_surge.of(total, round_up=True)
        unavailable = self.max_unavailable.of(total, round_up=False)
        return (surge, unavailable) if surge or unavailable else (0, 1)


@dataclass(frozen=True, slots=True)
class Recreate:
    """All of the old go before any of the new come."""


Replacement = Rolling | Recreate


@dataclass(frozen=True, slots=True)
class Workload:
    """One declared thing to run. `node_selector` are labels that a node must carry to be chosen."""

    name: WorkloadName
    origin: Origin
    count: Count
    pod: Pod
    replacement: Replacement = Rolling()
    node_selector: Mapping[str, str] = field(default_factory=dict)
