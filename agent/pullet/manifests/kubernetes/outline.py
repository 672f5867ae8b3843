"""The published schema in outline: names, types and required fields of kinds that are left out with a warning.

What has no meaning here must still be sound, as a slip in it is a slip in any cluster. The shapes of this room cover
the kinds that are read; a test compares them with the same outlines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pullet.manifests.problems import Findings, described, meant
from pullet.manifests.schema import Shape, Verdict, verdict
from pullet.manifests.yamldoc import Loc

OUTLINES = Path(__file__).with_name("outlines.json")

_UNREAD = frozenset({Verdict.WARNED, Verdict.IGNORED})
_CONTAINER = re.compile(r"(list|dict)[\[(](?:str, )?(.+)[\])]")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "datetime": "text",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "datetime": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
}


class Model(NamedTuple):
    """Types by name, and what must be there."""

    fields: Mapping[str, str]
    required: frozenset[str]


@cache
def _published() -> tuple[Mapping[str, str], Mapping[str, Model]]:
    found = json.loads(OUTLINES.read_text(encoding="utf-8"))
    models = {
        name: Model(model["fields"], frozenset(model.get("required", ())))
        for name, model in found["models"].items()
    }
    return found["kinds"], models


def model(name: str) -> Model | None:
    """A type of the published schema by its name there."""
    return _published()[1].get(name)


def root(api_version: str, kind: str) -> str | None:
    """The name of a kind's type."""
    return _published()[0].get(f"{api_version} {kind}")


def check(api_version: str, kind: str, data: Any, findings: Findings) -> None:
    """Findings for every field that the published schema does not know, lacks, or types otherwise."""
    name = root(api_version, kind)
    if name is not None:
        check_as(name, data, (), findings)


def check_as(kind: str, value: Any, loc: Loc, findings: Findings) -> None:
    """Findings for a value at `loc` that is not of the published type `kind`, such as `list[V1EnvVar]`."""
    container = _CONTAINER.fullmatch(kind)
    if value is None or kind == "object":
        return
    if container is not None:
        _each(container[1], container[2], value, loc, findings)
    elif (known := model(kind)) is not None:
        _object(known, value, loc, findings)
    elif kind in _TYPES and not (
        isinstance(value, _TYPES[kind]) and (kind == "bool") == isinstance(value, bool)
    ):
        findings.error(loc, f"must be {_WORDS[kind]}, not {described(value)}")


def _each(container: str, inside: str, value: Any, loc: Loc, findings: Findings) -> None:
    wanted = list if container == "list" else dict
    if not isinstance(value, wanted):
        findings.error(loc, f"must be {'a list' if wanted is list else 'a mapping'}, not {described(value)}")
        return
    for key, item in enumerate(value) if isinstance(value, list) else value.items():
        check_as(inside, item, (*loc, key), findings)


def _object(known: Model, value: Any, loc: Loc, findings: Findings) -> None:
    if not isinstance(value, dict):
        findings.error(loc, f"must be a mapping, not {described(value)}")
        return
    for name in sorted(known.required):
        if value.get(name) is None:
            findings.error((*loc, name), "is required")
    for name, inside in value.items():
        kind = known.fields.get(str(name))
        if kind is None:
            findings.error((*loc, str(name)), "unknown field", meant(str(name), known.fields), key=True)
        else:
            check_as(kind, inside, (*loc, name), findings)


def check_unread(shape: Shape, kind: str, loc: Loc, findings: Findings) -> None:
    """Findings for what the shape at `loc`, of the published type `kind`, takes without a look at it."""
    known = _published()[1][kind]
    for attribute in sorted(shape.model_fields_set):
        info, value = type(shape).model_fields[attribute], getattr(shape, attribute)
        name = info.alias or attribute
        if verdict(info) in _UNREAD and name in known.fields and not isinstance(value, Shape):
            check_as(known.fields[name], value, (*loc, name), findings)
