"""Who runs what: the answer that every agent computes alike from the same catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.names import InstanceName, WorkloadName
from pullet.model.pod import Pod
from pullet.model.snapshot import Revision
from pullet.model.workload import Workload


@dataclass(frozen=True, slots=True)
class Pending:
    """An instance that runs nowhere, with the reason of each node."""

    instance: InstanceName
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Placement:
    """`nodes` holds every node of the fleet, also those that run nothing."""

    nodes: Mapping[str, tuple[InstanceName, ...]]
    pending: tuple[Pending, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """One replica that should stand on this node: the specification, its hash, and the file that declares it."""

    name: InstanceName
    pod: Pod
    hash: str
    path: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """The share of one workload that is placed on this node."""

    workload: Workload
    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class Desired:
    """What should stand on one node at one revision, and what the revision leaves unknown.

    `frozen` names workloads that stand on this node and whose declaration cannot be read: they are kept as they
    are. `hold` says why nothing may be started or removed at all, and is empty where the revision is whole.
    """

    revision: Revision
    node: str
    assignments: tuple[Assignment, ...] = ()
    frozen: Mapping[WorkloadName, str] = field(default_factory=dict)
    hold: str = ""
