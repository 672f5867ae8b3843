"""What .env and env files say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.manifests.compose.dotenv import Said, parse, parse_raw

LINES: list[tuple[str, dict[str, str | None]]] = [
    ("A=1", {"A": "1"}),
    ("A = 1 ", {"A": "1"}),
    ("A: yaml", {"A": "yaml"}),
    ("A=b=c", {"A": "b=c"}),
    ("A.B-C=1", {"A.B-C": "1"}),
    ("export A=1", {"A": "1"}),
    ("export\tA=1", {"A": "1"}),
    ("exportA=1", {"exportA": "1"}),
    ("A=", {"A": ""}),
    ("A=''", {"A": ""}),
    ("A", {"A": None}),
    ("A\nB=1", {"A": None, "B": "1"}),
    ("A=x # c", {"A": "x"}),
    ("A=x#y", {"A": "x#y"}),
    ("A=#c", {"A": ""}),
    ("# c\n\n  \t# d\nA=1\r\n", {"A": "1"}),
    ("\ufeffA=1", {"A": "1"}),
    ('A="x # y" # c', {"A": "x # y"}),
    ("A='x $B \\n'", {"A": "x $B \\n"}),
    ("A='it\\'s'", {"A": "it's"}),
    ('A="a\\nb\\t\\"c\\" \\\\"', {"A": 'a\nb\t"c" \\'}),
    ('A="\\$X \\${X}"', {"A": "$X ${X}"}),
    ('A="\\q"', {"A": "\\q"}),
    ('A="one\ntwo"\nB=2', {"A": "one\ntwo", "B": "2"}),
    ("A='one\ntwo'\nB=2", {"A": "one\ntwo", "B": "2"}),
    ('A="x" B="y"', {"A": "x", "B": "y"}),
    ("A=1\nB=$A${A}", {"A": "1", "B": "11"}),
    ('A=1\nB="<$A>"', {"A": "1", "B": "<1>"}),
    ("B=${C:-d}", {"B": "d"}),
    ("OUTER=own\nB=$OUTER", {"OUTER": "own", "B": "outer"}),
    ("A=1\nA=2\nB=$A", {"A": "2", "B": "2"}),
    ("1A=x\nB=1", {"B": "1"}),
    ("A=$$x", {"A": "$x"}),
    ("A=http://x?y=1&z", {"A": "http://x?y=1&z"}),
]


def values(said: Said) -> dict[str, str | None]:
    return {one.name: one.value for one in said.assignments}


@pytest.mark.parametrize(("text", "said"), LINES)
def test_every_form(text: str, said: dict[str, str | None]) -> None:
    """Names, quotes, comments, several lines, escapes and variables."""
    found = parse(text.encode(), {"OUTER": "outer"})
    assert (values(found), found.complaints) == (said, [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("A=1\nb c=2", 2, "is no variable"),
        ('\nA="x', 2, 'A begins with " and does not end with it'),
        ("A=1\n\nB=${NO:?why}", 3, "B needs the variable NO: why"),
        ('A="1\n2"\nB=$', 3, "B has a $ that begins no variable"),
        ("=x", 1, "is no variable"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, message: str) -> None:
    """A mistake does not hide what stands before it."""
    (complaint,) = parse(text.encode(), {}).complaints
    assert (complaint.line, complaint.message, complaint.grave) == (line, message, True)


def test_a_variable_that_is_not_set() -> None:
    """It counts as empty, and is worth a warning."""
    said = parse(b"\nA=<$NO>", {})
    assert values(said) == {"A": "<>"}
    assert [(one.line, one.grave) for one in said.complaints] == [(2, False)]


def test_lines() -> None:
    """Each variable knows its line, also behind one of several lines."""
    assert [one.line for one in parse(b"A=1\n# c\nB='x\ny'\nC=2", {}).assignments] == [1, 3, 5]


def test_a_bomb() -> None:
    """Variables that multiply each other end at a bound."""
    rows = "A0=xxxxxxxxxx\n" + "".join(f"A{n}={f'$A{n - 1}' * 10}\n" for n in range(1, 30))
    assert "more than 1 MiB" in parse(rows.encode(), {}).complaints[0].message


def test_the_raw_format() -> None:
    """Everything behind the first equals sign counts as it stands."""
    said = parse_raw(b"# c\nA='x' # y\n  B=$A\nC\nD= 1 \r\n")
    assert values(said) == {"A": "'x' # y", "B": "$A", "C": None, "D": " 1 "}
    assert [one.line for one in parse_raw(b"A B=1\n=x\n").complaints] == [1, 2]


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="A=\"'\\$#{}: \n\texport", max_size=60).map(str.encode))
def test_any_bytes(content: bytes) -> None:
    """Whatever stands there, it is read or told."""
    for said in (parse(content, {}), parse_raw(content)):
        lines = content.decode(errors="replace").count("\n") + 1
        assert all(1 <= one.line <= lines for one in said.assignments)
        assert all(1 <= one.line <= lines for one in said.complaints)
