"""Our own annotations on what runs: what it comes after, and what becomes of what stands of it.

One that is misspelt, or stands where nobody reads it, is a mistake, as a slip must not look like a setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from pullet.manifests.after import after, listed
from pullet.manifests.hooking import HOOK, OF
from pullet.manifests.kubernetes.schema import Metadata, TemplateMetadata
from pullet.manifests.kubernetes.strategy import ANNOTATIONS as OF_STRATEGIES
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.workload import Dependency, DriftPolicy, Prune

OURS = "pullet.dev/"
"""What begins so is said to us, and is no part of a pod's specification."""

AFTER = "pullet.dev/after"
PRUNE = "pullet.dev/prune"
DRIFT = "pullet.dev/drift"

_FOR_ONE_KIND = {**dict.fromkeys(OF_STRATEGIES, "Deployment"), HOOK: "Job", OF: "Job"}
KNOWN = (AFTER, PRUNE, DRIFT, *_FOR_ONE_KIND)
_ANNOTATIONS: Loc = ("metadata", "annotations")


@dataclass(frozen=True, slots=True)
class Ours:
    after: tuple[Dependency, ...]
    prune: Prune
    drift: DriftPolicy | None


def ours(metadata: Metadata, findings: Findings) -> Ours:
    given = metadata.annotations
    place: Loc = (*_ANNOTATIONS, AFTER)
    named = [(place, entry) for entry in listed(given.get(AFTER, ""))]
    return Ours(after(named, metadata.namespace, findings), _prune(given, findings), _drift(given, findings))


def passed_over(metadata: Metadata, kind: str, findings: Findings) -> None:
    """What would say nothing on an object of this kind."""
    for key in filter(_is_ours, metadata.annotations):
        place, only = (*_ANNOTATIONS, key), _FOR_ONE_KIND.get(key, kind)
        if key not in KNOWN:
            findings.error(place, "is no annotation that anybody reads", meant(key, KNOWN), key=True)
        elif only != kind:
            findings.error(place, f"is for a {only}, and says nothing on a {kind}", key=True)


def passed_over_on_pods(metadata: TemplateMetadata | None, loc: Loc, findings: Findings) -> None:
    """What stands on a template, and is read on the object around it."""
    for key in filter(_is_ours, metadata.annotations if metadata else ()):
        place, hint = (*loc, "annotations", key), "write it into the metadata at the top"
        findings.error(place, "says nothing on the pods of a template", hint, key=True)


def written_by_us(labels: Mapping[str, str], loc: Loc, findings: Findings) -> None:
    """Labels of pods that would be lost below those that tell whose a container is."""
    for key in filter(_is_ours, labels):
        findings.error((*loc, key), "such labels are kept for Pullet, which writes them itself", key=True)


def _is_ours(key: str) -> bool:
    return key.startswith(OURS)


def _prune(given: Mapping[str, str], findings: Findings) -> Prune:
    """What becomes of what stands when it is no longer declared; it stays where that is not clear."""
    said = given.get(PRUNE, "true")
    found = next((one for one in get_args(Prune) if one == said), None)
    if found is None:
        hint = 'write "false" to keep what stands when it is no longer declared, "volumes" to remove its volumes, too'
        findings.error((*_ANNOTATIONS, PRUNE), 'must be "true", "false" or "volumes"', hint)
    return found or "false"


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
