"""What the ledger remembers, and what becomes of it when the disk or a hand harms it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pullet.ledger import KEEP, Ledger, read_ledger
from pullet.model.errors import Refused
from pullet.model.memory import Followed, Memory
from pullet.model.report import State
from pullet.model.snapshot import Revision
from tests.lab.reporting import CONVERGED

FIRST = Revision(CONVERGED.commit, "Start the fleet")


def test_a_revision_and_what_came_of_it(tmp_path: Path) -> None:
    """First it is seen, then its state is known; another process reads the same."""
    ledger = Ledger(tmp_path)
    ledger.follow(FIRST, 998.0)
    assert ledger.read().last == Followed(FIRST.commit, "Start the fleet", 998.0, "progressing", 998.0)
    ledger.record(CONVERGED)
    expected = Followed(FIRST.commit, "Start the fleet", 998.0, "converged", 1000.0)
    assert ledger.read() == Ledger(tmp_path).read() == read_ledger(tmp_path) == Memory((expected,))


def test_following_the_same_revision_again_is_no_news(tmp_path: Path) -> None:
    """When it was first seen stays."""
    ledger = Ledger(tmp_path)
    ledger.follow(FIRST, 1.0)
    ledger.follow(FIRST, 2.0)
    assert [one.seen for one in ledger.read().followed] == [1.0]


def test_a_revision_comes_back(tmp_path: Path) -> None:
    """A branch that was set back to an older commit follows it a second time."""
    ledger = Ledger(tmp_path)
    for at, commit in enumerate(("a", "b", "a")):
        ledger.follow(Revision(commit), at)
    assert [one.commit for one in ledger.read().followed] == ["a", "b", "a"]


def test_no_revision_is_not_remembered(tmp_path: Path) -> None:
    """An empty repository leaves no trace."""
    Ledger(tmp_path).follow(Revision(""), 1.0)
    assert list(tmp_path.iterdir()) == []


def test_a_report_of_another_revision_is_left_out(tmp_path: Path) -> None:
    """Only what is followed now can change its state."""
    ledger = Ledger(tmp_path)
    ledger.record(CONVERGED)
    ledger.follow(Revision("other"), 1.0)
    ledger.record(CONVERGED)
    assert [one.state for one in ledger.read().followed] == ["progressing"]


def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    """A report a tick, and the file stays the same one."""
    ledger = Ledger(tmp_path)
    ledger.follow(FIRST, 998.0)
    ledger.record(CONVERGED)
    before = (tmp_path / "ledger.json").stat().st_ino
    ledger.record(CONVERGED)
    assert (tmp_path / "ledger.json").stat().st_ino == before
    ledger.record(replace(CONVERGED, state=State.DEGRADED))
    assert (tmp_path / "ledger.json").stat().st_ino != before


def test_the_history_has_an_end(tmp_path: Path) -> None:
    """The oldest go first."""
    ledger = Ledger(tmp_path)
    for number in range(KEEP + 5):
        ledger.follow(Revision(f"{number:040x}"), number)
    assert [one.seen for one in Ledger(tmp_path).read().followed] == [float(at) for at in range(5, KEEP + 5)]


def test_a_crash_while_writing_leaves_the_old_one(tmp_path: Path) -> None:
    """The file is replaced as a whole: half a draft beside it means nothing."""
    Ledger(tmp_path).follow(FIRST, 1.0)
    (tmp_path / "ledger.new").write_text('{"followed": [')
    ledger = Ledger(tmp_path)
    assert ledger.read().last == Followed(FIRST.commit, FIRST.subject, 1.0, "progressing", 1.0)
    ledger.follow(Revision("b"), 2.0)
    assert len(read_ledger(tmp_path).followed) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"followed": [1]}',
        '{"followed": [{"commit": "a"}]}',
        '{"followed": [{"frob": 1}]}',
    ],
)
def test_a_damaged_ledger_is_put_aside(tmp_path: Path, text: str) -> None:
    """The agent begins a new one, says so, and loses nothing of the old; who only looks touches nothing."""
    (tmp_path / "ledger.json").write_text(text)
    with pytest.raises(Refused, match=r"ledger.json is damaged: .*puts it aside when it starts"):
        read_ledger(tmp_path)
    with capture_logs() as logs:
        assert Ledger(tmp_path).read() == Memory()
    assert [line["event"] for line in logs] == ["ledger_put_aside"]
    assert (tmp_path / "ledger.broken").read_text() == text
    assert not (tmp_path / "ledger.json").exists()


def test_a_state_directory_that_goes_away(tmp_path: Path) -> None:
    """One warning; the memory lives on, and is written when the directory is back."""
    state = tmp_path / "state"
    state.mkdir()
    ledger = Ledger(state)
    state.rmdir()
    with capture_logs() as logs:
        ledger.follow(Revision("a"), 1.0)
        ledger.follow(Revision("b"), 2.0)
    assert [line["event"] for line in logs] == ["ledger_not_written"]
    assert len(ledger.read().followed) == 2
    state.mkdir()
    ledger.follow(Revision("c"), 3.0)
    written = json.loads((state / "ledger.json").read_text())
    assert [one["commit"] for one in written["followed"]] == ["a", "b", "c"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_does_not_stop_the_loop(tmp_path: Path) -> None:
    """The write fails for real, and everything else goes on."""
    (tmp_path / "ledger.new").symlink_to("/dev/full")
    ledger = Ledger(tmp_path)
    with capture_logs() as logs:
        ledger.follow(FIRST, 1.0)
    assert "No space left" in logs[0]["because"]
    assert ledger.read().last is not None


def test_a_ledger_that_is_no_file(tmp_path: Path) -> None:
    """What the operating system says is passed on, with no traceback."""
    (tmp_path / "ledger.json").mkdir()
    for look in (read_ledger, Ledger):
        with pytest.raises(Refused, match=r"ledger.json cannot be read: Is a directory"):
            look(tmp_path)
