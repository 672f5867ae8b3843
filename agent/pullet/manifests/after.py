"""What a workload comes after by our own word: `pullet.dev/after` on an object, `x-pullet: {after: […]}` in Compose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pullet.manifests.kubernetes.kinds import KINDS
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.names import WorkloadName
from pullet.model.workload import Dependency

CONDITIONS = ("ready", "complete", "started")

_COMPOSE = "Service"
_ENDLESS = "CronJob"
_RUNNING = frozenset({_COMPOSE, *(kind.name for kind in KINDS.values() if kind.runs)} - {_ENDLESS})
_NAME = re.compile(r"(?:(?P<namespace>[a-z0-9_-]+)/)?(?P<kind>[A-Za-z]+)/(?P<name>[a-zA-Z0-9._-]+)").fullmatch
_HINT = "write namespace/Kind/name, or Kind/name for one of the same namespace"


def listed(text: str) -> list[str]:
    """The entries of an annotation, between commas and line ends."""
    return [entry for part in re.split("[,\\n]", text) if (entry := part.strip())]


def after(entries: Iterable[tuple[Loc, str]], namespace: str, findings: Findings) -> tuple[Dependency, ...]:
    """One for each entry, `ns/Kind/name` with the condition behind it, where it has one; each with its place."""
    found = {}
    for loc, text in entries:
        dependency = _dependency(text, namespace, loc, findings)
        if dependency is not None:
            found[dependency.workload] = dependency
    return tuple(found.values())


def named(text: str, namespace: str) -> WorkloadName | None:
    """The workload that is meant, None where the text is no name of one."""
    parts = _NAME(text.strip())
    return WorkloadName(parts["namespace"] or namespace, parts["kind"], parts["name"]) if parts else None


def _dependency(text: str, namespace: str, loc: Loc, findings: Findings) -> Dependency | None:
    name, _, condition = text.partition(" ")
    condition = condition.strip()
    parts = _NAME(name)
    if parts is None:
        findings.error(loc, f"{name} is not a workload's name", _HINT)
        return None
    kind = parts["kind"]
    if condition and condition not in CONDITIONS:
        hint = meant(condition, CONDITIONS) or f"write one of {', '.join(CONDITIONS)}"
        findings.error(loc, f"{condition} is nothing that {name} can come to", hint)
    elif kind == _ENDLESS:
        findings.error(loc, f"{name} has no end that could be waited for", "name a Job")
    elif kind not in _RUNNING:
        hint = meant(kind, _RUNNING) or f"write one of {', '.join(sorted(_RUNNING))}"
        findings.error(loc, f"{kind} is no kind of what runs", hint)
    else:
        workload = WorkloadName(parts["namespace"] or namespace, kind, parts["name"])
        return Dependency(workload, condition, origin=findings.origin(loc))
    return None
