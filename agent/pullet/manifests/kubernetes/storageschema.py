"""The shapes of PersistentVolumeClaims and PersistentVolumes.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.affinityschema import NodeSelector
from pullet.manifests.kubernetes.quantity import Quantity
from pullet.manifests.kubernetes.schema import Metadata, Object, Selector
from pullet.manifests.kubernetes.syntax import (
    Annotations,
    AtLeastOne,
    Label,
    Labels,
    NodePath,
    OptionalSubdomain,
    Subdomain,
)
from pullet.manifests.kubernetes.volumeschema import HostPath
from pullet.manifests.schema import Shape, Unsupported, honoured, ignored, unsupported, warned

AccessMode = Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
_NOTHING_ATTACHES = "nothing here attaches volumes of a network or a cloud"
_ATTACH = "mount it on the node and write hostPath or local"


class StorageResources(Shape):
    """resources of a claim"""

    requests: dict[str, Quantity] = honoured("storage: compared with the capacity of a PersistentVolume.", {})
    limits: dict[str, Quantity] = warned("nothing here bounds the size of a volume.")


class ClaimSpec(Shape):
    """spec of a PersistentVolumeClaim"""

    access_modes: AtLeastOne[AccessMode] = honoured(
        "Which a PersistentVolume must offer; with ReadWriteOncePod one instance uses it at a time."
    )
    resources: StorageResources = honoured("How much is asked for.")
    volume_name: OptionalSubdomain = honoured("The PersistentVolume that it binds to.", "")
    selector: Selector | None = honoured("Labels of the PersistentVolumes that it may bind to.", None)
    storage_class_name: OptionalSubdomain | None = honoured(
        "Binds to PersistentVolumes of the same class; without any it is a volume of the node, and a warning says so.",
        None,
    )
    volume_mode: Literal["Filesystem", "Block", ""] = honoured("Filesystem; Block is refused.", "")
    volume_attributes_class_name: Any = warned("there are no storage classes outside a cluster.")
    data_source: Unsupported = unsupported(
        "nothing here copies volumes", "fill the volume by an init container"
    )
    data_source_ref: Unsupported = unsupported(
        "nothing here copies volumes", "fill the volume by an init container"
    )


class PersistentVolumeClaim(Object):
    """PersistentVolumeClaim"""

    spec: ClaimSpec = honoured("What is claimed.")


class ClaimTemplateMetadata(Metadata):
    """metadata of a claim template"""

    name: Label = honoured("The volume's name in the pods.")
    namespace: Any = ignored("Claims of a template live where the object lives.")
    labels: Labels = ignored("Volumes of the node carry no labels of claims.")
    annotations: Annotations = ignored("Volumes of the node carry no annotations of claims.")


class ClaimTemplate(Shape):
    """volumeClaimTemplates[] of a StatefulSet"""

    api_version: Literal["v1", ""] = ignored("It is a claim.")
    kind: Literal["PersistentVolumeClaim", ""] = ignored("It is a claim.")
    metadata: ClaimTemplateMetadata = honoured("Its name.")
    spec: ClaimSpec = honoured("What each instance claims.")
    status: Any = ignored("Set by a server.")


class VolumeAffinity(Shape):
    """nodeAffinity of a PersistentVolume"""

    required: NodeSelector | None = honoured("The nodes that have it.", None)


class LocalVolume(Shape):
    """local of a PersistentVolume"""

    path: NodePath = honoured("The directory on the node, which its policy must allow.")
    fs_type: Any = warned("a directory of the node is mounted as it is.")


class ClaimReference(Shape):
    """claimRef of a PersistentVolume"""

    name: Subdomain = honoured("The claim that it is kept for.")
    namespace: Label = honoured("The claim's namespace.", "default")
    api_version: Any = ignored("It is a claim.")
    kind: Any = ignored("It is a claim.")
    uid: Any = ignored("Set by a server.")
    resource_version: Any = ignored("Set by a server.")
    field_path: Any = ignored("Set by a server.")


class VolumeSpec(Shape):
    """spec of a PersistentVolume"""

    capacity: dict[str, Quantity] = honoured("storage: compared with what claims ask for.")
    access_modes: AtLeastOne[AccessMode] = honoured("What claims may ask for.")
    host_path: HostPath | None = honoured("A path of the node.", None)
    local: LocalVolume | None = honoured("A directory of the node; needs nodeAffinity.", None)
    node_affinity: VolumeAffinity | None = honoured(
        "The nodes that have it; what claims it runs there.", None
    )
    claim_ref: ClaimReference | None = honoured("The claim that it is kept for.", None)
    storage_class_name: OptionalSubdomain = honoured("Claims of the same class bind to it.", "")
    volume_mode: Literal["Filesystem", "Block", ""] = honoured("Filesystem; Block is refused.", "")
    persistent_volume_reclaim_policy: Literal["Retain", "Recycle", "Delete", ""] = warned(
        "volumes are never deleted.", silent=("Retain",)
    )
    mount_options: Any = warned("a directory of the node is mounted as it is.")
    volume_attributes_class_name: Any = warned("there are no storage classes outside a cluster.")
    aws_elastic_block_store: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    azure_disk: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    azure_file: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    cephfs: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    cinder: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    csi: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    fc: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    flex_volume: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    flocker: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    gce_persistent_disk: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    glusterfs: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    iscsi: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    nfs: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    photon_persistent_disk: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    portworx_volume: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    quobyte: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    rbd: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    scale_io: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    storageos: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)
    vsphere_volume: Unsupported = unsupported(_NOTHING_ATTACHES, _ATTACH)


class PersistentVolume(Object):
    """PersistentVolume"""

    spec: VolumeSpec = honoured("What stands where, for whom.")
