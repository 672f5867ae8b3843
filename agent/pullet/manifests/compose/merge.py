"""How one Compose file is laid over another, and a service over the one that it extends.

Both are in canonical form, so that one rule fits nearly everything: mappings entry by entry, lists one behind the
other. https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.parse import OVERRIDE, RESET
from pullet.manifests.yamldoc import Loc

_REPLACED = {("command",), ("entrypoint",), ("healthcheck", "test")}


def merge(base: Value | None, over: Value, loc: Loc = ()) -> Value:
    """`over` on top of `base`. What stays tagged removes or replaces what it may be laid over later."""
    if base is None or base.tag == RESET or over.tag in {RESET, OVERRIDE} or _inside(loc) in _REPLACED:
        return over
    match base.data, over.data:
        case dict() as below, dict() as above:
            if _inside(loc) == ("logging",) and _drivers_differ(below, above):
                return over
            merged = dict(below)
            for name, value in above.items():
                merged[name] = merge(below.get(name), value, (*loc, name))
            return Value(merged, over.origin, over.key, base.tag)
        case list() as first, list() as then:
            return Value([*first, *then], over.origin, over.key, base.tag)
    return over


def settled(value: Value, loc: Loc = ()) -> Value:
    """Without what was reset, and with each thing of a list once: the last of those that stand for the same."""
    match value.data:
        case dict() as entries:
            kept = {
                name: settled(entry, (*loc, name))
                if isinstance(entry.data, list | dict) or entry.tag
                else entry
                for name, entry in entries.items()
                if entry.tag != RESET
            }
            return Value(kept, value.origin, value.key)
        case list() as items:
            done = [settled(item, (*loc, index)) for index, item in enumerate(items)]
            return Value(_once(done, loc), value.origin, value.key)
    return Value(value.data, value.origin, value.key) if value.tag else value


def _inside(loc: Loc) -> Loc:
    """The place inside a service, empty elsewhere."""
    return loc[2:] if loc[:1] == ("services",) else ()


def _drivers_differ(below: dict[str, Value], above: dict[str, Value]) -> bool:
    drivers = [one["driver"].data for one in (below, above) if "driver" in one]
    return len(set(map(str, drivers))) > 1


def _once(items: list[Value], loc: Loc) -> list[Value]:
    inside = _inside(loc)
    if inside in _REPLACED or "command" in inside[-1:]:
        return items
    if loc[:1] == ("networks",) and loc[2:] == ("ipam", "config"):
        return _unique(items, _subnet, merging=True)
    return _unique(items, _KEYS.get(inside, _itself))


def _unique(items: Iterable[Value], key: Callable[[Value], object], *, merging: bool = False) -> list[Value]:
    found: dict[object, Value] = {}
    for index, item in enumerate(items):
        name = key(item)
        name = ("", index) if name is None else name
        found[name] = merge(found.get(name), item) if merging else item
    return list(found.values())


def _itself(item: Value) -> object:
    """Scalars are told apart by what they are, and mappings are all different."""
    return None if isinstance(item.data, dict | list) else (type(item.data), item.data)


def _field(item: Value, name: str, default: object = None) -> object:
    found = item.data.get(name) if isinstance(item.data, dict) else None
    return default if found is None or isinstance(found.data, dict | list) else found.data


def _subnet(item: Value) -> object:
    return _field(item, "subnet", "")


def _port(item: Value) -> object:
    names = {"host_ip": "0.0.0.0", "published": "", "target": "", "protocol": "tcp"}  # noqa: S104 - what none means
    return tuple(str(_field(item, name, default)) for name, default in names.items())


def _grant(directory: str) -> Callable[[Value], object]:
    return lambda item: _field(item, "target", f"{directory}/{_field(item, 'source')}")


_KEYS: dict[Loc, Callable[[Value], object]] = {
    ("volumes",): lambda item: _field(item, "target"),
    ("ports",): _port,
    ("configs",): _grant(""),
    ("secrets",): _grant("/run/secrets"),
    ("devices",): lambda item: _field(item, "target", _field(item, "name", _field(item, "source"))),
    ("env_file",): lambda item: _field(item, "path"),
    ("tmpfs",): lambda item: str(item.data).partition(":")[0],
}
