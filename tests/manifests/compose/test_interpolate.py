"""Variables in the values of Compose files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.manifests.compose.interpolate import LONGEST, BadTemplate, substitute

VARIABLES = {"FOO": "first", "EMPTY": "", "N": "1", "_u1": "under", "lower": "case"}

FORMS = [
    ("plain", "plain"),
    ("$FOO", "first"),
    ("${FOO}", "first"),
    ("$FOO-bar", "first-bar"),
    ("$FOObar", ""),
    ("a${FOO}b$N.c", "afirstb1.c"),
    ("$_u1 ${lower}", "under case"),
    ("$$FOO $$ $${FOO}", "$FOO $ ${FOO}"),
    ("$$$FOO", "$first"),
    ("${NO}", ""),
    ("${EMPTY}", ""),
    ("${NO:-d}", "d"),
    ("${NO-d}", "d"),
    ("${EMPTY:-d}", "d"),
    ("${EMPTY-d}", ""),
    ("${FOO:-d}", "first"),
    ("${FOO-d}", "first"),
    ("${FOO:?e}", "first"),
    ("${EMPTY?e}", ""),
    ("${FOO:+a}", "a"),
    ("${FOO+a}", "a"),
    ("${EMPTY:+a}", ""),
    ("${EMPTY+a}", "a"),
    ("${NO:+a}", ""),
    ("${NO+a}", ""),
    ("${NO:-}", ""),
    ("${NO:-/non:-alphanumeric}", "/non:-alphanumeric"),
    ("${NO-va:?lu+e}", "va:?lu+e"),
    ("${NO:-$FOO}", "first"),
    ("${NO:-${EMPTY:-${FOO}}}", "first"),
    ("${NO:-${FOO} ${N}}!", "first 1!"),
    ("${FOO:+${N:+x${N}}}", "x1"),
    ("${NO:-$$}", "$"),
    ('${NO:-{"a": 1}}', '{"a": 1}'),
    ("${FOO:-${NO:?never}}", "first"),
]

BAD = [
    "$",
    "5$",
    "${",
    "${}",
    "${ FOO}",
    "${FOO }",
    "${FOO!}",
    "${1}",
    "$1",
    "$}",
    "${FOO:}",
    "${FOO:-x",
    "${NO:-$}",
]


def replaced(text: str) -> tuple[str, list[str]]:
    missing: list[str] = []
    return substitute(text, VARIABLES, missing.append), missing


@pytest.mark.parametrize(("text", "value"), FORMS)
def test_every_form(text: str, value: str) -> None:
    """Every form of the specification, also inside each other."""
    assert replaced(text)[0] == value


@pytest.mark.parametrize("text", BAD)
def test_a_dollar_that_begins_no_variable(text: str) -> None:
    """It is an error that says how a dollar is written."""
    with pytest.raises(BadTemplate, match="has a \\$ that begins no variable") as caught:
        replaced(text)
    assert "$$" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${NO:?no ${FOO}}", "needs the variable NO: no first"),
        ("${EMPTY:?}", "needs the variable EMPTY"),
        ("${NO?m}", "needs the variable NO: m"),
    ],
)
def test_a_required_variable(text: str, said: str) -> None:
    """What its author says of it is told."""
    with pytest.raises(BadTemplate) as caught:
        replaced(text)
    assert str(caught.value) == said


def test_what_is_not_set_is_told() -> None:
    """Only where it leaves a gap."""
    assert replaced("$NO ${NOT} ${N:-$NEVER} ${NOPE-d} ${EMPTY}")[1] == ["NO", "NOT"]


def test_bombs() -> None:
    """Neither nesting nor repetition takes more than its bound."""
    with pytest.raises(BadTemplate, match="nested more than"):
        replaced("${NO:-" * 2000 + "}" * 2000)
    with pytest.raises(BadTemplate, match="more than 1 MiB"):
        substitute("$A" * 1000, {"A": "x" * (LONGEST // 100)}, lambda _name: None)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="$${}:-?+AFO1 \n", max_size=40) | st.text(max_size=20))
def test_any_text(text: str) -> None:
    """Whatever stands there, it is replaced or told."""
    try:
        done, _ = replaced(text)
    except BadTemplate:
        return
    assert "$" in text or done == text
