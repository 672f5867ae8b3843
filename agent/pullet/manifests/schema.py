"""What the shapes of every door are made of: one source for validation, messages and the reference.

Each field is honoured, accepted with a warning, ignored in silence, or refused with a reason; its class and its
description are in the field itself. docs/reference/manifests.md is generated from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined

_ACRONYMS = {
    "api": "API",
    "io": "IO",
    "fqdn": "FQDN",
    "ip": "IP",
    "ips": "IPs",
    "cidr": "CIDR",
    "cidrs": "CIDRs",
    "id": "ID",
    "ipc": "IPC",
    "pid": "PID",
}
_VERDICT = "verdict"
_HINT = "hint"
_SILENT = "silent"


class Verdict(StrEnum):
    HONOURED = "honoured"
    LATER = "read and checked, not acted upon yet"
    WARNED = "accepted with a warning"
    IGNORED = "ignored"
    REFUSED = "refused"


def camel(name: str) -> str:
    """`host_ip` as manifests write it: hostIP."""
    first, *rest = name.split("_")
    return first + "".join(_ACRONYMS.get(word) or word.capitalize() for word in rest)


class Shape(BaseModel):
    """One mapping of a manifest. A field that is null is a field that is not there, as in Kubernetes."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=camel, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            return {key: value for key, value in data.items() if value is not None}
        return data


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """What a validator raises: the message in plain words, and what to do."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "hint": hint})


def _field(verdict: Verdict, description: str, default: Any, **more: Any) -> Any:
    return Field(default, description=description, json_schema_extra={_VERDICT: verdict, **more})


def honoured(description: str, default: Any = PydanticUndefined) -> Any:
    """A field that is acted upon; one without a default is required."""
    return _field(Verdict.HONOURED, description, default)


def later(description: str, default: Any = PydanticUndefined) -> Any:
    """A field that arrives in the model in full, while what runs does not act upon it yet: one warning says so."""
    return _field(Verdict.LATER, description, default)


def warned(description: str, *, silent: tuple[Any, ...] = ()) -> Any:
    """A field that has no meaning outside a cluster: accepted, and said so. The description says what happens.

    `silent` are the values that say what is so anyhow, such as the default: no warning for them.
    """
    return _field(Verdict.WARNED, description, None, **{_SILENT: [*silent]})


def ignored(description: str) -> Any:
    """A field that says nothing about what should run, such as what a server has written into it."""
    return _field(Verdict.IGNORED, description, None)


def unsupported(reason: str, hint: str = "") -> Any:
    """A field of the type `Unsupported`: the reason and the hint stand in the message and in the reference."""
    return _field(Verdict.REFUSED, reason, None, **{_HINT: hint})


def _never(value: Any) -> Any:
    if value in ({}, [], "", False):
        return value
    raise PydanticCustomError("refused", "is refused")


Unsupported = Annotated[Any, AfterValidator(_never)]
"""The type of a field that is `unsupported`; an empty value says nothing and passes."""


def alternative(info: FieldInfo) -> str:
    """What a person can do instead."""
    extra = info.json_schema_extra
    return str(extra.get(_HINT, "")) if isinstance(extra, dict) else ""


def _says_nothing(info: FieldInfo, value: Any) -> bool:
    extra = info.json_schema_extra
    silent = extra.get(_SILENT) if isinstance(extra, dict) else None
    return isinstance(silent, list) and value in silent


def verdict(info: FieldInfo) -> Verdict:
    extra = info.json_schema_extra
    return Verdict(str(extra[_VERDICT])) if isinstance(extra, dict) else Verdict.HONOURED


def inner(annotation: Any) -> type[Shape] | None:
    """The shape inside `Shape | None`, `list[Shape]` or `dict[str, Shape]`."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((shape for part in get_args(annotation) if (shape := inner(part)) is not None), None)


def shape_at(shape: type[Shape], loc: tuple[str | int, ...]) -> type[Shape] | None:
    """The shape of the mapping that stands at `loc`; keys and indices that are no fields are stepped over."""
    current: type[Shape] | None = shape
    for part in loc:
        if current is None:
            return None
        info = fields(current).get(str(part))
        if info is not None:
            current = inner(info.annotation)
    return current


def fields(shape: type[Shape]) -> dict[str, FieldInfo]:
    """By the names that manifests use."""
    return {info.alias or name: info for name, info in shape.model_fields.items()}


def warnings(
    value: Any, loc: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], FieldInfo]]:
    """The fields below `value` that are set and accepted with a warning, or not acted upon yet."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from warnings(item, (*loc, index))
    if isinstance(value, dict):
        for key, item in value.items():
            yield from warnings(item, (*loc, key))
    if not isinstance(value, Shape):
        return
    table = _told(type(value))
    for attribute in sorted(value.model_fields_set):
        name, info, telling = table[attribute]
        inside = getattr(value, attribute)
        if telling and not _says_nothing(info, inside):
            yield (*loc, name), info
        if isinstance(inside, Shape | list | dict):
            yield from warnings(inside, (*loc, name))


@cache
def _told(shape: type[Shape]) -> dict[str, tuple[str, FieldInfo, bool]]:
    """By attribute: the name that manifests use, and whether there is something to tell of it."""
    telling = {Verdict.WARNED, Verdict.LATER}
    return {
        attribute: (info.alias or attribute, info, verdict(info) in telling)
        for attribute, info in shape.model_fields.items()
    }
