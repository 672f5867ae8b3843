"""Where a pod may run: node name, node affinity, near which pods and away from which, and tolerations.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pullet.manifests.kubernetes import affinityschema as shapes
from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.where import Company, Requirement, Toleration, Where

_NAME = "metadata.name"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_whole = re.compile(r"-?[0-9]{1,18}").fullmatch


def where(spec: PodSpec, labels: Mapping[str, str], namespace: str, loc: Loc, findings: Findings) -> Where:
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
    company = _Terms(namespace, labels, findings)
    near = company.read(_required(affinity.pod_affinity), (*place, "podAffinity"))
    apart = company.read(_required(affinity.pod_anti_affinity), (*place, "podAntiAffinity"))
    per_node = 1 if company.are_of_them(apart) else None
    return Where(terms, tolerations, per_node, gates=gates, near=near, apart=apart)


def _required(affinity: shapes.PodAffinity | shapes.PodAntiAffinity | None) -> list[shapes.PodTerm]:
    return affinity.required_during_scheduling_ignored_during_execution if affinity else []


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


@dataclass(frozen=True, slots=True)
class _Terms:
    """Reads which others the pods of a workload must be near, or away from; its own are known by these."""

    namespace: str
    labels: Mapping[str, str]
    findings: Findings

    def read(self, terms: Iterable[shapes.PodTerm], loc: Loc) -> tuple[Company, ...]:
        return tuple(self._one(term, (*loc, _REQUIRED, index)) for index, term in enumerate(terms))

    def are_of_them(self, companies: Iterable[Company]) -> bool:
        """Whether the workload's own pods are among those."""
        return any(one.covers(self.namespace, self.labels) for one in companies)

    def _one(self, term: shapes.PodTerm, loc: Loc) -> Company:
        chosen = term.namespace_selector
        if chosen is not None and (chosen.match_labels or chosen.match_expressions):
            said = "is not supported: namespaces are not chosen by their labels here"
            self.findings.error((*loc, "namespaceSelector"), said, "name them in namespaces")
        everywhere = chosen is not None
        return Company(
            selector=(*self._selector(term, loc), *self._by_own(term)),
            namespaces=None if everywhere else frozenset(term.namespaces or (self.namespace,)),
            topology=term.topology_key,
        )

    def _selector(self, term: shapes.PodTerm, loc: Loc) -> Iterator[Requirement]:
        """Without a selector no pod is meant; an empty one means each."""
        selector = term.label_selector
        if selector is None:
            yield Requirement(_NAME, "In")
            return
        yield from (Requirement(key, "In", (value,)) for key, value in selector.match_labels.items())
        for index, one in enumerate(selector.match_expressions):
            place = (*loc, "labelSelector", "matchExpressions", index, "values")
            _values(one.operator, list(one.values), place, self.findings)
            yield Requirement(one.key, one.operator, tuple(one.values))

    def _by_own(self, term: shapes.PodTerm) -> Iterator[Requirement]:
        """Keys that stand for the values of the pod's own labels; those that it has not count for nothing."""
        for operator, keys in (("In", term.match_label_keys), ("NotIn", term.mismatch_label_keys)):
            yield from (Requirement(key, operator, (self.labels[key],)) for key in keys if key in self.labels)
