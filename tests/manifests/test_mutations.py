"""The applications of tests/e2e/apps, damaged: through both doors comes a workload or a problem, never anything else.

PULLET_MUTATIONS=100000 makes so many cases, half of each kind, and gives each a limit of time.
"""

from __future__ import annotations

import contextlib
import copy
import os
import re
import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pullet.manifests.reader import Reader
from pullet.model.catalog import Catalog
from pullet.model.snapshot import Revision, Snapshot
from tests.lab.apps import App, all_apps
from tests.lab.snapshots import file
from tests.manifests.compose.hand import Files

CASES = int(os.environ.get("PULLET_MUTATIONS", "600"))
TIMED = "PULLET_MUTATIONS" in os.environ
LONGEST = 0.1
"""Seconds of the processor that one case may take."""

_OBJECT = re.compile(r"^apiVersion: \S", re.MULTILINE).search
_KIND = re.compile(
    r"^kind: (Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController)$", re.MULTILINE
).search
Spot = tuple[Any, ...]
YAML = (".yaml", ".yml")

MANIFESTS = [(app, path) for app in all_apps() for path in app.files if path.endswith(YAML)]
FILES = [(app, path) for app in all_apps() for path in app.files]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(max_size=8)
    | st.text(alphabet="a$:{}()/-1.~%@ \n", max_size=12)
    | st.sampled_from(
        ["", "0", "-1", "1e99", "99999999999999999999", "${", "$(", "../..", "/", "\u0663", "1Gi", "5s"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=6,
)
PIECES = st.sampled_from(
    [
        "\t",
        ": ",
        "- ",
        "\n",
        "&a ",
        "*a",
        "<<: ",
        "{",
        "[",
        '"',
        "!!x ",
        "!reset ",
        "---\n",
        "\0",
        "\u2028",
        "%",
        "$",
    ]
)
ENOUGH = settings(
    max_examples=CASES // 2, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


REVISION = Revision("0" * 40)


@cache
def documents_of(text: str) -> tuple[Any, ...]:
    """Empty where a tag of Compose's own stands in it."""
    try:
        return tuple(yaml.safe_load_all(text))
    except yaml.YAMLError:
        return ()


@cache
def spots(text: str) -> tuple[Spot, ...]:
    """The way to every value of a file."""
    return tuple(_ways(list(documents_of(text)), ()))


def _ways(data: Any, way: Spot) -> Iterator[Spot]:
    match data:
        case dict():
            children: Iterable[tuple[Any, Any]] = data.items()
        case list():
            children = enumerate(data)
        case _:
            return
    for key, value in children:
        yield (*way, key)
        yield from _ways(value, (*way, key))


def at(data: Any, way: Spot) -> Any:
    for part in way:
        data = data[part]
    return data


PLACES = [(app, path, spot) for app, path in MANIFESTS for spot in spots(app.files[path])]
GRAFTS = st.sampled_from(PLACES).map(lambda one: at(documents_of(one[0].files[one[1]]), one[2]))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[App, str, str]:
    """One or two values of a manifest replaced, by any value or one from elsewhere, renamed, or taken away."""
    app, path, first = draw(st.sampled_from(PLACES))
    data = copy.deepcopy(list(documents_of(app.files[path])))
    second = draw(st.none() | st.sampled_from(spots(app.files[path])))
    for way in filter(None, (first, second)):
        with contextlib.suppress(KeyError, IndexError, TypeError):
            _damage(at(data, way[:-1]), way[-1], draw)
    return app, path, yaml.safe_dump_all(data, allow_unicode=True, sort_keys=False)


def _damage(parent: Any, key: Any, draw: st.DrawFn) -> None:
    match draw(st.sampled_from(["replace", "graft", "remove", "rename", "add"])):
        case "replace":
            parent[key] = draw(VALUES)
        case "graft":
            parent[key] = copy.deepcopy(draw(GRAFTS))
        case "remove":
            del parent[key]
        case "rename" if isinstance(parent, dict):
            parent[draw(st.text(max_size=6) | st.sampled_from(KEYS))] = parent.pop(key)
        case "add" if isinstance(parent, dict):
            parent[draw(st.sampled_from(KEYS))] = draw(VALUES | GRAFTS)
        case _ if isinstance(parent, list):
            parent.insert(0, copy.deepcopy(draw(GRAFTS)))


KEYS = sorted({part for _, _, way in PLACES for part in way if isinstance(part, str)})


def check(app: App, path: str, text: str) -> None:
    """Something comes of it, soon, and every problem stands at a place."""
    files = {**app.files, path: text}
    catalog, took = read(files)
    if took > LONGEST:  # perhaps only the machine was busy: the second time is the one that counts
        catalog, took = read(files)
    assert not TIMED or took < LONGEST, f"took {took:.3f} s"
    for problem in catalog.problems:
        lines = files[problem.origin.path].splitlines()
        assert 1 <= problem.origin.line <= len(lines) + 1, str(problem)
        assert problem.message
    assert catalog.workloads or catalog.problems or _says_nothing(files)


def read(files: dict[str, str]) -> tuple[Catalog, float]:
    found = tuple(file(name, text) for name, text in sorted(files.items()) if name.endswith(YAML))
    snapshot = Snapshot(REVISION, found, Files(files))
    begun = time.process_time()
    return Reader().read(snapshot), time.process_time() - begun


def _says_nothing(files: dict[str, str]) -> bool:
    """No document says any more that it is something which runs; a list may be empty, and services off."""
    documents = [
        part for path, text in files.items() if path.startswith("pods/") for part in text.split("---")
    ]
    return not any(_OBJECT(part) and _KIND(part) for part in documents)


def test_the_undamaged_ones() -> None:
    """Without damage there is no error in them."""
    for app, _ in MANIFESTS:
        catalog, _ = read(dict(app.files))
        assert catalog.errors == ()
        assert catalog.workloads


@ENOUGH
@given(damaged())
def test_damaged_values(case: tuple[App, str, str]) -> None:
    """Any value anywhere, and fields where they do not belong."""
    check(*case)


@ENOUGH
@given(st.sampled_from(FILES), st.integers(0, 5000), st.integers(0, 12), PIECES | st.text(max_size=5))
def test_damaged_text(which: tuple[App, str], begin: int, gone: int, new: str) -> None:
    """Any file of an application, also those that a manifest refers to, with a piece cut out and another put in."""
    app, path = which
    text = app.files[path]
    place = begin % (len(text) + 1)
    check(app, path, text[:place] + new + text[place + gone :])
