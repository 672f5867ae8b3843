"""What a service's `x-pullet` says of how it is replaced."""

from __future__ import annotations

from typing import Any

from pullet.manifests.compose.deployment import Check, OfService
from pullet.manifests.problems import Findings
from pullet.manifests.strategy import Asked, Checks, strategy
from pullet.manifests.yamldoc import Loc
from pullet.model.inspection import Inspection
from pullet.model.pod import Pod
from pullet.model.replacement import BlueGreen, Canary

_PLACE: Loc = ("x-pullet",)
_CHECK: Loc = (*_PLACE, "check")


def asked_for(said: OfService, pod: Pod, findings: Findings) -> BlueGreen | Canary | None:
    """None where it asks for nothing, or for nothing that is valid."""
    words: dict[str, Any] = {
        "strategy": said.strategy,
        "promotion": said.promotion,
        "promoted": said.promoted,
    }
    given = {word: value for word, value in words.items() if value is not None}
    there = [*given, *(word for word in ("steps", "check") if getattr(said, word) is not None)]
    steps = [((*_PLACE, "steps", at), one) for at, one in enumerate(said.steps or ())]
    check = _check(said.check, findings) if said.check else None
    return strategy(Asked(given, {word: (*_PLACE, word) for word in there}, steps, check), pod, findings)


def _check(said: Check, findings: Findings) -> Inspection | None:
    checks = Checks(findings)
    if (said.exec is None) == (said.http is None):
        findings.error(_CHECK, "must have exactly one of exec and http")
        return None
    if said.http is not None:
        return checks.query(said.http, said.expect, (*_CHECK, "http"), (*_CHECK, "expect"))
    if said.expect is not None:
        findings.error((*_CHECK, "expect"), "says nothing of a command, which succeeds with exit code 0")
    place: Loc = (*_CHECK, "exec")
    if isinstance(said.exec, list) and not all(isinstance(word, str) for word in said.exec):
        findings.error(place, "must be text, or a list of texts", "write each word in quotes")
        return None
    if not isinstance(said.exec, str | list):
        findings.error(place, "must be text, or a list of texts")
        return None
    return checks.command(said.exec, place)
