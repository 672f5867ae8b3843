"""The shapes of Jobs and CronJobs.

https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pullet.manifests.kubernetes.schedule import Schedule, Zone
from pullet.manifests.kubernetes.schema import Object, PodTemplate, Selector, TemplateMetadata
from pullet.manifests.kubernetes.syntax import AtLeastOne, Natural, Seconds
from pullet.manifests.schema import Shape, honoured, warned

Positive = Annotated[int, Field(ge=1, le=2**31 - 1)]


class OnExitCodes(Shape):
    """onExitCodes of a failure rule"""

    container_name: str = honoured("The container that is looked at; all without one.", "")
    operator: Literal["In", "NotIn"] = honoured("Whether it ends with one of the values, or with none.")
    values: Annotated[list[int], Field(min_length=1, max_length=255)] = honoured("Exit codes.")


class OnPodCondition(Shape):
    """onPodConditions[] of a failure rule"""

    type: str = honoured("A condition that a server sets.")
    status: Literal["True", "False", "Unknown"] = honoured("Its status.", "True")


class FailureRule(Shape):
    """podFailurePolicy.rules[]"""

    action: Literal["FailJob", "FailIndex", "Ignore", "Count"] = honoured("What a match does.")
    on_exit_codes: OnExitCodes | None = honoured("Matches the code that a container ended with.", None)
    on_pod_conditions: list[OnPodCondition] = warned("nothing here disrupts pods, so the rule never matches.")


class PodFailurePolicy(Shape):
    """podFailurePolicy of a Job"""

    rules: AtLeastOne[FailureRule] = honoured("The first that matches counts.")


class SuccessRule(Shape):
    """successPolicy.rules[]"""

    succeeded_indexes: str = honoured("Indexes that are enough, such as 0,2-4.", "")
    succeeded_count: Positive | None = honoured("How many of them are enough.", None)


class SuccessPolicy(Shape):
    """successPolicy of a Job"""

    rules: AtLeastOne[SuccessRule] = honoured("The first that matches counts.")


class JobSpec(Shape):
    """spec of a Job"""

    template: PodTemplate = honoured("What runs.")
    completions: Natural | None = honoured("How many must succeed; as parallelism says without either.", None)
    parallelism: Natural | None = honoured("How many run at a time.", None)
    completion_mode: Literal["NonIndexed", "Indexed", ""] = honoured("Whether each has an index.", "")
    backoff_limit: Natural | None = honoured("How many failures end it; 6 without one.", None)
    backoff_limit_per_index: Natural | None = honoured("How many failures end an index.", None)
    max_failed_indexes: Natural | None = honoured("How many indexes may fail.", None)
    active_deadline_seconds: Positive | None = honoured("After which it is ended.", None)
    ttl_seconds_after_finished: Seconds | None = honoured("After which it is forgotten.", None)
    suspend: bool = honoured("Whether it waits.", default=False)
    pod_failure_policy: PodFailurePolicy | None = honoured("What a failure counts as.", None)
    pod_replacement_policy: Literal["TerminatingOrFailed", "Failed", ""] = honoured(
        "Failed is what always holds: a new pod comes when the old one has ended.", ""
    )
    success_policy: SuccessPolicy | None = honoured("When it is done early.", None)
    manual_selector: bool = honoured("Whether the selector was chosen by a person.", default=False)
    selector: Selector | None = honoured("Checked against the template's labels.", None)
    managed_by: str = honoured("kubernetes.io/job-controller, or it is refused.", "")


class Job(Object):
    """Job"""

    spec: JobSpec = honoured("What runs until it is done.")


class JobTemplate(Shape):
    """jobTemplate of a CronJob"""

    metadata: TemplateMetadata | None = honoured("Checked.", None)
    spec: JobSpec = honoured("What runs until it is done.")


class CronJobSpec(Shape):
    """spec of a CronJob"""

    schedule: Schedule = honoured("When: five fields, or @hourly and the like.")
    time_zone: Zone | None = honoured("The time zone of the schedule; the node's without one.", None)
    concurrency_policy: Literal["Allow", "Forbid", "Replace", ""] = honoured(
        "What becomes of a run while the one before lasts.", ""
    )
    starting_deadline_seconds: Seconds | None = honoured("How late a run may begin.", None)
    successful_jobs_history_limit: Natural = honoured("How many successes are kept.", 3)
    failed_jobs_history_limit: Natural = honoured("How many failures are kept.", 1)
    suspend: bool = honoured("Whether it waits.", default=False)
    job_template: JobTemplate = honoured("What runs.")


class CronJob(Object):
    """CronJob"""

    spec: CronJobSpec = honoured("What runs, and when.")
