"""Where a pod may run: node name, node affinity, anti-affinity and tolerations.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from pullet.manifests.kubernetes import affinityschema as shapes
from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.workload import Requirement, Toleration, Where

_NAME = "metadata.name"
_HOSTNAME = "kubernetes.io/hostname"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_whole = re.compile(r"-?[0-9]{1,18}").fullmatch


def where(spec: PodSpec, labels: Mapping[str, str], loc: Loc, findings: Findings) -> Where:
    """Of the pod whose specification stands at `loc`, and whose own labels are `labels`."""
    affinity, place = spec.affinity or shapes.Affinity(), (*loc, "affinity")
    terms = _terms(affinity.node_affinity, (*place, "nodeAffinity"), findings)
    tolerations = tuple(
        tolerated(one, (*loc, "tolerations", index), findings) for index, one in enumerate(spec.tolerations)
    )
    if spec.node_name:
        named = Requirement(_NAME, "In", (spec.node_name,))
        terms = tuple((*term, named) for term in terms or ((),))
        tolerations = (*tolerations, Toleration(operator="Exists", effect="NoSchedule"))
    gates = tuple(gate.name for gate in spec.scheduling_gates)
    if gates and spec.node_name:
        findings.error((*loc, "schedulingGates"), "may not stand beside nodeName", key=True)
    apart = _apart(affinity.pod_anti_affinity, labels, place, findings)
    return Where(terms, tolerations, apart, gates=gates)


def _terms(
    affinity: shapes.NodeAffinity | None, loc: Loc, findings: Findings
) -> tuple[tuple[Requirement, ...], ...]:
    required = affinity.required_during_scheduling_ignored_during_execution if affinity else None
    return () if required is None else node_terms(required, (*loc, _REQUIRED), findings)


def node_terms(
    selector: shapes.NodeSelector, loc: Loc, findings: Findings
) -> tuple[tuple[Requirement, ...], ...]:
    """The alternatives of the node selector at `loc`."""
    place = (*loc, "nodeSelectorTerms")
    return tuple(
        _term(term, (*place, index), findings) for index, term in enumerate(selector.node_selector_terms)
    )


def _term(term: shapes.NodeTerm, loc: Loc, findings: Findings) -> tuple[Requirement, ...]:
    """A term without any comparison fits no node, as in Kubernetes."""
    found = chain(
        _compared(term.match_expressions, (*loc, "matchExpressions"), findings),
        _named(term.match_fields, (*loc, "matchFields"), findings),
    )
    return tuple(found) or (Requirement(_NAME, "In", ()),)


def _compared(shapes_: list[shapes.NodeRequirement], loc: Loc, findings: Findings) -> Iterator[Requirement]:
    for index, one in enumerate(shapes_):
        _values(one.operator, one.values, (*loc, index, "values"), findings)
        yield Requirement(one.key, one.operator, tuple(one.values))


def _values(operator: str, values: list[str], loc: Loc, findings: Findings) -> None:
    match operator:
        case "In" | "NotIn" if not values:
            findings.error(loc, f"the operator {operator} needs values")
        case "Exists" | "DoesNotExist" if values:
            findings.error(loc, f"the operator {operator} takes no values")
        case "Gt" | "Lt" if len(values) != 1 or not _whole(values[0]):
            findings.error(loc, f"the operator {operator} needs one whole number, in quotes")


def _named(shapes_: list[shapes.NodeRequirement], loc: Loc, findings: Findings) -> Iterator[Requirement]:
    for index, one in enumerate(shapes_):
        if one.key != _NAME:
            findings.error((*loc, index, "key"), f"must be {_NAME}")
        if one.operator not in {"In", "NotIn"} or len(one.values) != 1:
            findings.error((*loc, index), "must be In or NotIn with one value")
        yield Requirement(one.key, one.operator, tuple(one.values))


def tolerated(shape: shapes.TolerationEntry, loc: Loc, findings: Findings) -> Toleration:
    """The toleration at `loc`."""
    operator = shape.operator or "Equal"
    if not shape.key and operator != "Exists":
        findings.error((*loc, "operator"), "must be Exists where there is no key")
    if operator == "Exists" and shape.value:
        findings.error((*loc, "value"), "may not be set for the operator Exists")
    if shape.toleration_seconds is not None and shape.effect != "NoExecute":
        findings.error((*loc, "tolerationSeconds"), "may only be set for the effect NoExecute")
    return Toleration(shape.key, operator, shape.value, shape.effect)


def _apart(
    affinity: shapes.PodAntiAffinity | None, labels: Mapping[str, str], loc: Loc, findings: Findings
) -> int | None:
    """How many of the workload's pods one node may have."""
    required = affinity.required_during_scheduling_ignored_during_execution if affinity else []
    bound = None
    for index, term in enumerate(required):
        place = (*loc, "podAntiAffinity", _REQUIRED, index)
        if term.label_selector is None:
            continue
        if term.topology_key != _HOSTNAME:
            findings.error(
                (*place, "topologyKey"), f"is not supported: pods are kept apart by {_HOSTNAME} only"
            )
        elif not selects(term.label_selector, labels):
            findings.error(
                (*place, "labelSelector"),
                "is not supported: placement keeps only the pods of one workload apart",
                "give the workloads different nodeSelectors",
            )
        bound = 1
    return bound


def selects(selector: shapes.PodSelector, labels: Mapping[str, str]) -> bool:
    """Whether it selects pods with these labels by something, and not merely all pods."""
    if not selector.match_labels and not selector.match_expressions:
        return False
    expressions = (
        Requirement(one.key, one.operator, tuple(one.values)) for one in selector.match_expressions
    )
    return all(labels.get(key) == value for key, value in selector.match_labels.items()) and all(
        one.holds(labels.get(one.key)) for one in expressions
    )
