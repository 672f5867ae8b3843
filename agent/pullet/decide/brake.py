"""Prune has a brake: a commit that would empty the node waits for a person's word."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pullet.decide.scene import Scene
from pullet.model.names import WorkloadName

TRAILER = "pullet-prune"
FEW = 3
"""So many workloads may always go."""


def brake(scene: Scene, going: AbstractSet[WorkloadName]) -> str:
    """Why nothing of `going` may be removed now, and what lifts that; empty where it may."""
    desired, revision = scene.desired, scene.desired.revision
    meant = revision.trailers.get(TRAILER, "").lower() == "yes" or revision.commit in scene.words.accepted
    if meant or not going:
        return ""
    lift = f"commit with the trailer `Pullet-Prune: yes`, or run `pullet accept {revision.short}` here"
    if not desired.catalog.workloads:
        return f"{revision.short} declares no workload at all; to remove what runs here, {lift}"
    standing = {one.instance.workload for one in scene.observed.incarnations}
    if len(going) > FEW and len(going) * 2 > len(standing):
        return (
            f"{revision.short} would remove {len(going)} of {len(standing)} workloads from this node; {lift}"
        )
    return ""
