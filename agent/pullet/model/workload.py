"""A workload as policy, whatever kind declared it: how many of what, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pullet.model.lifetime import Endless, Hook, Lifetime
from pullet.model.names import WorkloadName
from pullet.model.node import CORDON, Node
from pullet.model.pod import Pod
from pullet.model.problem import Origin, Problem
from pullet.model.replacement import Replacement, Rolling
from pullet.model.where import Company, Where


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many in the whole fleet, counted from `start`."""

    replicas: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class PerNode:
    """One on every node that fits."""


Count = Fixed | PerNode


OnFailure = Literal["rollback", "pause", "continue"]
"""What comes when a new specification fails: the last good one, nothing more, or one try after the other."""

Prune = Literal["true", "false", "volumes"]
"""What comes when it is no longer declared: what stands goes, or stays, or goes with the volumes that it used."""

DriftPolicy = Literal["repair", "report", "off"]
"""What comes when somebody changed a container by hand: it is put back, only told, or not even looked at."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """What must be so before the first instance starts: `condition` is started, ready or complete.

    Where it is not `required`, a missing one is no obstacle; with `restart`, a replacement of it starts this one anew.
    One that is named across files has an `origin`; its `condition` may be empty until it is known what it runs.
    """

    workload: WorkloadName
    condition: str = "started"
    required: bool = True
    restart: bool = False
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RegistryLogin:
    """A name and password for a registry, from a Secret; never shown."""

    registry: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Workload:
    """One declared thing to run. `node_selector` are labels that a node must carry to be chosen.

    `named` instances are told apart and come `in_order`, first to last. Times in seconds: an instance must have been
    ready for `min_ready` to count, and a replacement that makes no progress for `progress_deadline` has failed. A
    `paused` one is not replaced. `on_failure` is what comes then, and `backward` how the way back is gone where that
    differs from the way there. `unmet` is what it asks for to be isolated and nothing here can hold: the node's
    policy refuses it for that, or only warns. `prune` says what becomes of what stands when it is no longer declared.
    With a `hook` it is a Job that belongs to the rollout of another; `hooks` are those that come before its own.
    `drift` is what it says of changes by hand, None where it says nothing. `stops_first` says why an old instance
    stops before its successor comes, where that is for a reason of its own.
    """

    name: WorkloadName
    origin: Origin
    count: Count
    pod: Pod
    replacement: Replacement = Rolling()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    where: Where = Where()
    lifetime: Lifetime = Endless()
    named: bool = False
    in_order: bool = False
    min_ready: float | None = None
    progress_deadline: float = 600
    paused: bool = False
    on_failure: OnFailure = "rollback"
    backward: Replacement | None = None
    after: tuple[Dependency, ...] = ()
    prune: Prune = "true"
    hook: Hook | None = None
    hooks: tuple[WorkloadName, ...] = ()
    logins: tuple[RegistryLogin, ...] = ()
    drift: DriftPolicy | None = None
    stops_first: str = ""
    unmet: tuple[Problem, ...] = ()

    @property
    def kept(self) -> bool:
        """What stands of it stays when it is no longer declared."""
        return self.prune == "false"

    def admits(self, node: Node) -> bool:
        """Whether an instance may stand there, as far as the node's name, labels and taints say."""
        labelled = all(node.labels.get(key) == value for key, value in self.node_selector.items())
        return labelled and not self.cordoned_off(node) and self.where.admits(node)

    def cordoned_off(self, node: Node) -> bool:
        """Whether the node is unschedulable for it: what runs on every node, or names it, stays there."""
        return node.unschedulable and not (isinstance(self.count, PerNode) or self.where.tolerates(CORDON))

    def falls_under(self, company: Company) -> bool:
        return company.covers(self.name.namespace, self.pod.labels)
