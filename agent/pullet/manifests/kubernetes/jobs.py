"""Jobs and CronJobs to their internal form.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
"""

from __future__ import annotations

import re
from dataclasses import replace

from pullet.manifests.after import after
from pullet.manifests.declared import Draft, Given, Source
from pullet.manifests.hooking import AFTER, BEFORE, HOOK, OF
from pullet.manifests.kubernetes import jobschema as shapes
from pullet.manifests.kubernetes import pods
from pullet.manifests.kubernetes.ours import passed_over_on_pods
from pullet.manifests.kubernetes.schema import Metadata, Object, TemplateMetadata
from pullet.manifests.kubernetes.selectors import check_template
from pullet.manifests.kubernetes.workloads import SPEC, draft
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.lifetime import FailureRule, Finite, Hook, Lifetime, Scheduled, SuccessRule
from pullet.model.text import Fact, Pieces
from pullet.model.workload import Fixed

_TURNS = {BEFORE: True, AFTER: False}
_ANNOTATIONS: Loc = ("metadata", "annotations")
_INDEX = Given("JOB_COMPLETION_INDEX", Pieces((Fact.ORDINAL,)))
_OURS = "kubernetes.io/job-controller"
_NAMES = ("batch.kubernetes.io/job-name", "job-name")
_UIDS = frozenset({"controller-uid", "batch.kubernetes.io/controller-uid"})
_LONGEST_NAME, _LONGEST_CRON_NAME = 63, 52
_MOST_INDEXES = 100_000
_INDEXES = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*", re.ASCII)


def job(shape: shapes.Job, findings: Findings) -> Draft:
    _short(shape, _LONGEST_NAME, findings)
    _selected(shape.spec, findings)
    lifetime = finite(shape.spec, SPEC, findings)
    made = _draft(shape, shape.spec, SPEC, lifetime, findings)
    return replace(
        made,
        workload=replace(made.workload, count=Fixed(lifetime.pods), hook=_hook(shape.metadata, findings)),
    )


def cron_job(shape: shapes.CronJob, findings: Findings) -> Draft:
    spec = shape.spec
    _short(shape, _LONGEST_CRON_NAME, findings)
    place = (*SPEC, "jobTemplate", "spec")
    if spec.job_template.spec.manual_selector:
        findings.error((*place, "manualSelector"), "may not be set in a CronJob")
    lifetime = Scheduled(
        schedule=spec.schedule,
        job=finite(spec.job_template.spec, place, findings),
        zone=spec.time_zone or "",
        concurrency=spec.concurrency_policy or "Allow",
        starting_deadline=spec.starting_deadline_seconds,
        keep_succeeded=spec.successful_jobs_history_limit,
        keep_failed=spec.failed_jobs_history_limit,
        suspended=spec.suspend,
    )
    return _draft(shape, spec.job_template.spec, place, lifetime, findings)


def _draft(shape: Object, spec: shapes.JobSpec, place: Loc, lifetime: Lifetime, findings: Findings) -> Draft:
    where = (*place, "template", "spec")
    if spec.template.spec.restart_policy not in {"OnFailure", "Never"}:
        findings.error((*where, "restartPolicy"), f"must be OnFailure or Never in a {shape.kind}")
    passed_over_on_pods(spec.template.metadata, (*place, "template", "metadata"), findings)
    metadata = _labelled(spec.template.metadata, shape)
    built = pods.build(spec.template.spec, metadata, shape.metadata.namespace, where, findings)
    if spec.completion_mode == "Indexed":
        built = replace(built, needs=replace(built.needs, environments=_told(built.needs.environments)))
    return draft(shape, built, findings, count=Fixed(1), lifetime=lifetime)


def _labelled(metadata: Metadata | None, shape: Object) -> Metadata:
    """With the Job's name, by which Services select its pods; the Jobs of a CronJob have names of their own."""
    given = metadata or TemplateMetadata.model_construct()
    if shape.kind != "Job":
        return given
    return given.model_copy(update={"labels": {**given.labels, **dict.fromkeys(_NAMES, shape.metadata.name)}})


def _told(environments: tuple[tuple[Source, ...], ...]) -> tuple[tuple[Source, ...], ...]:
    """Each container is told its pod's index, unless it says something else under that name."""
    return tuple(
        own if any(getattr(one, "name", "") == _INDEX.name for one in own) else (*own, _INDEX)
        for own in environments
    )


def _hook(metadata: Metadata, findings: Findings) -> Hook | None:
    """Whose rollout the Job belongs to, and when its turn is."""
    given = metadata.annotations
    if HOOK not in given and OF not in given:
        return None
    turn = given.get(HOOK, "")
    if turn not in _TURNS:
        findings.error(
            (*_ANNOTATIONS, HOOK), f"must be {' or '.join(_TURNS)}", f"{OF} says of which workload"
        )
        return None
    if OF not in given:
        findings.error(_ANNOTATIONS, f"{HOOK} needs {OF}", "write Kind/name of the workload whose hook it is")
        return None
    place: Loc = (*_ANNOTATIONS, OF)
    named = after([(place, given[OF])], metadata.namespace, findings)
    return Hook(named[0].workload, before=_TURNS[turn], origin=findings.origin(place)) if named else None


def finite(spec: shapes.JobSpec, place: Loc, findings: Findings) -> Finite:
    """How the Job at `place` ends, with the checks that look at more than one field."""
    _managed(spec, place, findings)
    _indexed(spec, place, findings)
    _rules(spec, place, findings)
    alone = spec.completions is None and spec.parallelism is None
    per_index = spec.backoff_limit_per_index
    unlimited = 6 if per_index is None else 2**31 - 1
    return Finite(
        completions=1 if alone else spec.completions,
        parallelism=1 if spec.parallelism is None else spec.parallelism,
        indexed=spec.completion_mode == "Indexed",
        backoff_limit=unlimited if spec.backoff_limit is None else spec.backoff_limit,
        deadline=spec.active_deadline_seconds,
        forget_after=spec.ttl_seconds_after_finished,
        suspended=spec.suspend,
        failure_rules=_failure_rules(spec),
        success_rules=_success_rules(spec),
        backoff_limit_per_index=per_index,
        max_failed_indexes=spec.max_failed_indexes,
    )


