"""The attributes of Compose files that have a short and a long form, or a rule of their own.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

from dataclasses import replace

from pullet.manifests.compose import short
from pullet.manifests.compose.kinds import (
    each,
    entries_of,
    fields,
    flag,
    items_of,
    listed,
    made,
    options,
    path,
    permissions,
    printed,
    size,
    string_of,
    table,
    text_or_texts,
    texts,
    whole,
)
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.parse import RESET
from pullet.manifests.compose.place import Kind, Place, tried
from pullet.manifests.compose.scalars import Wrong
from pullet.manifests.problems import described

_REMOTE = ("http://", "https://", "ssh://", "git://", "git@", "github.com/", "oci://")


def security_option(value: Value, place: Place) -> Value:
    """A seccomp profile is a file; what follows any other kind is no path."""
    text = string_of(value)
    kind, mark, profile = text.partition("=" if "=" in text else ":")
    if kind != "seccomp" or profile in {"", "unconfined", "builtin"}:
        return value
    return value.holding(f"{kind}{mark}{place.scope.anchored(profile)}")


def either(long: Kind, expand: str) -> Kind:
    """A text is the value of the one field `expand` of the long form."""

    def canonical(value: Value, place: Place) -> Value:
        plain = isinstance(value.data, str)
        return long(made({expand: value.data}, value) if plain else value, place)

    return canonical


_long_port = fields({"target": whole, "published": printed})


def ports(value: Value, place: Place) -> Value:
    done: list[Value] = []
    for index, item in enumerate(items_of(value)):
        here = place.down(index)
        if item.tag == RESET:
            continue
        try:
            done += _port(item, here)
        except Wrong as wrong:
            here.error(item, str(wrong), wrong.hint)
        if len(done) > short.MOST_PORTS:
            raise Wrong(f"are more than {short.MOST_PORTS:,}")
    return value.holding(done)


def _port(item: Value, place: Place) -> list[Value]:
    if isinstance(item.data, dict):
        return [_published(_long_port(item, place))]
    if isinstance(item.data, bool) or not isinstance(item.data, str | int):
        raise Wrong(f"must be a port, not {described(item.data)}", "write it in quotes")
    return [made(one, item) for one in short.ports(str(item.data))]


def _published(port: Value) -> Value:
    """A number, but for a range from which the engine is to choose."""
    data = entries_of(port)
    published = data.get("published")
    if published is None or not isinstance(published.data, str):
        return port
    begin, end = short.span(published.data)
    kept = {name: one for name, one in data.items() if name != "published"}
    if end:
        kept["published"] = published.holding(begin) if begin == end else published
    return port.holding(kept)


_long_volume = fields(
    {
        "read_only": flag,
        "bind": fields({"create_host_path": flag}),
        "volume": fields({"nocopy": flag, "labels": table()}),
        "tmpfs": fields({"size": size, "mode": permissions}),
    }
)


def volume(value: Value, place: Place) -> Value:
    plain = isinstance(value.data, str)
    done = _long_volume(made(short.volume(string_of(value)), value) if plain else value, place)
    data = entries_of(done)
    source = data.get("source")
    if "type" not in data:
        raise Wrong("needs a type", "write type: volume, bind or tmpfs")
    if data["type"].data == "bind":
        if source is None:
            raise Wrong("needs a source", "name the path to mount")
        data["source"] = replace(path(source, place), key=source.key)
    return done


def device(value: Value, place: Place) -> Value:
    if isinstance(value.data, str):
        return made(short.device(value.data), value)
    done = fields({})(value, place)
    if "source" not in entries_of(done):
        raise Wrong("needs a source", "name the device of the node")
    return done


grants = listed(either(fields({"mode": permissions}), "source"))
blkio_rate = listed(fields({"rate": size}))
blkio_count = listed(fields({"rate": whole}))


def _named(value: Value, long: Kind, filled: dict[str, object], place: Place) -> Value:
    """A list of names is a mapping whose values are `filled`."""
    if not isinstance(value.data, list):
        return long(value, place)
    found: dict[str, Value] = {}
    for index, item in enumerate(value.data):
        if item.tag != RESET and (
            name := tried(lambda one, _: one.holding(string_of(one)), item, place.down(index))
        ):
            found[str(name.data)] = made(filled, item)
    return value.holding(found)


def depends_on(value: Value, place: Place) -> Value:
    return _named(value, each(_need), {"condition": "service_started", "required": True}, place)


def _need(value: Value, place: Place) -> Value:
    return fields({"restart": flag, "required": flag})(value, place)


_network = fields(
    {
        "aliases": texts,
        "link_local_ips": texts,
        "driver_opts": options,
        "priority": whole,
        "gw_priority": whole,
    }
)


def networks(value: Value, place: Place) -> Value:
    return _named(value, each(_network), {}, place)


def extra_hosts(value: Value, place: Place) -> Value:
    """A name may have several addresses."""
    found: dict[str, Value] = {}
    if isinstance(value.data, list):
        for index, item in enumerate(value.data):
            name, address = _host(item, place.down(index))
            if name:
                known = found.get(name)
                before = known.data if known is not None and isinstance(known.data, list) else []
                found[name] = Value([*before, made(address, item)], item.origin, item.origin)
        return value.holding(found)
    for name, entry in entries_of(value).items():
        done = tried(text_or_texts, entry, place.down(name)) if entry.tag != RESET else entry
        if done is not None:
            found[name] = (
                done if not isinstance(done.data, list) else done.holding([_bare(one) for one in done.data])
            )
    return value.holding(found)


def _host(item: Value, place: Place) -> tuple[str, str]:
    text = item.data if isinstance(item.data, str) else ""
    name, sign, address = text.partition("=" if "=" in text else ":")
    if item.tag != RESET and not (sign and name and address):
        place.error(item, "must be a name and its address", "write NAME=ADDRESS")
        return "", ""
    return name, address.removeprefix("[").removesuffix("]")


def _bare(address: Value) -> Value:
    return address.holding(str(address.data).removeprefix("[").removesuffix("]"))


def context(value: Value, place: Place) -> Value:
    remote = string_of(value).startswith(_REMOTE) or "://" in string_of(value)
    return value if remote else path(value, place)


def _ulimit(value: Value, place: Place) -> Value:
    if not isinstance(value.data, dict):
        limit = whole(value, place).data
        return made({"soft": limit, "hard": limit}, value)
    return fields({"soft": whole, "hard": whole})(value, place)


ulimits = each(_ulimit)


def _count(value: Value, place: Place) -> Value:
    return value if value.data == "all" else whole(value, place)


request = fields({"capabilities": texts, "count": _count, "device_ids": texts, "options": table()})


def gpus(value: Value, place: Place) -> Value:
    if value.data == "all":
        return made([{"capabilities": ["gpu"], "count": "all"}], value)
    return listed(request)(value, place)


def env_file(value: Value, place: Place) -> Value:
    """With the number of the scope whose variables its text may use."""
    done = listed(either(fields({"path": path, "required": flag}), "path"), single=True)(value, place)
    for item in items_of(done):
        entries_of(item)["scope"] = Value(place.scope.number, item.origin)
    return done


def label_file(value: Value, place: Place) -> Value:
    return listed(path, single=True)(value, place)


def external(long: Kind) -> Kind:
    """What may be there already; a name inside `external` is how older files give it."""

    def canonical(value: Value, place: Place) -> Value:
        data = dict(entries_of(value))
        external = data.get("external")
        if external is not None and isinstance(external.data, dict):
            data["external"] = external.holding(True)
            if "name" in external.data:
                data["name"] = external.data["name"]
        elif external is not None and external.tag != RESET:
            sound = tried(flag, external, place.down("external"))
            data = {**data, "external": sound} if sound is not None else data
        return long(value.holding(data), place)

    return canonical


def volume_options(value: Value, place: Place) -> Value:
    """The device of a bind may be a relative path."""
    done = options(value, place)
    data = entries_of(done)
    device = data.get("device")
    bind = "o" in data and "bind" in str(data["o"].data).split(",")
    if bind and device is not None and isinstance(device.data, str):
        data["device"] = replace(path(device, place), key=device.key)
    return done
