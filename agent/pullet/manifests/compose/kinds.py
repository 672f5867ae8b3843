"""What the grammar of Compose files is made of: kinds of values, and how each is brought into canonical form.

A kind makes a `Value` canonical, or raises Wrong. What is wrong inside a mapping or a list is told and left out there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pullet.manifests.compose import scalars
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.parse import RESET
from pullet.manifests.compose.place import Kind, Place, tried
from pullet.manifests.compose.scalars import Wrong
from pullet.manifests.compose.words import words
from pullet.manifests.problems import described

PULLET = "x-pullet"


def entries_of(value: Value) -> dict[str, Value]:
    if isinstance(value.data, dict):
        return value.data
    raise Wrong(f"must be a mapping, not {described(value.data)}")


def items_of(value: Value) -> list[Value]:
    if isinstance(value.data, list):
        return value.data
    raise Wrong(f"must be a list, not {described(value.data)}")


def string_of(value: Value) -> str:
    if isinstance(value.data, str):
        return value.data
    hint = "write it in quotes" if isinstance(value.data, bool | int | float) else ""
    raise Wrong(f"must be text, not {described(value.data)}", hint)


def made(data: Any, like: Value) -> Value:
    """Plain data that one value stands for: all of it stands where that value does."""
    if isinstance(data, dict):
        return Value({name: made(one, like) for name, one in data.items()}, like.origin, like.origin)
    if isinstance(data, list):
        return Value([made(one, like) for one in data], like.origin, like.origin)
    return Value(data, like.origin, like.origin)


def scalar(convert: Callable[[object], str | int | float | bool]) -> Kind:
    return lambda value, _place: value.holding(convert(value.data))


flag = scalar(scalars.flag)
whole = scalar(scalars.whole)
number = scalar(scalars.number)
size = scalar(scalars.size)
duration = scalar(scalars.duration)
microseconds = scalar(scalars.microseconds)
permissions = scalar(scalars.permissions)
printed = scalar(scalars.text)


def string(value: Value, _place: Place) -> Value:
    string_of(value)
    return value


def rest(value: Value, place: Place) -> Value:
    """What has one form only: as it is, without the keys that begin with x-."""
    if isinstance(value.data, dict):
        return fields({})(value, place)
    if isinstance(value.data, list):
        return listed(rest)(value, place)
    return value


def path(value: Value, place: Place) -> Value:
    return value.holding(place.scope.anchored(string_of(value)))


def fields(known: Mapping[str, Kind], *, nulls: frozenset[str] = frozenset()) -> Kind:
    """A mapping with certain keys. An empty value is as good as none, but where it is one of `nulls`."""

    def canonical(value: Value, place: Place) -> Value:
        done: dict[str, Value] = {}
        for name, entry in entries_of(value).items():
            if entry.tag == RESET:
                done[name] = entry.holding(None)
            elif (name.startswith("x-") and name != PULLET) or (entry.data is None and name not in nulls):
                continue
            elif (sound := tried(known.get(name, rest), entry, place.down(name))) is not None:
                done[name] = sound
        return value.holding(done)

    return canonical


def each(kind: Kind, *, extensions: bool = False) -> Kind:
    """A mapping whose keys are names that its author chose; an empty value is an empty mapping."""

    def canonical(value: Value, place: Place) -> Value:
        done: dict[str, Value] = {}
        for name, entry in entries_of(value).items():
            if extensions and name.startswith("x-"):
                continue
            if entry.tag == RESET:
                done[name] = entry.holding(None)
                continue
            full = entry.holding({}) if entry.data is None else entry
            if (sound := tried(kind, full, place.down(name))) is not None:
                done[name] = sound
        return value.holding(done)

    return canonical


def listed(kind: Kind, *, single: bool = False) -> Kind:
    """A list; with `single`, one entry of it may stand for the list."""

    def canonical(value: Value, place: Place) -> Value:
        if single and not isinstance(value.data, list):
            return Value([kind(replace(value, tag=""), place.down(0))], value.origin)
        done = (tried(kind, item, place.down(index)) for index, item in _kept(items_of(value)))
        return value.holding([item for item in done if item is not None])

    return canonical


def _kept(items: Iterable[Value]) -> Iterable[tuple[int, Value]]:
    return ((index, item) for index, item in enumerate(items) if item.tag != RESET)


texts = listed(string)
text_or_texts = listed(string, single=True)
printed_texts = listed(printed)


def filled_texts(value: Value, place: Place) -> Value:
    """Without the empty ones that variables without a value leave."""
    done = text_or_texts(value, place)
    return done.holding([item for item in items_of(done) if item.data != ""])


def said(value: Value, _place: Place) -> Value:
    """Anything but nothing: the specification wants an answer where the key stands."""
    if value.data is None:
        raise Wrong("must not be empty", "write its value, or leave the key out")
    return value


def table(*, empty: str | None = "", passed_on: bool = False) -> Kind:
    """Names with texts, as a mapping or as a list of NAME=text. With `passed_on`, no text means that of the project."""

    def canonical(value: Value, place: Place) -> Value:
        done: dict[str, Value] = {}
        pairs = _pairs(value, place) if isinstance(value.data, list) else entries_of(value)
        for name, entry in pairs.items():
            if entry.tag == RESET:
                done[name] = entry.holding(None)
            elif entry.data is None:
                known = place.scope.variables.get(name) if passed_on else None
                done[name] = entry.holding(empty if known is None else known)
            elif (sound := tried(printed, entry, place.down(name))) is not None:
                done[name] = sound
        return value.holding(done)

    return canonical


def _pairs(value: Value, place: Place) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for index, item in _kept(items_of(value)):
        here = place.down(index)
        if not isinstance(item.data, str) or not item.data.partition("=")[0]:
            here.error(item, "must be text of the form NAME=value", "write it in quotes")
            continue
        name, sign, text = item.data.partition("=")
        found[name] = Value(text if sign else None, item.origin, item.origin)
    return found


def options(value: Value, place: Place) -> Value:
    """Names with texts, as a mapping only."""
    entries_of(value)
    return table()(value, place)


def command(value: Value, place: Place) -> Value:
    """Words; a text is cut into words; empty means that of the image."""
    if value.data is None:
        return value
    if isinstance(value.data, list):
        return texts(value, place)
    found, operator = words(string_of(value))
    if operator:
        place.warn(
            value,
            f"ends before {operator}, as no shell reads it and Compose ignores what follows",
            'write it as a list: ["sh", "-c", "…"]',
        )
    return made(found, value)


def test(value: Value, place: Place) -> Value:
    """https://github.com/compose-spec/compose-spec/blob/main/05-services.md#healthcheck"""
    if isinstance(value.data, str):
        return made(["CMD-SHELL", value.data], value)
    done = texts(value, place)
    first = items_of(done)[0].data if done.data else "NONE"
    if first not in {"NONE", "CMD", "CMD-SHELL"}:
        raise Wrong("must begin with CMD, CMD-SHELL or NONE", 'write ["CMD", …], or the command as one text')
    return done