def _failure_rules(spec: shapes.JobSpec) -> tuple[FailureRule, ...]:
    rules = spec.pod_failure_policy.rules if spec.pod_failure_policy else ()
    return tuple(
        FailureRule(
            action=rule.action,
            container=rule.on_exit_codes.container_name,
            exit_codes=tuple(rule.on_exit_codes.values),
            negated=rule.on_exit_codes.operator == "NotIn",
        )
        for rule in rules
        if rule.on_exit_codes is not None
    )


def _success_rules(spec: shapes.JobSpec) -> tuple[SuccessRule, ...]:
    rules = spec.success_policy.rules if spec.success_policy else ()
    return tuple(SuccessRule(rule.succeeded_indexes or None, rule.succeeded_count) for rule in rules)


def _managed(spec: shapes.JobSpec, place: Loc, findings: Findings) -> None:
    if spec.managed_by not in {"", _OURS}:
        findings.error(
            (*place, "managedBy"), "names a controller that is not here", f"leave it out, or write {_OURS}"
        )


def _indexed(spec: shapes.JobSpec, place: Loc, findings: Findings) -> None:
    indexed = spec.completion_mode == "Indexed"
    if indexed and spec.completions is None:
        findings.error((*place, "completions"), "is required with completionMode Indexed")
    if indexed and max(spec.completions or 0, spec.parallelism or 0) > _MOST_INDEXES:
        findings.error(
            (*place, "completions"), f"must be at most {_MOST_INDEXES:,} with completionMode Indexed"
        )
    if not indexed and max(spec.completions or 0, spec.parallelism or 0) > _MOST_INDEXES:
        findings.error((*place, "completions"), f"must be at most {_MOST_INDEXES:,} here, as each has a name")
    for name, value in (
        ("backoffLimitPerIndex", spec.backoff_limit_per_index),
        ("successPolicy", spec.success_policy),
    ):
        if value is not None and not indexed:
            findings.error((*place, name), "needs completionMode Indexed", key=True)
    if spec.max_failed_indexes is not None and spec.backoff_limit_per_index is None:
        findings.error((*place, "maxFailedIndexes"), "needs backoffLimitPerIndex", key=True)
    if spec.max_failed_indexes is not None and spec.max_failed_indexes > (spec.completions or 0):
        findings.error((*place, "maxFailedIndexes"), "must be at most completions")


def _rules(spec: shapes.JobSpec, place: Loc, findings: Findings) -> None:
    policy = spec.pod_failure_policy
    if policy is not None and spec.template.spec.restart_policy != "Never":
        findings.error((*place, "podFailurePolicy"), "needs restartPolicy Never", key=True)
    if policy is not None and spec.pod_replacement_policy == "TerminatingOrFailed":
        findings.error((*place, "podReplacementPolicy"), "must be Failed beside podFailurePolicy")
    containers = {one.name for one in (*spec.template.spec.containers, *spec.template.spec.init_containers)}
    for index, rule in enumerate(policy.rules if policy else ()):
        _failure_rule(rule, spec, containers, (*place, "podFailurePolicy", "rules", index), findings)
    for index, success in enumerate(spec.success_policy.rules if spec.success_policy else ()):
        _success_rule(success, (*place, "successPolicy", "rules", index), findings)


def _failure_rule(
    rule: shapes.FailureRule, spec: shapes.JobSpec, containers: set[str], loc: Loc, findings: Findings
) -> None:
    codes = rule.on_exit_codes
    if (codes is None) == (not rule.on_pod_conditions):
        findings.error(loc, "must have exactly one of onExitCodes and onPodConditions")
    if rule.action == "FailIndex" and spec.backoff_limit_per_index is None:
        findings.error((*loc, "action"), "FailIndex needs backoffLimitPerIndex")
    if codes is None:
        return
    if codes.container_name and codes.container_name not in containers:
        findings.error((*loc, "onExitCodes", "containerName"), "no container has this name")
    if codes.operator == "In" and 0 in codes.values:
        findings.error(
            (*loc, "onExitCodes", "values"), "may not hold 0 with the operator In, as that is a success"
        )


def _success_rule(rule: shapes.SuccessRule, loc: Loc, findings: Findings) -> None:
    if not rule.succeeded_indexes and rule.succeeded_count is None:
        findings.error(loc, "must have succeededIndexes or succeededCount")
    if rule.succeeded_indexes and not _INDEXES.fullmatch(rule.succeeded_indexes):
        findings.error((*loc, "succeededIndexes"), "must be indexes and ranges of them", "such as 0,2-4")


def _selected(spec: shapes.JobSpec, findings: Findings) -> None:
    """A selector that a server wrote names the Job by its uid, which says nothing here."""
    selector = spec.selector
    if selector is None:
        if spec.manual_selector:
            findings.error((*SPEC, "selector"), "is required with manualSelector")
        return
    written = not selector.match_expressions and selector.match_labels.keys() <= _UIDS
    if spec.manual_selector or not written:
        check_template(selector, spec.template, (*SPEC, "selector"), findings)


def _short(shape: Object, longest: int, findings: Findings) -> None:
    if len(shape.metadata.name) > longest:
        findings.error(("metadata", "name"), f"must be at most {longest} characters in a {shape.kind}")
