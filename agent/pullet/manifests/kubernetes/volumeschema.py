"""The shapes of volumes and of what containers mount of them.

https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.envschema import FieldReference, ResourceFieldReference
from pullet.manifests.kubernetes.quantity import Quantity
from pullet.manifests.kubernetes.syntax import (
    Annotations,
    AtLeastOne,
    ConfigKey,
    FilePath,
    Label,
    Labels,
    Mode,
    MountPath,
    NodePath,
    Subdomain,
    SubPath,
)
from pullet.manifests.schema import Shape, Unsupported, honoured, ignored, unsupported, warned

PathKind = Literal[
    "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"
]

_NETWORK = "volumes of a network, a cloud or a storage system are not attached here."
_MOUNT = "mount it on the node, and use hostPath or a PersistentVolume of type local"
_TOKENS = "there is no cluster that would issue it."
_KEYS = "The keys and the paths that they become; each key under its own name without any."


class KeyToPath(Shape):
    """items[]"""

    key: ConfigKey = honoured("The key.")
    path: FilePath = honoured("The file below the volume.")
    mode: Mode | None = honoured("Its permissions.", None)


class EmptyDir(Shape):
    """emptyDir"""

    medium: Literal["", "Memory"] = honoured("Memory, or the node's disk. Huge pages are not there.", "")
    size_limit: Quantity | None = honoured("The most that it may hold; enforced in memory only.", None)


class HostPath(Shape):
    """hostPath"""

    path: NodePath = honoured("The path on the node, which its policy must allow.")
    type: PathKind = honoured("What must be there, or is made.", "")


class ConfigMapVolume(Shape):
    """configMap"""

    name: Subdomain = honoured("The ConfigMap, in the same namespace.")
    items: list[KeyToPath] = honoured(_KEYS, [])
    default_mode: Mode = honoured("The files' permissions.", 0o644)
    optional: bool = honoured("Whether it, or a key of it, may be missing.", False)


class SecretVolume(Shape):
    """secret"""

    secret_name: Subdomain = honoured("The Secret, in the same namespace.")
    items: list[KeyToPath] = honoured(_KEYS, [])
    default_mode: Mode = honoured("The files' permissions.", 0o644)
    optional: bool = honoured("Whether it, or a key of it, may be missing.", False)


class DownwardFile(Shape):
    """items[] of downwardAPI"""

    path: FilePath = honoured("The file below the volume.")
    field_ref: FieldReference | None = honoured("A field of the pod.", None)
    resource_field_ref: ResourceFieldReference | None = honoured("A resource of a container.", None)
    mode: Mode | None = honoured("Its permissions.", None)


class DownwardVolume(Shape):
    """downwardAPI"""

    items: list[DownwardFile] = honoured("The files.", [])
    default_mode: Mode = honoured("The files' permissions.", 0o644)


class ProjectedKeys(Shape):
    """configMap, secret of projected"""

    name: Subdomain = honoured("The ConfigMap or Secret, in the same namespace.")
    items: list[KeyToPath] = honoured(_KEYS, [])
    optional: bool = honoured("Whether it, or a key of it, may be missing.", False)


class ProjectedDownward(Shape):
    """downwardAPI of projected"""

    items: list[DownwardFile] = honoured("The files.", [])


class ProjectedSource(Shape):
    """sources[]"""

    config_map: ProjectedKeys | None = honoured("The keys of a ConfigMap.", None)
    secret: ProjectedKeys | None = honoured("The keys of a Secret.", None)
    downward_api: ProjectedDownward | None = honoured("Fields of the pod.", None)
    service_account_token: Unsupported = unsupported(_TOKENS, "bring what it needs in a Secret")
    cluster_trust_bundle: Unsupported = unsupported(_TOKENS, "bring the certificates in a ConfigMap")
    pod_certificate: Unsupported = unsupported(_TOKENS, "bring the certificate in a Secret")


class ProjectedVolume(Shape):
    """projected"""

    sources: list[ProjectedSource] = honoured(
        "What is put together; of two at one path the later counts.", []
    )
    default_mode: Mode = honoured("The files' permissions.", 0o644)


class ClaimVolume(Shape):
    """persistentVolumeClaim"""

    claim_name: Subdomain = honoured("The claim, in the same namespace.")
    read_only: bool = honoured("Whether no container may write to it.", False)


class ClaimResources(Shape):
    """resources of a claim"""

    requests: dict[str, Quantity] = ignored("A volume grows as the node's disk allows.")
    limits: dict[str, Quantity] = ignored("A volume grows as the node's disk allows.")


class EphemeralSpec(Shape):
    """spec of a volumeClaimTemplate of ephemeral"""

    access_modes: AtLeastOne[
        Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
    ] = ignored("Only the pod itself uses it.")
    resources: ClaimResources | None = ignored("A volume grows as the node's disk allows.")
    storage_class_name: str | None = warned("there is one kind of storage, the node's disk.")
    volume_attributes_class_name: str | None = warned("there is one kind of storage, the node's disk.")
    volume_mode: Literal["Filesystem", ""] = ignored(
        "Filesystem; Block is refused, as there are no block devices."
    )
    selector: Unsupported = unsupported("such a volume is made new for each pod, and not chosen.")
    volume_name: Unsupported = unsupported("such a volume is made new for each pod, and not chosen.")
    data_source: Unsupported = unsupported("nothing here fills a volume.", "fill it in an init container")
    data_source_ref: Unsupported = unsupported("nothing here fills a volume.", "fill it in an init container")


class EphemeralMetadata(Shape):
    """metadata of a volumeClaimTemplate of ephemeral"""

    labels: Labels = ignored("The volume is part of its pod.")
    annotations: Annotations = ignored("The volume is part of its pod.")
    name: Any = ignored("The volume is part of its pod.")
    creation_timestamp: Any = ignored("Set by a server.")


class EphemeralTemplate(Shape):
    """volumeClaimTemplate"""

    spec: EphemeralSpec = honoured("What it must be.")
    metadata: EphemeralMetadata | None = ignored("The volume is part of its pod.")


class EphemeralVolume(Shape):
    """ephemeral"""

    volume_claim_template: EphemeralTemplate = honoured(
        "An empty directory on the node's disk, gone with the pod."
    )


class Volume(Shape):
    """volumes[]"""

    name: Label = honoured("What volumeMounts name it by.")
    empty_dir: EmptyDir | None = honoured(
        "Empty at first, shared by the containers, gone with the pod.", None
    )
    host_path: HostPath | None = honoured("A path of the node.", None)
    config_map: ConfigMapVolume | None = honoured("The keys of a ConfigMap as files.", None)
    secret: SecretVolume | None = honoured("The keys of a Secret as files, in memory.", None)
    downward_api: DownwardVolume | None = honoured("Fields of the pod as files.", None)
    projected: ProjectedVolume | None = honoured("Several of these in one directory.", None)
    persistent_volume_claim: ClaimVolume | None = honoured("A volume that outlives the pod.", None)
    ephemeral: EphemeralVolume | None = honoured("A volume of the pod's own.", None)
    image: Unsupported = unsupported(
        "an image cannot be mounted here.", "copy from it into an emptyDir in an init container"
    )
    git_repo: Unsupported = unsupported(
        "it is gone from Kubernetes too.", "clone into an emptyDir in an init container"
    )
    aws_elastic_block_store: Unsupported = unsupported(_NETWORK, _MOUNT)
    azure_disk: Unsupported = unsupported(_NETWORK, _MOUNT)
    azure_file: Unsupported = unsupported(_NETWORK, _MOUNT)
    cephfs: Unsupported = unsupported(_NETWORK, _MOUNT)
    cinder: Unsupported = unsupported(_NETWORK, _MOUNT)
    csi: Unsupported = unsupported(_NETWORK, _MOUNT)
    fc: Unsupported = unsupported(_NETWORK, _MOUNT)
    flex_volume: Unsupported = unsupported(_NETWORK, _MOUNT)
    flocker: Unsupported = unsupported(_NETWORK, _MOUNT)
    gce_persistent_disk: Unsupported = unsupported(_NETWORK, _MOUNT)
    glusterfs: Unsupported = unsupported(_NETWORK, _MOUNT)
    iscsi: Unsupported = unsupported(_NETWORK, _MOUNT)
    nfs: Unsupported = unsupported(_NETWORK, _MOUNT)
    photon_persistent_disk: Unsupported = unsupported(_NETWORK, _MOUNT)
    portworx_volume: Unsupported = unsupported(_NETWORK, _MOUNT)
    quobyte: Unsupported = unsupported(_NETWORK, _MOUNT)
    rbd: Unsupported = unsupported(_NETWORK, _MOUNT)
    scale_io: Unsupported = unsupported(_NETWORK, _MOUNT)
    storageos: Unsupported = unsupported(_NETWORK, _MOUNT)
    vsphere_volume: Unsupported = unsupported(_NETWORK, _MOUNT)


class VolumeMount(Shape):
    """volumeMounts[]"""

    name: Label = honoured("The volume.")
    mount_path: MountPath = honoured("Where it stands in the container.")
    read_only: bool = honoured("Whether it may only be read.", False)
    sub_path: SubPath = honoured("A path inside the volume instead of the whole.", "")
    sub_path_expr: str = honoured("The same, with $(NAME) for a variable.", "")
    mount_propagation: Literal["None", "HostToContainer", "Bidirectional", ""] = honoured(
        "Whether mounts below a hostPath are passed on; Bidirectional needs privileged.", ""
    )
    recursive_read_only: Literal["Disabled", "IfPossible", "Enabled", ""] = honoured(
        "IfPossible is what the engine does for every readOnly mount; Enabled is refused, as it cannot be promised.",
        "",
    )
