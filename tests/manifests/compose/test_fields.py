"""No honoured field of a Compose file is dropped on the way to a workload."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from pullet.manifests.compose.convert import convert
from pullet.manifests.compose.schema import Project
from pullet.manifests.declared import Reading
from pullet.manifests.schema import Shape, Verdict, fields, inner, verdict
from tests.manifests.compose.fullest import ENVIRONMENT, FILES, FULLEST
from tests.manifests.compose.hand import errors, loaded, workloads

Loc = tuple[str | int, ...]

SAYS_THE_DEFAULT = {("volumes", "path", "driver"), ("volumes", "path", "driver_opts", "type")}
READ_WHILE_LOADING = {("name",)}


def leaves(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Values that hold no others, and mappings without entries."""
    children: Any = ()
    if isinstance(data, dict):
        children = data.items()
    elif isinstance(data, list):
        children = enumerate(data)
    if not children:
        yield loc, data
    for key, value in children:
        yield from leaves(value, (*loc, key))


def without(data: Any, loc: Loc) -> Any:
    rest = copy.deepcopy(data)
    parent = rest
    for part in loc[:-1]:
        parent = parent[part]
    del parent[loc[-1]]
    return rest


def whole(data: Any) -> Reading:
    return convert(loaded(yaml.safe_dump(data, sort_keys=False), FILES, ENVIRONMENT))


def said(reading: Reading) -> Any:
    """Everything but the places in the file."""
    found = {name: (one.pod, one.where, one.count, one) for name, one in workloads(reading).items()}
    plain = {
        name: [str(part) for part in (*parts[:3], parts[3].replacement, parts[3].node_selector)]
        + [str((parts[3].lifetime, parts[3].after, parts[3].min_ready, parts[3].kept, parts[3].drift))]
        + [str((parts[3].progress_deadline, parts[3].on_failure, parts[3].backward))]
        + [parts[0].digest()]
        for name, parts in found.items()
    }
    return plain, sorted((one.message, one.field) for one in reading.problems)


def cases() -> Iterator[Any]:
    for loc, _ in leaves(yaml.safe_load(FULLEST)):
        if loc not in SAYS_THE_DEFAULT | READ_WHILE_LOADING:
            yield pytest.param(loc, id=".".join(map(str, loc)))


def test_the_fullest_project_is_valid() -> None:
    """Every honoured field may be used."""
    reading = whole(yaml.safe_load(FULLEST))
    assert errors(reading) == []
    assert sorted(workloads(reading)) == ["db", "inline", "migrate", "web"]


@pytest.mark.parametrize("loc", list(cases()))
def test_every_leaf_is_read(loc: Loc) -> None:
    """Without it the project says something else."""
    data = yaml.safe_load(FULLEST)
    assert said(whole(data)) != said(whole(without(data, loc)))


def used(shape: type[Shape], data: Any) -> Iterator[tuple[type[Shape], str]]:
    """The fields of every shape that some data uses."""
    for item in data if isinstance(data, list) else [data]:
        for name, info in fields(shape).items():
            if isinstance(item, dict) and name in item:
                yield shape, name
                if (inside := inner(info.annotation)) is not None:
                    yield from used_below(inside, item[name], info.annotation)


def used_below(shape: type[Shape], data: Any, annotation: Any) -> Iterator[tuple[type[Shape], str]]:
    if isinstance(data, dict) and "dict[" in str(annotation):
        data = list(data.values())
    yield from used(shape, data)


def known(shape: type[Shape]) -> Iterator[tuple[type[Shape], str]]:
    for name, info in fields(shape).items():
        if verdict(info) is Verdict.HONOURED:
            yield shape, name
            if (inside := inner(info.annotation)) is not None:
                yield from known(inside)


READ_BY_LOADING = {("Project", "include"), ("Toleration", "effect"), ("Toleration", "value")}
WITHOUT_CONSEQUENCE = {("BindOptions", "recursive")}
"""Only one value of it is accepted."""


def test_the_fullest_project_uses_every_honoured_field() -> None:
    """A field that is added to a shape has to be added to it, and so is seen to be read."""
    seen = set(used(Project, yaml.safe_load(FULLEST)))
    missing = {(shape.__name__, name) for shape, name in known(Project) if (shape, name) not in seen}
    assert missing - READ_BY_LOADING - WITHOUT_CONSEQUENCE == set()
