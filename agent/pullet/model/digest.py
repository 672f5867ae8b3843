"""The hash of a specification: the same for the same meaning, on every node and in every version of Pullet.

A field at its default is left out, so that a field which a later version adds changes no hash, and an upgrade of the
agent replaces no container. Names of classes and fields are part of the hash: renaming one replaces what uses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from pullet.model.names import WorkloadName


def digest(specification: object) -> str:
    """16 hexadecimal digits over a tree of frozen dataclasses."""
    canonical = json.dumps(_plain(specification), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        given = {field: getattr(value, field.name) for field in fields(value)}
        said = {field.name: _plain(one) for field, one in given.items() if not _is_default(field, one)}
        return {"": type(value).__name__, **said}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, WorkloadName):
        return {"": "WorkloadName", **value._asdict()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return {"": "bytes", "sha256": hashlib.sha256(value).hexdigest()}
    if isinstance(value, frozenset):
        return sorted(json.dumps(_plain(inner), sort_keys=True) for inner in value)
    return value


def _is_default(field: Field[Any], value: object) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default) and type(value) is type(field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())
