"""Our own annotations that say how a Deployment is replaced."""

from __future__ import annotations

from pullet.manifests.kubernetes.schema import Metadata
from pullet.manifests.problems import Findings
from pullet.manifests.strategy import Asked, Checks, strategy
from pullet.manifests.yamldoc import Loc
from pullet.model.inspection import Inspection
from pullet.model.pod import Pod
from pullet.model.replacement import BlueGreen, Canary

_ANNOTATIONS: Loc = ("metadata", "annotations")
_KEYS = {
    "strategy": "pullet.dev/strategy",
    "promotion": "pullet.dev/promotion",
    "promoted": "pullet.dev/promoted",
    "steps": "pullet.dev/canary-steps",
    "check": "pullet.dev/canary-check",
}
ANNOTATIONS = frozenset(_KEYS.values())
_CHECK = (
    'write "exec: COMMAND", or "http: URL" with an optional comparison behind it, as in "http: URL < 0.05"'
)


def annotated(metadata: Metadata, pod: Pod, findings: Findings) -> BlueGreen | Canary | None:
    """What a Deployment's annotations ask for; None where they ask for nothing, or for nothing that is valid."""
    given = {word: metadata.annotations[key] for word, key in _KEYS.items() if key in metadata.annotations}
    places = {word: _place(word) for word in given}
    steps = [(places["steps"], one.strip()) for one in given.get("steps", "").split(",") if one.strip()]
    check = _check(given["check"], findings) if "check" in given else None
    return strategy(Asked(given, places, steps, check), pod, findings)


def _place(word: str) -> Loc:
    return (*_ANNOTATIONS, _KEYS[word])


def _check(text: str, findings: Findings) -> Inspection | None:
    kind, colon, rest = (part.strip() for part in text.partition(":"))
    place, checks = _place("check"), Checks(findings)
    if kind == "exec" and colon:
        return checks.command(rest, place)
    if kind == "http" and colon and not rest.startswith("//"):
        url, _, expected = rest.partition(" ")
        return checks.query(url, expected.strip() or None, place, place)
    findings.error(place, "is no check", _CHECK)
    return None
