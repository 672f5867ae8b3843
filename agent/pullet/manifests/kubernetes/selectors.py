"""Label selectors: whether they are well formed, and what they select.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

from __future__ import annotations

from collections.abc import Mapping

from pullet.manifests.declared import Selector
from pullet.manifests.kubernetes import schema
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.where import Requirement


def by_labels(labels: Mapping[str, str]) -> Selector:
    return tuple(Requirement(key, "In", (value,)) for key, value in labels.items())


def selector(shape: schema.Selector, place: Loc, findings: Findings) -> Selector:
    """The selector that stands at `place`."""
    _check_expressions(shape, place, findings)
    expressions = (Requirement(one.key, one.operator, tuple(one.values)) for one in shape.match_expressions)
    return (*by_labels(shape.match_labels), *expressions)


def _check_expressions(shape: schema.Selector, place: Loc, findings: Findings) -> bool:
    """Whether all expressions of the selector at `place` are well formed."""
    sound = True
    for index, requirement in enumerate(shape.match_expressions):
        compares = requirement.operator in {"In", "NotIn"}
        if compares != bool(requirement.values):
            need = "needs" if compares else "takes no"
            values = (*place, "matchExpressions", index, "values")
            findings.error(values, f"the operator {requirement.operator} {need} values")
            sound = False
    return sound


def check_template(
    shape: schema.Selector, template: schema.PodTemplate, place: Loc, findings: Findings
) -> None:
    """https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector"""
    if not shape.match_labels and not shape.match_expressions:
        findings.error(place, "must not be empty")
    labels = template.metadata.labels if template.metadata else {}
    for key, value in shape.match_labels.items():
        if labels.get(key) != value:
            findings.error(
                (*place, "matchLabels", key),
                "does not match the template's labels",
                f"add {key}: {value} to them",
            )
    if not _check_expressions(shape, place, findings):
        return
    for index, one in enumerate(shape.match_expressions):
        if not Requirement(one.key, one.operator, tuple(one.values)).holds(labels.get(one.key)):
            findings.error((*place, "matchExpressions", index), "does not match the template's labels")
