"""Who runs what: the answer that every agent computes alike from the same catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.catalog import Catalog
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.pod import Pod
from pullet.model.snapshot import Revision
from pullet.model.verdict import Failed
from pullet.model.workload import DriftPolicy, Workload


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
    """One replica that should stand on this node: the specification, its hash, and the file that declares it.

    `images` fixes what references lead to: an image's id, `sha256:…`, to make containers from instead. `after` and
    `kept` are the workload's, to stand on its containers, as they count when nobody declares it any more.
    """

    name: InstanceName
    pod: Pod
    hash: str
    path: str
    images: Mapping[str, str] = field(default_factory=dict)
    after: tuple[WorkloadName, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """The share of one workload that is placed on this node.

    Where what is declared has `failed` here, the instances are those of the last good specification, which `commit`
    declares; else it is empty, and the revision declares them.
    """

    workload: Workload
    instances: tuple[Instance, ...]
    failed: Failed | None = None
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Desired:
    """What should stand on one node at one revision.

    The catalog and the fleet's placement come along to say why something is not wanted here: moved, scaled down,
    no longer declared, or declared where it cannot be read. `hold` says why nothing may be started or removed at
    all, and is empty where the revision is whole. `drift` is what happens to changes by hand where a workload does not
    say otherwise.
    """

    revision: Revision
    node: str
    assignments: tuple[Assignment, ...] = ()
    catalog: Catalog = Catalog()
    placement: Placement = Placement(nodes={})
    hold: str = ""
    drift: DriftPolicy = "repair"
