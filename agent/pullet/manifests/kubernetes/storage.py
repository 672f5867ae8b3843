"""PersistentVolumeClaims and PersistentVolumes to their own form; `binding` brings them together.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/
"""

from __future__ import annotations

from decimal import Decimal

from pullet.manifests.declared import Claim, ObjectName, Volume
from pullet.manifests.kubernetes import storageschema as shapes
from pullet.manifests.kubernetes.affinity import node_terms
from pullet.manifests.kubernetes.quantity import whole
from pullet.manifests.kubernetes.selectors import selector
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.volumes import HostPath, PathType
from pullet.model.where import Requirement

_SPEC: Loc = ("spec",)


def claim(shape: shapes.PersistentVolumeClaim, findings: Findings) -> Claim:
    return claimed(shape.spec, _SPEC, findings)


def claimed(spec: shapes.ClaimSpec, place: Loc, findings: Findings) -> Claim:
    """What the claim at `place` asks for."""
    _filesystem(spec.volume_mode, place, findings)
    if "ReadWriteOncePod" in spec.access_modes and len(spec.access_modes) > 1:
        findings.error((*place, "accessModes"), "ReadWriteOncePod may not stand beside others")
    size = spec.resources.requests.get("storage") if spec.resources else None
    if size is None or not size:
        findings.error((*place, "resources", "requests", "storage"), "is required")
    chosen = None if spec.selector is None else selector(spec.selector, (*place, "selector"), findings)
    return Claim(
        modes=frozenset(spec.access_modes),
        size=whole(size or Decimal(0)),
        volume=spec.volume_name,
        selector=chosen,
        storage_class=spec.storage_class_name,
    )


def volume(shape: shapes.PersistentVolume, findings: Findings) -> Volume:
    spec = shape.spec
    _filesystem(spec.volume_mode, _SPEC, findings)
    terms = () if spec.node_affinity is None else _terms(spec.node_affinity, findings)
    size = spec.capacity.get("storage")
    if size is None:
        findings.error((*_SPEC, "capacity", "storage"), "is required")
    if spec.claim_ref is None:
        kept_for = None
    else:
        kept_for = ObjectName(spec.claim_ref.namespace, "PersistentVolumeClaim", spec.claim_ref.name)
    return Volume(
        source=_source(spec, findings),
        labels=dict(shape.metadata.labels),
        modes=frozenset(spec.access_modes),
        capacity=whole(size or Decimal(0)),
        storage_class=spec.storage_class_name,
        terms=terms,
        claim=kept_for,
    )


def _source(spec: shapes.VolumeSpec, findings: Findings) -> HostPath:
    if (spec.host_path is None) == (spec.local is None):
        findings.error(_SPEC, "must have exactly one of hostPath and local")
    if spec.local is not None:
        if spec.node_affinity is None or spec.node_affinity.required is None:
            findings.error((*_SPEC, "nodeAffinity"), "is required for a local volume")
        return HostPath(spec.local.path, PathType.DIRECTORY)
    return HostPath(spec.host_path.path, PathType(spec.host_path.type)) if spec.host_path else HostPath("")


def _filesystem(mode: str, place: Loc, findings: Findings) -> None:
    if mode == "Block":
        findings.error(
            (*place, "volumeMode"), "Block is not supported: containers are given no block devices"
        )


def _terms(affinity: shapes.VolumeAffinity, findings: Findings) -> tuple[tuple[Requirement, ...], ...]:
    if affinity.required is None:
        return ()
    return node_terms(affinity.required, (*_SPEC, "nodeAffinity", "required"), findings)
