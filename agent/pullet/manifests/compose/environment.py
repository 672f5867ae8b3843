"""Variables and labels that stand in files of their own, brought to the service that names the files.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#env_file
"""

from __future__ import annotations

from collections import ChainMap

from pullet.manifests.compose import dotenv
from pullet.manifests.compose.gathering import Gathering, inside
from pullet.manifests.compose.kinds import entries_of
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.scalars import Wrong
from pullet.manifests.yamldoc import Loc
from pullet.model.problem import Origin

_FORMATS = frozenset({"", "raw"})


def with_files(name: str, service: Value, gathering: Gathering) -> Value:
    """What stands in the service itself is stronger than its files, and a later file than an earlier one."""
    data = dict(entries_of(service))
    own = data.get("environment")
    found: dict[str, Value] = {}
    for item in _items(data.pop("env_file", None)):
        known = _texts({**found, **_entries(own)})
        found.update(_variables(item, known, ("services", name, "env_file"), gathering))
    labels: dict[str, Value] = {}
    for item in _items(data.pop("label_file", None)):
        labels.update(_labels(item, ("services", name, "label_file"), gathering))
    for field, said in (("environment", found), ("labels", labels)):
        if said:
            like = data.get(field) or service
            data[field] = like.holding({**said, **_entries(data.get(field))})
    return service.holding(data)


def _variables(item: Value, known: dict[str, str], loc: Loc, gathering: Gathering) -> dict[str, Value]:
    words = entries_of(item)
    if "path" not in words:
        gathering.notes.error(item.origin, loc, "needs a path", "name the file")
        return {}
    required = "required" not in words or words["required"].data is not False
    style = str(words["format"].data) if "format" in words else ""
    if style not in _FORMATS:
        message, hint = f"has the format {style}, which is not known", "write raw, or nothing"
        gathering.notes.error(item.origin, loc, message, hint)
        return {}
    try:
        path = inside(str(words["path"].data))
        if not required and gathering.tree.identify(path) is None:
            return {}
        content = gathering.read(path)
    except Wrong as wrong:
        gathering.notes.wrong(item.origin, loc, wrong)
        return {}
    scope = gathering.scopes[int(str(words["scope"].data))].variables
    around = dict(ChainMap(dict(scope), known))
    said = dotenv.parse_raw(content) if style else dotenv.parse(content, around)
    return _values(path, said, around, loc, gathering)


def _labels(item: Value, loc: Loc, gathering: Gathering) -> dict[str, Value]:
    try:
        path = inside(str(item.data))
        said = dotenv.parse(gathering.read(path), {})
    except Wrong as wrong:
        gathering.notes.wrong(item.origin, loc, wrong)
        return {}
    return _values(path, said, {}, loc, gathering)


def _values(
    path: str, said: dotenv.Said, around: dict[str, str], loc: Loc, gathering: Gathering
) -> dict[str, Value]:
    for complaint in said.complaints:
        tell = gathering.notes.error if complaint.grave else gathering.notes.warn
        tell(Origin(path, complaint.line), loc, complaint.message, complaint.hint)
    found: dict[str, Value] = {}
    for one in said.assignments:
        value = around.get(one.name) if one.value is None else one.value
        if value is not None:
            origin = Origin(path, one.line)
            found[one.name] = Value(value, origin, origin)
    return found


def _items(value: Value | None) -> list[Value]:
    return value.data if value is not None and isinstance(value.data, list) else []


def _entries(value: Value | None) -> dict[str, Value]:
    return value.data if value is not None and isinstance(value.data, dict) else {}


def _texts(values: dict[str, Value]) -> dict[str, str]:
    return {name: value.data for name, value in values.items() if isinstance(value.data, str)}
