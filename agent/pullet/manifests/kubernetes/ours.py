"""Our own annotations on what runs: what it comes after, and whether it stays when it is no longer declared."""

from __future__ import annotations

from dataclasses import dataclass

from pullet.manifests.after import after, listed
from pullet.manifests.kubernetes.schema import Metadata
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.workload import Dependency

AFTER = "pullet.dev/after"
PRUNE = "pullet.dev/prune"

_ANNOTATIONS: Loc = ("metadata", "annotations")
_KEPT = {"true": False, "false": True}


@dataclass(frozen=True, slots=True)
class Ours:
    after: tuple[Dependency, ...]
    kept: bool


def ours(metadata: Metadata, findings: Findings) -> Ours:
    given = metadata.annotations
    place: Loc = (*_ANNOTATIONS, AFTER)
    named = [(place, entry) for entry in listed(given.get(AFTER, ""))]
    prune = given.get(PRUNE, "true")
    if prune not in _KEPT:
        hint = 'write "false" to keep what stands when it is no longer declared'
        findings.error((*_ANNOTATIONS, PRUNE), 'must be "true" or "false"', hint)
    return Ours(after(named, metadata.namespace, findings), _KEPT.get(prune, True))
