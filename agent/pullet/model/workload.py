"""A workload as policy, whatever kind declared it: how many, does it end, how it is replaced, of what."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pullet.model.inspection import Inspection
from pullet.model.names import WorkloadName
from pullet.model.node import CORDON, Node, Taint
from pullet.model.pod import Pod
from pullet.model.problem import Origin, Problem


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many in the whole fleet, counted from `start`."""

    replicas: int
    start: int = 0


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
    """New beside old, within bounds that hold on each node for the instances placed there.

    Ordinals below `partition` stay as they are. `tolerated` is the part of them that may fail, from 0 to 1. The next
    replacement waits until the last one has been ready for `delay` seconds.
    """

    max_surge: Share = Share(25, percent=True)
    max_unavailable: Share = Share(25, percent=True)
    partition: int = 0
    tolerated: float = 0
    delay: float = 0

    def bounds(self, total: int) -> tuple[int, int]:
        """How many may stand above, and how many may be missing below, `total`; never both none."""
        surge = self.max_surge.of(total, round_up=True)
        unavailable = self.max_unavailable.of(total, round_up=False)
        return (surge, unavailable) if surge or unavailable else (0, 1)


@dataclass(frozen=True, slots=True)
class Recreate:
    """All of the old go before any of the new come."""


@dataclass(frozen=True, slots=True)
class OnDelete:
    """The new comes where a person removed the old."""


@dataclass(frozen=True, slots=True)
class BlueGreen:
    """A whole new set beside the old, which goes when all of the new are ready and, if `manual`, promoted.

    `promoted` is the beginning of the hash of a specification that is promoted in Git.
    """

    manual: bool = False
    promoted: str = ""


@dataclass(frozen=True, slots=True)
class CanaryStep:
    """How many are to be new, and what comes when they are: `pause` seconds, and a person's word if `manual`."""

    share: Share
    pause: float = 0
    manual: bool = False

    def of(self, total: int) -> int:
        """At least one, and percentages round up."""
        return max(1, min(total, self.share.of(total, round_up=True)))


@dataclass(frozen=True, slots=True)
class Canary:
    """The first few are replaced, one after the other, and judged by `check` and in steps before the rest follow.

    `promoted` is as in `BlueGreen`, and ends every pause that waits for a person.
    """

    steps: tuple[CanaryStep, ...]
    check: Inspection | None = None
    promoted: str = ""


Replacement = Rolling | Recreate | OnDelete | BlueGreen | Canary


@dataclass(frozen=True, slots=True)
class Endless:
    """Runs until it is no longer declared."""


@dataclass(frozen=True, slots=True)
class SuccessRule:
    """One rule of a successPolicy: enough when so many of `indexes` succeeded; None stands for all of either."""

    indexes: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Finite:
    """Ends by itself: a Job. Times in seconds; `completions` None takes the first success for all.

    `backoff_limit_per_index` counts failures of each index alone, and `max_failed_indexes` bounds how many may fail.
    https://kubernetes.io/docs/concepts/workloads/controllers/job/
    """

    completions: int | None = 1
    parallelism: int = 1
    indexed: bool = False
    backoff_limit: int = 6
    deadline: float | None = None
    forget_after: float | None = None
    suspended: bool = False
    failure_rules: tuple[FailureRule, ...] = ()
    success_rules: tuple[SuccessRule, ...] = ()
    backoff_limit_per_index: int | None = None
    max_failed_indexes: int | None = None

    @property
    def pods(self) -> int:
        """How many there are to end well; of a work queue, how many work on it."""
        return self.parallelism if self.completions is None else self.completions


