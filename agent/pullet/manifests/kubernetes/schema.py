"""The shapes of Kubernetes objects as far as they are known here: the current API, field by field.

https://kubernetes.io/docs/reference/kubernetes-api/ - what a field is good for here stands beside it.
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.kubernetes.syntax import (
    Annotations,
    ConfigKey,
    Label,
    LabelKey,
    Labels,
    LabelValue,
    NamespaceName,
    Natural,
    Subdomain,
    Surge,
    Unavailable,
)
from pullet.manifests.schema import NotYet, Shape, honoured, ignored, not_yet, warned
from pullet.model.workload import Share


class Metadata(Shape):
    """metadata"""

    name: Subdomain = honoured("The object's name.")
    namespace: NamespaceName = honoured("The namespace it belongs to; default without one.", "default")
    labels: Labels = honoured(
        "On a Node what nodeSelector selects by, on a pod what other tools find it by.", {}
    )
    annotations: Annotations = honoured(
        "Kept with a pod's containers; a change of a pod's replaces them.", {}
    )
    generate_name: NotYet = not_yet("A prefix for a name that a server would choose.")
    finalizers: Any = ignored("What a server waits for before it deletes.")
    owner_references: Any = ignored("Which object a server made this one for.")
    creation_timestamp: Any = ignored("Set by a server.")
    deletion_grace_period_seconds: Any = ignored("Set by a server.")
    deletion_timestamp: Any = ignored("Set by a server.")
    generation: Any = ignored("Set by a server.")
    managed_fields: Any = ignored("Set by a server.")
    resource_version: Any = ignored("Set by a server.")
    self_link: Any = ignored("Set by a server.")
    uid: Any = ignored("Set by a server.")
    cluster_name: Any = ignored("Set by a server.")


class TemplateMetadata(Metadata):
    """metadata of a pod template"""

    name: Any = ignored("Pods of a template are named after what they belong to.")
    namespace: Any = ignored("Pods of a template live where the object lives.")


class Named(Shape):
    """What every object has."""

    api_version: str = honoured("The group and version of the API.")
    kind: str = honoured("What it is.")
    metadata: Metadata = honoured("Its name and labels.")


class Object(Named):
    """An object that a server adds its findings to."""

    status: Any = ignored("Set by a server.")


class Requirement(Shape):
    """An expression of a selector"""

    key: LabelKey = honoured("The label that is looked at.")
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"] = honoured("How it is compared.")
    values: list[LabelValue] = honoured("What it is compared with, for In and NotIn.", [])


class Selector(Shape):
    """A selector of pods"""

    match_labels: Labels = honoured("Labels that the template must carry.", {})
    match_expressions: list[Requirement] = honoured("Expressions that the template's labels must meet.", [])


class PodTemplate(Shape):
    """A pod template"""

    metadata: TemplateMetadata | None = honoured("Labels and annotations of the pods.", None)
    spec: PodSpec = honoured("What runs.")


class DeploymentBounds(Shape):
    """strategy.rollingUpdate of a Deployment"""

    max_surge: Surge = honoured("How many may stand above replicas, rounded up.", Share(25, percent=True))
    max_unavailable: Unavailable = honoured("How many may be missing, rounded down.", Share(25, percent=True))


class Strategy(Shape):
    """strategy of a Deployment"""

    type: Literal["RollingUpdate", "Recreate", ""] = honoured(
        "New beside old, or all old before any new; RollingUpdate without one.", ""
    )
    rolling_update: DeploymentBounds | None = honoured("The bounds, on each node.", None)


class DeploymentSpec(Shape):
    """spec of a Deployment"""

    replicas: Natural = honoured("How many in the whole fleet.", 1)
    selector: Selector = honoured("Checked against the template's labels.")
    template: PodTemplate = honoured("What runs.")
    strategy: Strategy | None = honoured("How old ones are replaced.", None)
    min_ready_seconds: NotYet = not_yet("How long a new pod must be ready before it counts.")
    paused: NotYet = not_yet("Holds a rollout.")
    progress_deadline_seconds: NotYet = not_yet("When a rollout counts as failed.")
    revision_history_limit: NotYet = not_yet("How many old revisions are kept.")


class Deployment(Object):
    """Deployment"""

    spec: DeploymentSpec = honoured("What runs, how many, and how it is replaced.")


class DaemonSetBounds(Shape):
    """updateStrategy.rollingUpdate of a DaemonSet"""

    max_surge: Surge = honoured("How many may stand above one, rounded up.", Share(0))
    max_unavailable: Unavailable = honoured("How many may be missing.", Share(1))


class UpdateStrategy(Shape):
    """updateStrategy of a DaemonSet"""

    type: Literal["RollingUpdate", "OnDelete", ""] = honoured(
        "RollingUpdate; OnDelete is not supported yet.", ""
    )
    rolling_update: DaemonSetBounds | None = honoured("The bounds, on each node.", None)


class DaemonSetSpec(Shape):
    """spec of a DaemonSet"""

    selector: Selector = honoured("Checked against the template's labels.")
    template: PodTemplate = honoured("What runs.")
    update_strategy: UpdateStrategy | None = honoured("How old ones are replaced.", None)
    min_ready_seconds: NotYet = not_yet("How long a new pod must be ready before it counts.")
    revision_history_limit: NotYet = not_yet("How many old revisions are kept.")


class DaemonSet(Object):
    """DaemonSet"""

    spec: DaemonSetSpec = honoured("What runs on each node that fits.")


class Pod(Object):
    """Pod"""

    spec: PodSpec = honoured("What runs.")


class NamespaceSpec(Shape):
    """spec of a Namespace"""

    finalizers: Any = ignored("What a server waits for before it deletes.")


class NamespaceMetadata(Metadata):
    """metadata of a Namespace"""

    name: Label = honoured("The namespace's name.")


class Namespace(Object):
    """Namespace"""

    metadata: NamespaceMetadata = honoured("Its name and labels.")
    spec: NamespaceSpec | None = ignored("Nothing that matters here.")


class NodeSpec(Shape):
    """spec of a Node"""

    unschedulable: bool = honoured("Nothing new is placed here.", False)
    taints: Any = warned("taints keep nothing away from the node yet.")
    pod_cidr: Any = ignored("Set by a server.")
    pod_cidrs: Any = ignored("Set by a server.")
    provider_id: Any = ignored("Set by a server.")
    config_source: Any = ignored("Removed from Kubernetes; does nothing there either.")
    external_id: Any = ignored("Removed from Kubernetes; does nothing there either.")


class Node(Object):
    """Node"""

    spec: NodeSpec | None = honoured("What may be placed here.", None)


class ConfigMap(Named):
    """ConfigMap"""

    data: dict[ConfigKey, str] = honoured("Text by key, for environment variables.", {})
    binary_data: dict[ConfigKey, str] = honoured("Base64 by key; no use as environment.", {})
    immutable: bool = ignored("Configuration never changes under a running instance here.")
    sops: NotYet = not_yet("Encryption with SOPS.")


class Secret(Named):
    """Secret"""

    data: dict[ConfigKey, str] = honoured("Base64 by key.", {})
    string_data: dict[ConfigKey, str] = honoured("Plain text by key; stronger than data.", {})
    type: str = honoured("Which keys there must be; Opaque asks for none.", "Opaque")
    immutable: bool = ignored("Configuration never changes under a running instance here.")
    sops: NotYet = not_yet("Encryption with SOPS.")
