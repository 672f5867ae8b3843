"""Prune has a brake: a commit that would empty the node waits for a person's word."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pullet.model.memory import Words
from pullet.model.names import WorkloadName
from pullet.model.placement import Desired

TRAILER = "pullet-prune"
FEW = 3
"""So many workloads may always go."""


def brake(
    desired: Desired, words: Words, standing: AbstractSet[WorkloadName], going: AbstractSet[WorkloadName]
) -> str:
    """Why nothing of `going` may be removed now, and what lifts that; empty where it may."""
    revision = desired.revision
    if not going or revision.trailers.get(TRAILER, "").lower() == "yes" or revision.commit in words.accepted:
        return ""
    lift = f"commit with the trailer `Pullet-Prune: yes`, or run `pullet accept {revision.short}` here"
    if not desired.catalog.workloads:
        return f"{revision.short} declares no workload at all; to remove what runs here, {lift}"
    if len(going) > FEW and len(going) * 2 > len(standing):
        return (
            f"{revision.short} would remove {len(going)} of {len(standing)} workloads from this node; {lift}"
        )
    return ""
