"""Which kinds there are in Kubernetes, in which present apiVersions, and what becomes of them here.

https://kubernetes.io/docs/reference/using-api/deprecation-guide/ for those that were removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Fate(Enum):
    """What becomes of a kind: read, left out with a warning, or refused for now."""

    READ = auto()
    WITHOUT_MEANING = auto()
    NOT_YET = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    versions: tuple[str, ...]
    fate: Fate
    namespaced: bool = True
    runs: bool = False


_READ = {
    "v1": ("ConfigMap", "Pod", "Secret"),
    "apps/v1": ("DaemonSet", "Deployment"),
}
_READ_CLUSTER_WIDE = {"v1": ("Namespace", "Node")}
_RUNS_NOT_YET = {
    "v1": ("ReplicationController",),
    "apps/v1": ("ReplicaSet", "StatefulSet"),
    "batch/v1": ("CronJob", "Job"),
}
_NOT_YET = {
    "v1": ("Binding", "Endpoints", "PersistentVolume", "PersistentVolumeClaim", "PodTemplate", "Service"),
    "apps/v1": ("ControllerRevision",),
    "discovery.k8s.io/v1": ("EndpointSlice",),
    "networking.k8s.io/v1": ("NetworkPolicy",),
}
_WITHOUT_MEANING = {
    "v1": ("ComponentStatus", "Event", "LimitRange", "ResourceQuota", "ServiceAccount"),
    "admissionregistration.k8s.io/v1": (
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
    "apiregistration.k8s.io/v1": ("APIService",),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "certificates.k8s.io/v1": ("CertificateSigningRequest",),
    "coordination.k8s.io/v1": ("Lease",),
    "flowcontrol.apiserver.k8s.io/v1": ("FlowSchema", "PriorityLevelConfiguration"),
    "networking.k8s.io/v1": ("IPAddress", "Ingress", "IngressClass", "ServiceCIDR"),
    "node.k8s.io/v1": ("RuntimeClass",),
    "policy/v1": ("PodDisruptionBudget",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "storage.k8s.io/v1": (
        "CSIDriver",
        "CSINode",
        "CSIStorageCapacity",
        "StorageClass",
        "VolumeAttachment",
        "VolumeAttributesClass",
    ),
}
_ALSO_PRESENT = {"HorizontalPodAutoscaler": "autoscaling/v1", "Event": "events.k8s.io/v1"}
_RUN = frozenset({"DaemonSet", "Deployment", "Pod"}).union(*_RUNS_NOT_YET.values())


def _table() -> Mapping[str, Kind]:
    table = {"List": Kind("List", ("v1",), Fate.READ, namespaced=False)}
    for fate, kinds, namespaced in (
        (Fate.READ, _READ, True),
        (Fate.READ, _READ_CLUSTER_WIDE, False),
        (Fate.NOT_YET, _RUNS_NOT_YET, True),
        (Fate.NOT_YET, _NOT_YET, True),
        (Fate.WITHOUT_MEANING, _WITHOUT_MEANING, True),
    ):
        for version, names in kinds.items():
            for name in names:
                versions = (version, _ALSO_PRESENT[name]) if name in _ALSO_PRESENT else (version,)
                runs = name in _RUN
                table[name] = Kind(name, versions, fate, namespaced, runs)
    return table


KINDS = _table()

_BUILT_IN_GROUPS = frozenset(
    {version.rpartition("/")[0] for kind in KINDS.values() for version in kind.versions} | {"extensions"}
)


def is_built_in(api_version: str) -> bool:
    """Whether this apiVersion is of Kubernetes itself, in any version, present or removed."""
    return api_version.rpartition("/")[0] in _BUILT_IN_GROUPS
