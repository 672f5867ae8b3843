"""The text of a note, and what in it is news."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pullet.model.errors import Refused
from pullet.model.problem import Origin, Problem
from pullet.model.report import Report, State, WorkloadReport
from pullet.repo.notes import meaning, note_text, parse_note

WEB = WorkloadReport(State.CONVERGED, 2, 2, "abc", "fine:\n\n  # two of them")
REPORT = Report(
    "edge-1",
    "c" * 40,
    State.CONVERGED,
    1_700_000_000,
    2.44,
    workloads={"shop/Deployment/web": WEB},
    problems=(Problem(Origin("a.yaml", 3, 5), "no such field", hint="“image”?"),),
)


def test_note_begins_with_a_line_for_people() -> None:
    """First the headline, then a blank line, then YAML in the order of the contract."""
    first, blank, *rest = note_text(REPORT).splitlines()
    assert first == "edge-1: converged, 2 of 2 instances ready, 2.4s"
    assert blank == ""
    assert [line.partition(":")[0] for line in rest if line[0].isalpha()] == [
        "node",
        "commit",
        "state",
        "since",
        "workloads",
        "problems",
    ]


def test_message_of_several_lines_leaves_one_headline() -> None:
    """The first line stays one line whatever the message is."""
    text = note_text(replace(REPORT, message="one\n\ntwo"))
    assert text.splitlines()[0].endswith("one two")
    assert parse_note(text)["message"] == "one two"


def test_note_is_read_back_as_it_was_written() -> None:
    """Parsing gives the report's keys again, and the message that the first line ends with."""
    assert parse_note(note_text(REPORT)) == {**REPORT.note(), "message": ""}


@pytest.mark.parametrize(
    "text", ["", "hello", "a\n\n- b\n", "a\n\n{", "a\n\nnode: x\n", "a\n\n!!python/none x"]
)
def test_nonsense_is_refused(text: str) -> None:
    """What Pullet did not write is refused, not guessed at."""
    with pytest.raises(Refused, match="is not a note"):
        parse_note(text)


def test_numbers_that_come_and_go_are_no_news() -> None:
    """Ready counts, times and instances do not make a new note; states, hashes, messages and problems do."""
    same = replace(
        REPORT, since=5, took=9, fetched_at=7, workloads={"shop/Deployment/web": replace(WEB, ready=1)}
    )
    other = replace(REPORT, workloads={"shop/Deployment/web": replace(WEB, hash="def")})
    assert meaning(same.note()) == meaning(REPORT.note()) == meaning(parse_note(note_text(REPORT)))
    for changed in (other, replace(REPORT, state=State.DEGRADED), replace(REPORT, problems=())):
        assert meaning(changed.note()) != meaning(REPORT.note())


def test_each_try_of_what_fails_is_no_news() -> None:
    """While a workload is degraded its reasons count and take turns; a note for each would be a heartbeat."""
    once, often = (
        replace(REPORT, workloads={"w": replace(WEB, state=State.DEGRADED, message=f"failed {count} times")})
        for count in (2, 3)
    )
    assert meaning(once.note()) == meaning(often.note())
    assert meaning(once.note()) != meaning(replace(REPORT, workloads={"w": WEB}).note())
