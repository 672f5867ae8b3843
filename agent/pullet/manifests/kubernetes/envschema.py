"""The shapes of a container's environment, and of what a pod can tell of itself.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pullet.manifests.kubernetes.quantity import Divisor
from pullet.manifests.kubernetes.syntax import (
    Argument,
    ConfigKey,
    EnvName,
    EnvPrefix,
    OptionalLabel,
    Subdomain,
)
from pullet.manifests.schema import Shape, Unsupported, honoured, ignored, unsupported


class KeyReference(Shape):
    """configMapKeyRef, secretKeyRef"""

    name: Subdomain = honoured("The ConfigMap or Secret, in the same namespace.")
    key: ConfigKey = honoured("The key in it.")
    optional: bool = honoured(
        "Whether the variable is left out where there is none; else that is an error.", False
    )


class FieldReference(Shape):
    """fieldRef"""

    field_path: str = honoured(
        "In env: metadata.name, .namespace, .uid, .labels['…'], .annotations['…'], spec.nodeName, "
        "spec.serviceAccountName, status.hostIP(s), status.podIP(s). In a volume: the metadata, also whole."
    )
    api_version: Any = ignored("There is one version.")


class ResourceFieldReference(Shape):
    """resourceFieldRef"""

    resource: str = honoured(
        "limits or requests of cpu, memory; a limit that is not set is the node's whole."
    )
    container_name: OptionalLabel = honoured("Whose; in env the container's own without one.", "")
    divisor: Divisor = honoured("What it is divided by, rounded up.", Decimal(1))


class ValueSource(Shape):
    """env[].valueFrom"""

    config_map_key_ref: KeyReference | None = honoured("The value of a key of a ConfigMap.", None)
    secret_key_ref: KeyReference | None = honoured("The value of a key of a Secret.", None)
    field_ref: FieldReference | None = honoured("A field of the pod.", None)
    resource_field_ref: ResourceFieldReference | None = honoured("A resource of a container.", None)
    file_key_ref: Unsupported = unsupported(
        "a variable cannot come from a file that another container writes.", "let the command read the file"
    )


class EnvEntry(Shape):
    """env[]"""

    name: EnvName = honoured("The variable's name.")
    value: Argument | None = honoured(
        "Its value; $(NAME) stands for a variable defined before, $$ for $.", None
    )
    value_from: ValueSource | None = honoured("Where its value comes from.", None)


class ObjectReference(Shape):
    """configMapRef, secretRef"""

    name: Subdomain = honoured("The ConfigMap or Secret, in the same namespace.")
    optional: bool = honoured("Whether it may be missing.", False)


class EnvFromEntry(Shape):
    """envFrom[]"""

    prefix: EnvPrefix = honoured("What stands before each key.", "")
    config_map_ref: ObjectReference | None = honoured("Every key of a ConfigMap.", None)
    secret_ref: ObjectReference | None = honoured("Every key of a Secret.", None)
