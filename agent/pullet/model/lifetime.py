"""Whether a workload ends by itself, and when it runs: endless, a Job, a CronJob, a hook."""

from __future__ import annotations

from dataclasses import dataclass, field

from pullet.model.names import WorkloadName
from pullet.model.problem import Origin


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
