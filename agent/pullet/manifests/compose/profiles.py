"""Which services of a project are on, and what becomes of those that need one that is off.

https://github.com/compose-spec/compose-spec/blob/main/15-profiles.md
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from pullet.manifests.compose.kinds import PULLET, entries_of
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.notes import Notes
from pullet.manifests.problems import meant
from pullet.manifests.yamldoc import Loc
from pullet.model.problem import Problem

_ALL = "*"
_CONDITIONS = "write service_started, service_healthy or service_completed_successfully"


def active(project: Value, variables: Mapping[str, str], notes: Notes) -> frozenset[str]:
    """What `x-pullet: {profiles: […]}` and COMPOSE_PROFILES turn on together."""
    found = {name.strip() for name in variables.get("COMPOSE_PROFILES", "").split(",")} - {""}
    ours = entries_of(project).get(PULLET)
    wanted = ours.data.get("profiles") if ours is not None and isinstance(ours.data, dict) else None
    if wanted is None or wanted.data is None:
        return frozenset(found)
    items = wanted.data if isinstance(wanted.data, list) else [wanted]
    for item in items:
        if isinstance(item.data, str):
            found.add(item.data)
        else:
            notes.lose(Problem(item.origin, "must be a list of names of profiles", f"{PULLET}.profiles"))
    return frozenset(found)


def split(services: Mapping[str, Value], on: AbstractSet[str]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The services that are on, and those that are off."""
    off = {name: one for name, one in services.items() if not _is_on(one, on)}
    return {name: one for name, one in services.items() if name not in off}, off


def _is_on(service: Value, on: AbstractSet[str]) -> bool:
    names = profiles_of(service)
    return not names or _ALL in on or bool(on & set(names))


def profiles_of(service: Value) -> list[str]:
    found = entries_of(service).get("profiles")
    items = found.data if found is not None and isinstance(found.data, list) else []
    return [str(item.data) for item in items]


def with_needs(
    name: str, service: Value, on: Mapping[str, Value], off: Mapping[str, Value], notes: Notes
) -> Value:
    """Without what it would like and does not need; what it needs and cannot have is an error."""
    needs = entries_of(service).get("depends_on")
    if needs is None or not isinstance(needs.data, dict):
        return service
    place: Loc = ("services", name, "depends_on")
    kept: dict[str, Value] = {}
    for wanted, need in needs.data.items():
        words = entries_of(need)
        required = words.get("required")
        if wanted in on:
            kept[wanted] = need
            if "condition" not in words:
                notes.error(need.key or need.origin, (*place, wanted), "needs a condition", _CONDITIONS)
        elif ("services", wanted) in notes.flawed and wanted not in off:
            kept[wanted] = need
        elif required is None or required.data is not False:
            tell = notes.warn if notes.open and wanted not in off else notes.error
            tell(need.key or need.origin, (*place, wanted), *_why(wanted, on, off))
    return service.holding({**entries_of(service), "depends_on": needs.holding(kept)})


def _why(wanted: str, on: Mapping[str, Value], off: Mapping[str, Value]) -> tuple[str, str]:
    if wanted in off:
        names = " or ".join(profiles_of(off[wanted]))
        return (
            f"needs {wanted}, which is off",
            f"turn on the profile {names}: x-pullet: {{profiles: [{names}]}}",
        )
    return f"names the service {wanted}, which there is none of", meant(wanted, on)
