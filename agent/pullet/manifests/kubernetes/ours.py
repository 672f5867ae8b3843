"""Our own annotations on what runs: what it comes after, and what becomes of what stands of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from pullet.manifests.after import after, listed
from pullet.manifests.kubernetes.schema import Metadata
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.workload import Dependency, DriftPolicy

OURS = "pullet.dev/"
"""What begins so is said to us, and is no part of a pod's specification."""

AFTER = "pullet.dev/after"
PRUNE = "pullet.dev/prune"
DRIFT = "pullet.dev/drift"

_ANNOTATIONS: Loc = ("metadata", "annotations")
_KEPT = {"true": False, "false": True}


@dataclass(frozen=True, slots=True)
class Ours:
    after: tuple[Dependency, ...]
    kept: bool
    drift: DriftPolicy | None


def ours(metadata: Metadata, findings: Findings) -> Ours:
    given = metadata.annotations
    place: Loc = (*_ANNOTATIONS, AFTER)
    named = [(place, entry) for entry in listed(given.get(AFTER, ""))]
    prune = given.get(PRUNE, "true")
    if prune not in _KEPT:
        hint = 'write "false" to keep what stands when it is no longer declared'
        findings.error((*_ANNOTATIONS, PRUNE), 'must be "true" or "false"', hint)
    return Ours(after(named, metadata.namespace, findings), _KEPT.get(prune, True), _drift(given, findings))


def _drift(given: Mapping[str, str], findings: Findings) -> DriftPolicy | None:
    """What happens to changes by hand; the node's own word where nothing is said."""
    said = given.get(DRIFT)
    if said is None:
        return None
    found = next((policy for policy in get_args(DriftPolicy) if policy == said), None)
    if found is None:
        policies = get_args(DriftPolicy)
        hint = meant(said, policies) or f"write one of {', '.join(policies)}"
        findings.error(
            (*_ANNOTATIONS, DRIFT), f"{said} is nothing that can be done about changes by hand", hint
        )
    return found
