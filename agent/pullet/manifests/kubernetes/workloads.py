"""Deployments, DaemonSets, Pods and Nodes to their internal form."""

from __future__ import annotations

from pullet.manifests.declared import Draft
from pullet.manifests.kubernetes import pods, schema
from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.workload import Count, Fixed, PerNode, Recreate, Replacement, Rolling, Share, Workload

_SPEC: Loc = ("spec",)
_TEMPLATE: Loc = ("spec", "template")


def deployment(shape: schema.Deployment, findings: Findings) -> Draft:
    spec = shape.spec
    _selector(spec.selector, spec.template, findings)
    _always(spec.template.spec, "Deployment", findings)
    replacement = _deployment_strategy(spec.strategy or schema.Strategy(), findings)
    return _templated(shape, Fixed(spec.replicas), spec.template, replacement, findings)


def daemon_set(shape: schema.DaemonSet, findings: Findings) -> Draft:
    spec = shape.spec
    _selector(spec.selector, spec.template, findings)
    _always(spec.template.spec, "DaemonSet", findings)
    replacement = _daemon_set_strategy(spec.update_strategy or schema.UpdateStrategy(), findings)
    return _templated(shape, PerNode(), spec.template, replacement, findings)


def pod(shape: schema.Pod, findings: Findings) -> Draft:
    """A bare Pod is one instance that is replaced as a Deployment's are: the new one proves itself first."""
    built = pods.build(shape.spec, shape.metadata, shape.metadata.namespace, _SPEC, findings)
    return _draft(shape, Fixed(1), built, Rolling(), findings)


def node(shape: schema.Node, findings: Findings) -> Node:
    return Node(
        name=shape.metadata.name,
        labels=dict(shape.metadata.labels),
        unschedulable=shape.spec.unschedulable if shape.spec else False,
        origin=findings.origin(),
    )


def _templated(
    shape: schema.Object,
    count: Count,
    template: schema.PodTemplate,
    replacement: Replacement,
    findings: Findings,
) -> Draft:
    place = (*_TEMPLATE, "spec")
    built = pods.build(template.spec, template.metadata, shape.metadata.namespace, place, findings)
    return _draft(shape, count, built, replacement, findings)


def _draft(
    shape: schema.Object,
    count: Count,
    built: pods.Built,
    replacement: Replacement,
    findings: Findings,
) -> Draft:
    workload = Workload(
        name=WorkloadName(shape.metadata.namespace, shape.kind, shape.metadata.name),
        origin=findings.origin(),
        count=count,
        pod=built.pod,
        replacement=replacement,
        node_selector=built.node_selector,
    )
    return Draft(workload, built.needs)


def _always(spec: PodSpec, kind: str, findings: Findings) -> None:
    if spec.restart_policy not in {"", "Always"}:
        place = (*_TEMPLATE, "spec", "restartPolicy")
        findings.error(place, f"must be Always in a {kind}", "what ends by itself is a Pod or a Job")


def _deployment_strategy(strategy: schema.Strategy, findings: Findings) -> Replacement:
    bounds = strategy.rolling_update
    if strategy.type == "Recreate":
        if bounds is not None:
            findings.error(
                (*_SPEC, "strategy", "rollingUpdate"), "may not stand beside type Recreate", key=True
            )
        return Recreate()
    bounds = bounds or schema.DeploymentBounds()
    return _rolling(bounds.max_surge, bounds.max_unavailable, (*_SPEC, "strategy"), findings)


def _daemon_set_strategy(strategy: schema.UpdateStrategy, findings: Findings) -> Replacement:
    place = (*_SPEC, "updateStrategy")
    if strategy.type == "OnDelete":
        findings.error((*place, "type"), "OnDelete is not supported yet", "write RollingUpdate")
    bounds = strategy.rolling_update or schema.DaemonSetBounds()
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


def _selector(selector: schema.Selector, template: schema.PodTemplate, findings: Findings) -> None:
    """https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector"""
    place = (*_SPEC, "selector")
    if not selector.match_labels and not selector.match_expressions:
        findings.error(place, "must not be empty")
    labels = template.metadata.labels if template.metadata else {}
    for key, value in selector.match_labels.items():
        if labels.get(key) != value:
            findings.error(
                (*place, "matchLabels", key),
                "does not match the template's labels",
                f"add {key}: {value} to them",
            )
    for index, requirement in enumerate(selector.match_expressions):
        _expression(requirement, labels, (*place, "matchExpressions", index), findings)


def _expression(
    requirement: schema.Requirement, labels: dict[str, str], loc: Loc, findings: Findings
) -> None:
    compares = requirement.operator in {"In", "NotIn"}
    if compares != bool(requirement.values):
        need = "needs" if compares else "takes no"
        findings.error((*loc, "values"), f"the operator {requirement.operator} {need} values")
    elif not _meets(requirement, labels):
        findings.error(loc, "does not match the template's labels")


def _meets(requirement: schema.Requirement, labels: dict[str, str]) -> bool:
    match requirement.operator:
        case "In":
            return labels.get(requirement.key) in requirement.values
        case "NotIn":
            return labels.get(requirement.key) not in requirement.values
        case "Exists":
            return requirement.key in labels
    return requirement.key not in labels
