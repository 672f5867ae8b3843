"""The shapes of what every object has, and of configuration, namespaces and nodes: the current API, field by field.

https://kubernetes.io/docs/reference/kubernetes-api/ - what a field is good for here stands beside it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, model_validator

from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.kubernetes.quantity import Quantity
from pullet.manifests.kubernetes.syntax import (
    Annotations,
    ConfigKey,
    Label,
    LabelKey,
    Labels,
    LabelValue,
    NamespaceName,
    Subdomain,
)
from pullet.manifests.schema import Shape, Unsupported, honoured, ignored, unsupported, wrong


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
    generate_name: Any = ignored(
        "A prefix for a name that a server would choose; an error without a name, as that has to stay."
    )
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

    @model_validator(mode="before")
    @classmethod
    def _has_a_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("generateName") and not data.get("name"):
            raise wrong(
                "generateName asks for a new name each time, and what is declared needs one", "write name"
            )
        return data


class TemplateMetadata(Metadata):
    """metadata of a pod template"""

    name: Any = ignored("Pods of a template are named after what they belong to.")
    namespace: Any = ignored("Pods of a template live where the object lives.")

    @model_validator(mode="before")
    @classmethod
    def _has_a_name(cls, data: Any) -> Any:
        return data


class Named(Shape):
    """What every object has."""

    api_version: str = honoured("The group and version of the API.")
    kind: str = honoured("What it is.")
    metadata: Metadata = honoured("Its name and labels.")


class Object(Named):
    """An object that a server adds its findings to."""

    status: Any = ignored("Set by a server.")


class Requirement(Shape):
    """matchExpressions[], an expression of a selector"""

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


class NodeTaint(Shape):
    """spec.taints[] of a Node"""

    key: LabelKey = honoured("What keeps pods away that do not tolerate it.")
    value: LabelValue = honoured("What a toleration is compared with.", "")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = honoured(
        "NoSchedule and NoExecute keep instances away, PreferNoSchedule says nothing here."
    )
    time_added: Any = ignored("Set by a server.")


class NodeSpec(Shape):
    """spec of a Node"""

    unschedulable: bool = honoured("Nothing is placed here but what runs on every node.", default=False)
    taints: list[NodeTaint] = honoured("What keeps instances away that do not tolerate it.", [])
    pod_cidr: Any = ignored("Set by a server.")
    pod_cidrs: Any = ignored("Set by a server.")
    provider_id: Any = ignored("Set by a server.")
    config_source: Any = ignored("Removed from Kubernetes; does nothing there either.")
    external_id: Any = ignored("Removed from Kubernetes; does nothing there either.")


class NodeAddress(Shape):
    """status.addresses[] of a Node"""

    address: str = honoured("An address or name of the node.")
    type: str = ignored("What kind of address it is.")


class NodeStatus(Shape):
    """status of a Node: what an inventory says of a machine"""

    capacity: dict[str, Quantity] = honoured("What the machine has; kept, and not counted on yet.", {})
    allocatable: dict[str, Quantity] = honoured("What of it instances may use; stronger than capacity.", {})
    addresses: list[NodeAddress] = honoured("Kept, and not used yet.", [])

    model_config = ConfigDict(extra="ignore")


class Node(Named):
    """Node"""

    spec: NodeSpec | None = honoured("What may be placed here.", None)
    status: NodeStatus | None = honoured("What the machine has; what else a server wrote is ignored.", None)


class ConfigMap(Named):
    """ConfigMap"""

    data: dict[ConfigKey, str] = honoured("Text by key.", {})
    binary_data: dict[ConfigKey, str] = honoured("Base64 by key; files, and no use as environment.", {})
    immutable: bool = ignored("Configuration never changes under a running instance here.")
    sops: Unsupported = unsupported(
        "nothing here decrypts SOPS yet", "commit it decrypted, or list the file in .pulletignore"
    )


class Secret(Named):
    """Secret"""

    data: dict[ConfigKey, str] = honoured("Base64 by key.", {})
    string_data: dict[ConfigKey, str] = honoured("Plain text by key; stronger than data.", {})
    type: str = honoured("Which keys there must be; Opaque asks for none.", "Opaque")
    immutable: bool = ignored("Configuration never changes under a running instance here.")
    sops: Unsupported = unsupported(
        "nothing here decrypts SOPS yet", "commit it decrypted, or list the file in .pulletignore"
    )
