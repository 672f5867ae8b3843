"""Whatever stands in a file, a catalog comes of it."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.manifests.yamldoc import Document, documents
from tests.lab.snapshots import catalog
from tests.manifests.fullest import CONFIGURATION, FULLEST

TEXTS = [*FULLEST.values(), CONFIGURATION]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
)
PIECES = st.sampled_from(
    ["\t", ": ", "- ", "\n", "&a ", "*a", "<<: ", "{", "[", '"', "!!x ", "---\n", "\0", "\u2028", "%", "?"]
)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every (parent, key) below some data."""
    children = (
        list(data.items())
        if isinstance(data, dict)
        else list(enumerate(data))
        if isinstance(data, list)
        else []
    )
    return [pair for key, value in children for pair in ((data, key), *places(value))]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    """Bytes of any kind."""
    catalog(content)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 3000), st.integers(0, 10), PIECES | st.text(max_size=5))
def test_damaged_text(text: str, at: int, gone: int, new: str) -> None:
    """A manifest with a piece cut out and another put in."""
    place = at % len(text)
    catalog(text[:place] + new + text[place + gone :])


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 10_000), VALUES)
def test_damaged_values(text: str, choice: int, value: Any) -> None:
    """A manifest with any value anywhere; what is not sound is told with a place inside the file."""
    found = [part.data for part in documents("a.yaml", text.encode()) if isinstance(part, Document)]
    spots = places(found)
    parent, key = spots[choice % len(spots)]
    parent[key] = value
    damaged = yaml.safe_dump_all(found, allow_unicode=True)
    for problem in catalog(damaged).problems:
        assert 1 <= problem.origin.line <= len(damaged.splitlines()) + 1


BOMBS = {
    "fields": "".join(f"x{n}: 1\n" for n in range(10_000)),
    "labels": "".join(f"  x{n}: 1\n" for n in range(10_000)),
    "merges": "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}}}\n" for n in range(1, 400)),
}
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"


def test_tens_of_thousands_of_mistakes() -> None:
    """So many mistakes in one object are not all told, and cost no more than they should."""
    found = catalog(f"{POD}{BOMBS['fields']}")
    assert len(found.problems) == 101
    assert found.problems[0].message == "has more problems than are shown"
    assert catalog(f"{POD}labels:\n{BOMBS['labels']}").errors
    assert catalog(f"{BOMBS['merges']}{POD}spec: *a399\n").errors


def test_variables_that_multiply() -> None:
    """`$(NAME)` in each other cannot fill the memory."""
    rows = ["{name: A0, value: xxxxxxxxxx}"]
    rows += [f"{{name: A{n}, value: '{f'$(A{n - 1})' * 10}'}}" for n in range(1, 30)]
    spec = f"spec: {{containers: [{{name: c, image: i, env: [{', '.join(rows)}]}}]}}\n"
    (problem,) = catalog(POD + spec).problems
    assert str(problem) == (
        'a.yaml:1:1: error: the environment and command of the container "c" are more than 2 MiB (use a file)'
    )
