"""What the shapes of every door are made of: one source for validation, messages and the reference.

Each field is honoured, accepted with a warning, ignored in silence, or refused for now; its class and its
description are in the field itself. docs/reference/manifests.md is generated from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined

_ACRONYMS = {
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


class Verdict(StrEnum):
    HONOURED = "honoured"
    WARNED = "accepted with a warning"
    IGNORED = "ignored"
    REFUSED = "not supported yet"


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


def _field(verdict: Verdict, description: str, default: Any) -> Any:
    return Field(default, description=description, json_schema_extra={_VERDICT: verdict})


def honoured(description: str, default: Any = PydanticUndefined) -> Any:
    """A field that is acted upon; one without a default is required."""
    return _field(Verdict.HONOURED, description, default)


def warned(description: str) -> Any:
    """A field that has no meaning outside a cluster: accepted, and said so. The description says what happens."""
    return _field(Verdict.WARNED, description, None)


def ignored(description: str) -> Any:
    """A field that says nothing about what should run, such as what a server has written into it."""
    return _field(Verdict.IGNORED, description, None)


def not_yet(description: str) -> Any:
    """A field of the specification that would change what runs, and that nothing here acts upon so far."""
    return _field(Verdict.REFUSED, description, None)


def _refuse(value: Any) -> Any:
    if value in ({}, []):
        return value
    raise wrong("is not supported yet")


NotYet = Annotated[Any, AfterValidator(_refuse)]
"""The type of a field that is `not_yet`; an empty list or mapping says nothing and passes."""


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
    """The fields below `value` that are set and accepted with a warning."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from warnings(item, (*loc, index))
    if not isinstance(value, Shape):
        return
    for name in sorted(value.model_fields_set):
        info = type(value).model_fields[name]
        place = (*loc, info.alias or name)
        if verdict(info) is Verdict.WARNED:
            yield place, info
        yield from warnings(getattr(value, name), place)
