"""The shapes of what says where a pod may run.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.syntax import (
    AtLeastOne,
    Label,
    LabelKey,
    Labels,
    LabelValue,
    OptionalLabelKey,
)
from pullet.manifests.schema import Shape, honoured, warned

_PREFERS = "placement spreads evenly and knows no preferences, so it may choose another node."
_SPREADS = "placement spreads the pods of each workload evenly over the nodes, whatever else runs there."


class NodeRequirement(Shape):
    """matchExpressions[], matchFields[] of a node selector term"""

    key: LabelKey = honoured("A label of the node, or metadata.name in matchFields.")
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"] = honoured("How it is compared.")
    values: list[str] = honoured("What it is compared with.", [])


class NodeTerm(Shape):
    """nodeSelectorTerms[]"""

    match_expressions: list[NodeRequirement] = honoured(
        "Comparisons with the node's labels; all must hold.", []
    )
    match_fields: list[NodeRequirement] = honoured("Comparisons with the node's name; all must hold.", [])


class NodeSelector(Shape):
    """requiredDuringSchedulingIgnoredDuringExecution of nodeAffinity"""

    node_selector_terms: AtLeastOne[NodeTerm] = honoured("Alternatives, one of which must hold.")


class NodeAffinity(Shape):
    """nodeAffinity"""

    required_during_scheduling_ignored_during_execution: NodeSelector | None = honoured(
        "What a node must be to be chosen.", None
    )
    preferred_during_scheduling_ignored_during_execution: Any = warned(_PREFERS, silent=([],))


class LabelRequirement(Shape):
    """matchExpressions[] of a selector of pods"""

    key: LabelKey = honoured("The label.")
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"] = honoured("How it is compared.")
    values: list[LabelValue] = honoured("What it is compared with, for In and NotIn.", [])


class PodSelector(Shape):
    """labelSelector"""

    match_labels: Labels = honoured("Labels that a pod must carry.", {})
    match_expressions: list[LabelRequirement] = honoured(
        "Comparisons with a pod's labels; all must hold.", []
    )


class PodTerm(Shape):
    """requiredDuringSchedulingIgnoredDuringExecution[] of podAffinity and podAntiAffinity"""

    topology_key: LabelKey = honoured("The label of nodes that near ones have in common.")
    label_selector: PodSelector | None = honoured("Which pods; none without one.", None)
    namespaces: list[Label] = honoured("In which namespaces; in the pod's own without any.", [])
    namespace_selector: PodSelector | None = honoured(
        "{}: in every namespace. One that chooses by labels is refused.", None
    )
    match_label_keys: list[LabelKey] = honoured("Only pods with the same value as this one.", [])
    mismatch_label_keys: list[LabelKey] = honoured("Only pods with another value than this one.", [])


class PodAntiAffinity(Shape):
    """podAntiAffinity"""

    required_during_scheduling_ignored_during_execution: list[PodTerm] = honoured(
        "No pod that a term selects may stand near by, its own ones included.", []
    )
    preferred_during_scheduling_ignored_during_execution: Any = warned(_SPREADS, silent=([],))


class PodAffinity(Shape):
    """podAffinity"""

    required_during_scheduling_ignored_during_execution: list[PodTerm] = honoured(
        "For each term, a pod that it selects must stand near by.", []
    )
    preferred_during_scheduling_ignored_during_execution: Any = warned(_SPREADS, silent=([],))


class Affinity(Shape):
    """affinity"""

    node_affinity: NodeAffinity | None = honoured("Which nodes.", None)
    pod_affinity: PodAffinity | None = honoured("Near which pods.", None)
    pod_anti_affinity: PodAntiAffinity | None = honoured("Away from which pods.", None)


class TolerationEntry(Shape):
    """tolerations[]"""

    key: OptionalLabelKey = honoured("The taint's key; any without one.", "")
    operator: Literal["Equal", "Exists", ""] = honoured("Equal without one.", "")
    value: LabelValue = honoured("The taint's value, for Equal.", "")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute", ""] = honoured(
        "The taint's effect; any without.", ""
    )
    toleration_seconds: int | None = warned("nothing evicts here, so there is nothing to put off.")
