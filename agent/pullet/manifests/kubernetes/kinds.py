"""Which kinds there are in Kubernetes, in which present apiVersions, and what becomes of them here.

https://kubernetes.io/docs/reference/using-api/deprecation-guide/ for those that were removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Fate(Enum):
    """What becomes of a kind: read, left out with a warning, or refused."""

    READ = auto()
    WITHOUT_MEANING = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    """`because` says why one that is not read is left out or refused."""

    name: str
    versions: tuple[str, ...]
    fate: Fate
    namespaced: bool = True
    runs: bool = False
    because: str = ""


_RUN = {
    "v1": ("Pod", "ReplicationController"),
    "apps/v1": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch/v1": ("CronJob", "Job"),
}
_READ = {
    "v1": ("ConfigMap", "PersistentVolumeClaim", "Secret", "Service"),
    "networking.k8s.io/v1": ("NetworkPolicy",),
}
_READ_CLUSTER_WIDE = {"v1": ("Namespace", "Node", "PersistentVolume"), "node.k8s.io/v1": ("RuntimeClass",)}
_SERVERS_OWN = "it is what a server writes"
_NO_API = "there is no API server here"
_NO_CLASSES = "there are no storage classes or drivers here; a claim is a volume of its node"
_NO_INGRESS = "nothing here routes from outside; publish a hostPort, or run a proxy as a workload"
_NO_QUOTAS = "nothing here bounds a namespace; the node's policy bounds what may run"
_ONE_PLACE = "placement does not know priorities and budgets"
_NO_DEVICES = "there is no allocation of devices here"
_WITHOUT_MEANING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    _NO_API: {
        "v1": ("ServiceAccount",),
        "admissionregistration.k8s.io/v1": (
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ),
        "admissionregistration.k8s.io/v1beta1": ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
        "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
        "apiregistration.k8s.io/v1": ("APIService",),
        "certificates.k8s.io/v1": ("CertificateSigningRequest",),
        "certificates.k8s.io/v1beta1": ("ClusterTrustBundle", "PodCertificateRequest"),
        "flowcontrol.apiserver.k8s.io/v1": ("FlowSchema", "PriorityLevelConfiguration"),
        "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    },
    _SERVERS_OWN: {
        "v1": ("ComponentStatus", "Event"),
        "apps/v1": ("ControllerRevision",),
        "coordination.k8s.io/v1": ("Lease",),
        "coordination.k8s.io/v1beta1": ("LeaseCandidate",),
        "storagemigration.k8s.io/v1beta1": ("StorageVersionMigration",),
        "internal.apiserver.k8s.io/v1alpha1": ("StorageVersion",),
    },
    "a name on the network reaches pods only": {
        "v1": ("Endpoints",),
        "discovery.k8s.io/v1": ("EndpointSlice",),
    },
    "nothing refers to one": {"v1": ("PodTemplate",)},
    "the number of instances is what replicas says": {"autoscaling/v2": ("HorizontalPodAutoscaler",)},
    _NO_INGRESS: {"networking.k8s.io/v1": ("Ingress", "IngressClass")},
    "addresses are the engine's": {"networking.k8s.io/v1": ("IPAddress", "ServiceCIDR")},
    _NO_QUOTAS: {"v1": ("LimitRange", "ResourceQuota")},
    _ONE_PLACE: {
        "policy/v1": ("PodDisruptionBudget",),
        "scheduling.k8s.io/v1": ("PriorityClass",),
        "scheduling.k8s.io/v1alpha1": ("Workload",),
    },
    _NO_DEVICES: {
        "resource.k8s.io/v1": ("DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"),
        "resource.k8s.io/v1alpha3": ("DeviceTaintRule",),
    },
    _NO_CLASSES: {
        "storage.k8s.io/v1": (
            "CSIDriver",
            "CSINode",
            "CSIStorageCapacity",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        )
    },
}
_A_REQUEST = "it asks something of a server and declares nothing"
_REFUSED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "nothing here acts upon it yet": {"v1": ("Binding",)},
    _A_REQUEST: {
        "authentication.k8s.io/v1": ("SelfSubjectReview", "TokenRequest", "TokenReview"),
        "authorization.k8s.io/v1": (
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ),
        "autoscaling/v1": ("Scale",),
        "policy/v1": ("Eviction",),
    },
}
_ALSO_PRESENT = {
    "HorizontalPodAutoscaler": ("autoscaling/v1",),
    "Event": ("events.k8s.io/v1",),
    "MutatingAdmissionPolicy": ("admissionregistration.k8s.io/v1alpha1",),
    "MutatingAdmissionPolicyBinding": ("admissionregistration.k8s.io/v1alpha1",),
    "ClusterTrustBundle": ("certificates.k8s.io/v1alpha1",),
    "LeaseCandidate": ("coordination.k8s.io/v1alpha2",),
    "DeviceClass": ("resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"),
    "ResourceClaim": ("resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"),
    "ResourceClaimTemplate": ("resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"),
    "ResourceSlice": ("resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"),
}
GONE = frozenset({"PodSecurityPolicy", "PodPreset", "ThirdPartyResource"})
"""Kinds that Kubernetes removed and that have no successor of the same name."""


def _table() -> Mapping[str, Kind]:
    table = {"List": Kind("List", ("v1",), Fate.READ, namespaced=False)}

    def add(groups: Mapping[str, tuple[str, ...]], fate: Fate, **more: str | bool) -> None:
        for version, names in groups.items():
            for name in names:
                versions = (version, *_ALSO_PRESENT.get(name, ()))
                table[name] = Kind(name, versions, fate, **more)  # type: ignore[arg-type]

    add(_RUN, Fate.READ, runs=True)
    add(_READ, Fate.READ)
    add(_READ_CLUSTER_WIDE, Fate.READ, namespaced=False)
    for fate, reasons in ((Fate.WITHOUT_MEANING, _WITHOUT_MEANING), (Fate.REFUSED, _REFUSED)):
        for because, groups in reasons.items():
            add(groups, fate, because=because)
    return table


KINDS = _table()

_BUILT_IN_GROUPS = frozenset(
    {version.rpartition("/")[0] for kind in KINDS.values() for version in kind.versions}
    | {"extensions", "settings.k8s.io"}
)


def is_built_in(api_version: str) -> bool:
    """Whether this apiVersion is of Kubernetes itself, in any version, present or removed."""
    return api_version.rpartition("/")[0] in _BUILT_IN_GROUPS


def kind_of_list(name: str) -> Kind | None:
    """What a typed list such as a DeploymentList holds."""
    return KINDS.get(name.removesuffix("List")) if name.endswith("List") else None
