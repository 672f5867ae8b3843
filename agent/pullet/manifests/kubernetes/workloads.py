"""Deployments, DaemonSets, ReplicaSets, ReplicationControllers and Pods to their internal form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pullet.manifests.declared import Draft
from pullet.manifests.kubernetes import controllerschema as shapes
from pullet.manifests.kubernetes import pods, schema
from pullet.manifests.kubernetes.ours import ours, passed_over, passed_over_on_pods
from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.kubernetes.selectors import check_template
from pullet.manifests.kubernetes.strategy import annotated
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.names import WorkloadName
from pullet.model.replacement import OnDelete, Recreate, Replacement, Rolling, Share
from pullet.model.workload import Fixed, PerNode, Workload

SPEC: Loc = ("spec",)
TEMPLATE: Loc = ("spec", "template")


def deployment(shape: shapes.Deployment, findings: Findings) -> Draft:
    spec = shape.spec
    check_template(spec.selector, spec.template, (*SPEC, "selector"), findings)
    always(spec.template.spec, "Deployment", findings)
    if spec.progress_deadline_seconds <= spec.min_ready_seconds:
        findings.error((*SPEC, "progressDeadlineSeconds"), "must be more than minReadySeconds")
    made = templated(
        shape,
        spec.template,
        findings,
        count=Fixed(spec.replicas),
        replacement=_deployment_strategy(spec.strategy or shapes.Strategy(), findings),
        min_ready=spec.min_ready_seconds or None,
        progress_deadline=spec.progress_deadline_seconds,
        paused=spec.paused,
    )
    special = annotated(shape.metadata, made.workload.pod, findings)
    if special is None:
        return made
    _beside_annotation(spec.strategy, findings)
    return replace(made, workload=replace(made.workload, replacement=special))


def daemon_set(shape: shapes.DaemonSet, findings: Findings) -> Draft:
    spec = shape.spec
    check_template(spec.selector, spec.template, (*SPEC, "selector"), findings)
    always(spec.template.spec, "DaemonSet", findings)
    return templated(
        shape,
        spec.template,
        findings,
        count=PerNode(),
        replacement=_daemon_set_strategy(spec.update_strategy or shapes.UpdateStrategy(), findings),
        min_ready=spec.min_ready_seconds or None,
    )


def replica_set(shape: shapes.ReplicaSet, findings: Findings) -> Draft:
    """Replaced as a Deployment's are: nothing here keeps pods of an older template apart."""
    spec = shape.spec
    check_template(spec.selector, spec.template, (*SPEC, "selector"), findings)
    always(spec.template.spec, "ReplicaSet", findings)
    return templated(
        shape, spec.template, findings, count=Fixed(spec.replicas), min_ready=spec.min_ready_seconds or None
    )


def replication_controller(shape: shapes.ReplicationController, findings: Findings) -> Draft:
    """Its selector is the template's labels where it has none."""
    spec = shape.spec
    labels = spec.template.metadata.labels if spec.template.metadata else {}
    if not spec.selector and not labels:
        findings.error(
            (*TEMPLATE, "metadata", "labels"), "must not be empty without a selector", "write app: and a name"
        )
    for key, value in spec.selector.items():
        if labels.get(key) != value:
            findings.error(
                (*SPEC, "selector", key),
                "does not match the template's labels",
                f"add {key}: {value} to them",
            )
    always(spec.template.spec, "ReplicationController", findings)
    return templated(
        shape, spec.template, findings, count=Fixed(spec.replicas), min_ready=spec.min_ready_seconds or None
    )


def pod(shape: shapes.Pod, findings: Findings) -> Draft:
    """A bare Pod is one instance that is replaced as a Deployment's are: the new one proves itself first."""
    built = pods.build(shape.spec, shape.metadata, shape.metadata.namespace, SPEC, findings)
    return draft(shape, built, findings, count=Fixed(1))


def templated(shape: schema.Object, template: schema.PodTemplate, findings: Findings, **policy: Any) -> Draft:
    """A workload whose pods are made of the template at spec.template."""
    place = (*TEMPLATE, "spec")
    passed_over_on_pods(template.metadata, (*TEMPLATE, "metadata"), findings)
    built = pods.build(template.spec, template.metadata, shape.metadata.namespace, place, findings)
    return draft(shape, built, findings, **policy)


def draft(shape: schema.Object, built: pods.Built, findings: Findings, **policy: Any) -> Draft:
    """What the pods' shape says and, in `policy`, the workload's own words."""
    said = ours(shape.metadata, findings)
    passed_over(shape.metadata, shape.kind, findings)
    workload = Workload(
        name=WorkloadName(shape.metadata.namespace, shape.kind, shape.metadata.name),
        origin=findings.origin(),
        pod=built.pod,
        node_selector=built.node_selector,
        where=built.where,
        after=said.after,
        prune=said.prune,
        drift=said.drift,
        unmet=tuple(findings.unmet),
        **policy,
    )
    return Draft(workload, built.needs)


def always(spec: PodSpec, kind: str, findings: Findings) -> None:
    if spec.restart_policy not in {"", "Always"}:
        place = (*TEMPLATE, "spec", "restartPolicy")
        findings.error(place, f"must be Always in a {kind}", "what ends by itself is a Pod or a Job")
    if spec.active_deadline_seconds is not None:
        place = (*TEMPLATE, "spec", "activeDeadlineSeconds")
        findings.error(
            place, f"may not be set in a {kind}", "what ends by itself is a Pod or a Job", key=True
        )


def _deployment_strategy(strategy: shapes.Strategy, findings: Findings) -> Replacement:
    bounds = strategy.rolling_update
    if strategy.type == "Recreate":
        if bounds is not None:
            findings.error(
                (*SPEC, "strategy", "rollingUpdate"), "may not stand beside type Recreate", key=True
            )
        return Recreate()
    bounds = bounds or shapes.DeploymentBounds()
    return _rolling(bounds.max_surge, bounds.max_unavailable, (*SPEC, "strategy"), findings)


def _beside_annotation(strategy: shapes.Strategy | None, findings: Findings) -> None:
    if strategy is None:
        return
    if strategy.type == "Recreate":
        findings.error(
            (*SPEC, "strategy", "type"), "may not be Recreate beside the annotation pullet.dev/strategy"
        )
    elif strategy.rolling_update is not None:
        said = "says nothing beside the annotation pullet.dev/strategy"
        findings.warn((*SPEC, "strategy", "rollingUpdate"), said, key=True)


def _daemon_set_strategy(strategy: shapes.UpdateStrategy, findings: Findings) -> Replacement:
    place = (*SPEC, "updateStrategy")
    if strategy.type == "OnDelete":
        return OnDelete()
    bounds = strategy.rolling_update or shapes.DaemonSetBounds()
    surge, unavailable = bounds.max_surge, bounds.max_unavailable
    if surge.value and unavailable.value:
        findings.error(
            (*place, "rollingUpdate", "maxSurge"),
            "may not be set while maxUnavailable is",
            "write maxUnavailable: 0, as it is 1 by default",
        )
    return _rolling(surge, unavailable, place, findings)


def _rolling(surge: Share, unavailable: Share, loc: Loc, findings: Findings) -> Rolling:
    if not surge.value and not unavailable.value:
        findings.error((*loc, "rollingUpdate", "maxUnavailable"), "may not be 0 while maxSurge is 0")
    return Rolling(surge, unavailable)
