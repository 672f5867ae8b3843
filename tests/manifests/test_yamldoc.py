"""YAML as Kubernetes and Compose tools read it, with places."""

from __future__ import annotations

from typing import Any

import pytest

from pullet.manifests.yamldoc import Broken, Document, documents, dotted, load_one
from pullet.model.errors import Refused
from pullet.model.problem import Origin

SCALARS: list[tuple[str, object]] = [
    ("22:22", "22:22"),
    ("yes", "yes"),
    ("off", "off"),
    ("0644", 0o644),
    ("0o644", 0o644),
    ("-010", -8),
    ("0x1f", 31),
    ("0b11", 3),
    ("+5", 5),
    ("089", 89.0),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("-.INF", float("-inf")),
    ("2024-01-01", "2024-01-01"),
    ("1_000", "1_000"),
    ("1.2.3", "1.2.3"),
    ("~", None),
    ("null", None),
    ("", None),
    ("True", True),
    ("false", False),
    ('"12"', "12"),
    ("'~'", "~"),
    ("!!str 12", "12"),
    ('!!int "3"', 3),
    ("<<", "<<"),
    ("9" * 50, "9" * 50),
]

BROKEN = [
    ("a: 1\na: 2\n", 'f.yaml:2:1: error: the key "a" stands here a second time (it stands first on line 1)'),
    ("a: &x [*x]\n", "f.yaml:1:4: error: contains itself through an alias"),
    ("a: *x\n", ("f.yaml:1:4: error: is not valid YAML: found undefined alias "
        "(an anchor (&name) must stand before its alias (*name))")),
    ("\ta: 1\n", ("f.yaml:1:1: error: is not valid YAML: found character that cannot start any token "
        "(YAML is indented with spaces, not with tabs)")),
    ("a: b: c\n", ("f.yaml:1:5: error: is not valid YAML: mapping values are not allowed in this context "
        '(quote a value that contains ": ", or check the indentation)')),
    ('a: 1\nb: "x\n', "f.yaml:2:4: error: is not valid YAML: found unexpected end of stream"),
    ("a: 1\nb: x\x07\n", "f.yaml:2:5: error: the control character '\\x07' is not allowed in YAML"),
    ("[" * 5000, "f.yaml:1:100: error: is nested more than 100 levels deep"),
    ("{a: 1}: 2\n", ("f.yaml:1:1: error: a key must be text, not a mapping or a list "
        "(text that begins with { or [ needs quotes)")),
    ("a: !vault x\n", "f.yaml:1:4: error: the tag !vault is not supported"),
    ("a: !!int x\n", "f.yaml:1:4: error: is not what its tag !!int says"),
    ("{<<: 3}\n", "f.yaml:1:6: error: must be a mapping or a list of mappings, to be merged here"),
]  # fmt: skip


def only(text: str | bytes) -> Document | Broken:
    content = text if isinstance(text, bytes) else text.encode()
    (document,) = documents("f.yaml", content)
    return document


def data(text: str) -> Any:
    document = only(text)
    assert isinstance(document, Document)
    return document.data


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_plain_values(text: str, value: object) -> None:
    """A plain value means what Kubernetes and Compose tools take it for."""
    found = data(f"v: {text}\n")["v"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said[:40] for _, said in BROKEN])
def test_what_is_not_sound_is_told_with_its_place(text: str, said: str) -> None:
    """A document that is no sound YAML is one problem, where a person finds it."""
    broken = only(text)
    assert isinstance(broken, Broken)
    assert str(broken.problem) == said


def test_bytes_that_are_not_utf_8() -> None:
    """The first byte that is not UTF-8 is the place of the problem."""
    broken = only(b"a: 1\nb: x\xff\n")
    assert isinstance(broken, Broken)
    assert str(broken.problem) == "f.yaml:2:5: error: is not UTF-8 text (save the file as UTF-8)"


def test_merge_keys_and_anchors() -> None:
    """Own keys are stronger than merged ones, and earlier merged ones than later."""
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 0\n"
    assert data(text)["c"] == {"x": 0, "y": 1, "z": 2}


def test_an_anchor_given_again() -> None:
    """An alias stands for the last value before it that bore its name."""
    assert data("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n") == {"a": 1, "b": 1, "c": [2], "d": [2]}
    assert str(only("a: &x 1\nb: &x [*x]\n")).count("contains itself through an alias")


def test_an_alias_bomb_is_a_problem() -> None:
    """What a document would expand to is bounded without expanding it."""
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    broken = only("a0: &a0 [x]\n" + "\n".join(rows))
    assert isinstance(broken, Broken)
    assert "holds more than 100,000 values" in broken.problem.message


def test_one_broken_document_does_not_hide_the_others() -> None:
    """Documents are told apart before they are parsed."""
    kinds = [type(part) for part in documents("f.yaml", b"a: 1\n---\nb: [\n---\nc: 1\n--- # end\n")]
    assert kinds == [Document, Broken, Document]


def test_a_byte_order_mark_and_directives() -> None:
    """What editors and generators put before a document is no part of it."""
    assert data("\ufeff%YAML 1.1\n---\na: 1\n") == {"a": 1}


def test_locate() -> None:
    """Values, keys, items, merged values and what is missing are found in the file."""
    text = b"x: 1\n---\na: &a {d: 1}\ne:\n  <<: *a\n  f:\n    - 2\n    - g: 3\n"
    document = documents("f.yaml", text)[1]
    assert isinstance(document, Document)
    assert document.locate(("e", "f", 1, "g")) == Origin("f.yaml", 8, 10)
    assert document.locate(("e", "f", 1, "g"), key=True) == Origin("f.yaml", 8, 7)
    assert document.locate(("e", "d")) == Origin("f.yaml", 3, 11)
    assert document.locate(("e", "missing")) == Origin("f.yaml", 5, 3)
    assert document.locate(()) == Origin("f.yaml", 3, 1)


def test_dotted() -> None:
    """A place inside a document reads as people write it."""
    assert dotted(("spec", "containers", 0, "image")) == "spec.containers[0].image"
    assert dotted(("metadata", "labels", "a.b/c")) == "metadata.labels[a.b/c]"


def test_load_one() -> None:
    """A settings file is one sound document or none, else it is refused with the place."""
    assert load_one(b"a: 1\n", "f.yaml").data == {"a": 1}
    assert load_one(b"# nothing\n", "f.yaml").data is None
    with pytest.raises(Refused, match=r"f\.yaml:3:1: the file must hold one document"):
        load_one(b"a: 1\n---\nb: 1\n", "f.yaml")
    with pytest.raises(Refused, match=r"f\.yaml:2:1: the key"):
        load_one(b"a: 1\na: 1\n", "f.yaml")