@dataclass(frozen=True, slots=True)
class FailureRule:
    """One rule of a podFailurePolicy: what to do when a container ends with one of the codes, or with none of them."""

    action: str
    container: str = ""
    exit_codes: tuple[int, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A Job for each time of a schedule, which is read in the time zone `zone` (empty: the node's).

    https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """

    schedule: str
    job: Finite
    zone: str = ""
    concurrency: str = "Allow"
    starting_deadline: float | None = None
    keep_succeeded: int = 3
    keep_failed: int = 1
    suspended: bool = False


Lifetime = Endless | Finite | Scheduled


@dataclass(frozen=True, slots=True)
class Hook:
    """A Job that is run once for each specification of the workload `of`: before that is rolled out, or after."""

    of: WorkloadName
    before: bool
    origin: Origin | None = field(default=None, compare=False, repr=False)


OnFailure = Literal["rollback", "pause", "continue"]
"""What comes when a new specification fails: the last good one, nothing more, or one try after the other."""

Prune = Literal["true", "false", "volumes"]
"""What comes when it is no longer declared: what stands goes, or stays, or goes with the volumes that it used."""

DriftPolicy = Literal["repair", "report", "off"]
"""What comes when somebody changed a container by hand: it is put back, only told, or not even looked at."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One comparison with a node's label, or with its name under the key `metadata.name`.

    `operator` is In, NotIn, Exists, DoesNotExist, Gt or Lt.
    """

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def met_by(self, node: Node) -> bool:
        return self.holds(node.name if self.key == "metadata.name" else node.labels.get(self.key))

    def holds(self, value: str | None) -> bool:
        """None is a label that is not there. What is no number is neither greater nor less."""
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
        if value is None or not all(re.fullmatch(r"[+-]?\d{1,19}", text) for text in (value, *self.values)):
            return False
        bound = int(self.values[0])
        return int(value) > bound if self.operator == "Gt" else int(value) < bound

    def __str__(self) -> str:
        key = "name" if self.key == "metadata.name" else self.key
        match self.operator:
            case "In" | "NotIn":
                one = len(self.values) == 1
                words = ("=" if one else " in ") if self.operator == "In" else ("!=" if one else " not in ")
                return f"{key}{words}{self.values[0] if one else '(' + ', '.join(self.values) + ')'}"
            case "Exists":
                return key
            case "DoesNotExist":
                return f"!{key}"
        return f"{key}{'>' if self.operator == 'Gt' else '<'}{self.values[0]}"


@dataclass(frozen=True, slots=True)
class Toleration:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def tolerates(self, taint: Taint) -> bool:
        """An empty effect stands for all effects, and an empty key, which only Exists may have, for all taints."""
        if self.effect and self.effect != taint.effect:
            return False
        if not self.key:
            return self.operator == "Exists"
        return self.key == taint.key and (self.operator == "Exists" or self.value == taint.value)


@dataclass(frozen=True, slots=True)
class Company:
    """Pods that some other must be near, or away from: those of the `namespaces` that meet all of `selector`.

    None stands for every namespace. Near is what has the same value of the node's label `topology`.
    """

    selector: tuple[Requirement, ...]
    namespaces: frozenset[str] | None
    topology: str

    def selects(self, workload: Workload) -> bool:
        return self.covers(workload.name.namespace, workload.pod.labels)

    def covers(self, namespace: str, labels: Mapping[str, str]) -> bool:
        if self.namespaces is not None and namespace not in self.namespaces:
            return False
        return all(one.holds(labels.get(one.key)) for one in self.selector)

    def __str__(self) -> str:
        return " and ".join(map(str, self.selector)) or "any pod"


@dataclass(frozen=True, slots=True)
class Where:
    """Where instances may stand; no part of the specification.

    `terms` are alternatives, each of which must hold as a whole; `per_node` bounds the instances on one node; each of
    `near` must have one near by, and none of `apart` may;
    workloads with the same `together` stand on one node. `pinned` says why there must be exactly one fitting node, and
    `gates` what they wait for before they stand anywhere.
    """

    terms: tuple[tuple[Requirement, ...], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    per_node: int | None = None
    together: str = ""
    pinned: str = ""
    gates: tuple[str, ...] = ()
    near: tuple[Company, ...] = ()
    apart: tuple[Company, ...] = ()

    def admits(self, node: Node) -> bool:
        """Whether no gate is shut, one of the alternatives holds, and every taint that keeps away is tolerated."""
        fits = not self.terms or any(all(one.met_by(node) for one in term) for term in self.terms)
        return fits and not self.gates and all(map(self.tolerates, node.taints))

    def tolerates(self, taint: Taint) -> bool:
        """PreferNoSchedule is only a wish."""
        return taint.effect == "PreferNoSchedule" or any(one.tolerates(taint) for one in self.tolerations)


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
