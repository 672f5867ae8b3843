"""No honoured field is dropped on the way to the catalog, and the reference says what the schemas say."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from scripts import reference

from pullet.manifests.kubernetes.doors import shapes
from pullet.manifests.kubernetes.schema import Named, NamespaceMetadata
from pullet.manifests.schema import Shape, Verdict, fields, inner, verdict
from pullet.manifests.yamldoc import Document, documents
from pullet.model.catalog import Catalog
from tests.lab.snapshots import catalog
from tests.manifests.fullest import CONFIGURATION, FULLEST
from tests.manifests.fullkinds import FULL_KINDS

Loc = tuple[str | int, ...]

ALL = {**FULLEST, **FULL_KINDS}

ONLY_CHECKED = {("spec", "selector", "matchLabels"), ("spec", "selector", "matchExpressions"), ("type",)}
"""What says nothing new where it is right: without it there is one check less."""

ONLY_CHECKED_IN = {
    ("StatefulSet", "persistentVolumeClaimRetentionPolicy"),
    ("ReplicationController", "selector"),
    ("Job", "manualSelector"),
    ("Job", "managedBy"),
    ("Job", "podReplacementPolicy"),
    ("CronJob", "jobTemplate.metadata.labels"),
    ("CronJob", "jobTemplate.spec.podReplacementPolicy"),
}
"""The same in the spec of one kind."""

SAYS_THE_DEFAULT = {
    "protocol": {"TCP"},
    "type": {"RollingUpdate"},
    "namespace": {"default"},
    "recursiveReadOnly": {"IfPossible"},
    "supplementalGroupsPolicy": {"Merge"},
}


def leaves(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    children: Any = ()
    if isinstance(data, dict):
        children = data.items()
    elif isinstance(data, list):
        children = enumerate(data)
    else:
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


def parsed(text: str) -> list[Any]:
    return [part.data for part in documents("a.yaml", text.encode()) if isinstance(part, Document)]


def _dotted(loc: Loc) -> str:
    return ".".join(map(str, loc))


def cases() -> Iterator[Any]:
    for name, text in [*ALL.items(), ("Configuration", CONFIGURATION)]:
        for index, data in enumerate(parsed(text)):
            for loc, value in leaves(data):
                if (
                    loc[:3] in ONLY_CHECKED
                    or any(
                        name == kind and _dotted(loc).startswith(f"spec.{place}")
                        for kind, place in ONLY_CHECKED_IN
                    )
                    or loc in ONLY_CHECKED
                    or value in SAYS_THE_DEFAULT.get(str(loc[-1]), ())
                ):
                    continue
                yield pytest.param(name, index, loc, id=f"{name}-{index}-{'.'.join(map(str, loc))}")


def whole(name: str, documents_of_it: list[Any]) -> Catalog:
    text = "---\n".join(yaml.safe_dump(data, sort_keys=False) for data in documents_of_it)
    if name == "Configuration":
        return catalog(text, "a.yaml", deployment=FULLEST["Deployment"], pod=FULLEST["Binary"])
    return catalog(text, "a.yaml", configuration=CONFIGURATION)


@pytest.mark.parametrize(("name", "index", "loc"), list(cases()))
def test_every_leaf_is_read(name: str, index: int, loc: Loc) -> None:
    """Without it the catalog says something else."""
    before = parsed(CONFIGURATION if name == "Configuration" else ALL[name])
    after = [*before[:index], without(before[index], loc), *before[index + 1 :]]
    assert whole(name, before) != whole(name, after)


@pytest.mark.parametrize("name", sorted(FULLEST.keys() - {"Binary"}))
def test_the_fullest_manifests_are_clean(name: str) -> None:
    """Every honoured field may be used."""
    found = catalog(FULLEST[name], "a.yaml", configuration=CONFIGURATION).problems
    assert [str(problem) for problem in found if "does not act upon it yet" not in problem.message] == []


def used(shape: type[Shape], data: Any) -> Iterator[tuple[type[Shape], str]]:
    """The fields of every shape that some data uses."""
    for item in data if isinstance(data, list) else [data]:
        for name, info in fields(shape).items():
            if not isinstance(item, dict) or name not in item:
                continue
            yield shape, name
            inside = inner(info.annotation)
            if inside is not None:
                yield from used(inside, item[name])


def known(shape: type[Shape]) -> Iterator[tuple[type[Shape], str]]:
    for name, info in fields(shape).items():
        if verdict(info) in {Verdict.HONOURED, Verdict.LATER}:
            yield shape, name
            inside = inner(info.annotation)
            if inside is not None:
                yield from known(inside)


def test_the_fullest_manifests_use_every_honoured_field() -> None:
    """A field that is added to a schema has to be added to them, and so is seen to be read."""
    by_kind: dict[str, type[Shape]] = {shape.__name__: shape for shape in shapes()}
    texts = [*ALL.values(), CONFIGURATION]
    seen = {pair for text in texts for data in parsed(text) for pair in used(by_kind[data["kind"]], data)}
    missing = {
        (shape.__name__, name)
        for root in by_kind.values()
        for shape, name in known(root)
        if (shape, name) not in seen and shape is not NamespaceMetadata and not issubclass(shape, Named)
    }
    assert missing == set()


def test_the_reference_is_up_to_date() -> None:
    """docs/reference/manifests.md is what scripts/reference.py writes."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()
