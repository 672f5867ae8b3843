"""Reports become notes on the remote, whatever stands in the way."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pullet.model.errors import Refused
from pullet.model.report import Report, State, WorkloadReport
from pullet.repo.fleet_notes import fleet_notes
from pullet.repo.mirror import Mirror
from pullet.repo.note_writer import NoteMode, NoteWriter
from pullet.repo.notes import parse_note
from tests.lab.git_servers import Work, git, git_daemon, http_server, ssh_key, ssh_server
from tests.lab.wait import eventually
from tests.repo.conftest import MirrorOf

WriterOf = Callable[..., NoteWriter]


@pytest.fixture
def writer_of() -> Iterator[WriterOf]:
    """Make a writer for a mirror that has fetched; it is stopped at the end."""
    made: list[NoteWriter] = []

    def make(mirror: Mirror, node: str = "edge-1", mode: NoteMode = "push") -> NoteWriter:
        mirror.fetch()
        made.append(NoteWriter(mirror, node, mode))
        return made[-1]

    yield make
    for writer in made:
        writer.stop()


def report(commit: str, state: State = State.CONVERGED, node: str = "edge-1", ready: int = 2) -> Report:
    web = WorkloadReport(state, ready, 2, "abc")
    return Report(node, commit, state, 1_700_000_000, 2.4, workloads={"shop/Deployment/web": web})


def note(repository: Path, commit: str, node: str = "edge-1") -> str:
    return git(repository, "notes", f"--ref=pullet/{node}", "show", commit)


def writings(repository: Path, node: str = "edge-1") -> int:
    return int(git(repository, "rev-list", "--count", f"refs/notes/pullet/{node}"))


def test_note_arrives_at_the_remote(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """A report becomes a note on its commit, as the node's own author, and the remote has it."""
    commit = work.deploy({"a.yaml": ""})
    writer = writer_of(mirror_of(work.bare))
    writer.publish(report(commit))
    assert writer.flush(10)
    assert note(work.bare, commit).startswith(
        "edge-1: converged, 2 of 2 instances ready, 2.4s\n\nnode: edge-1\n"
    )
    author = git(work.bare, "log", "-1", "--format=%an <%ae>", "refs/notes/pullet/edge-1")
    assert author == "pullet <pullet@edge-1>"
    assert "edge-1: converged" in git(work.bare, "log", "-1", "--notes=pullet/*", "main")


def test_note_is_replaced_and_the_old_one_kept_in_history(
    work: Work, mirror_of: MirrorOf, writer_of: WriterOf
) -> None:
    """A new state replaces the note of the commit; the reference's history has both."""
    commit = work.deploy({"a.yaml": ""})
    writer = writer_of(mirror_of(work.bare))
    for state in (State.PROGRESSING, State.CONVERGED):
        writer.publish(report(commit, state))
        assert writer.flush(10)
    assert parse_note(note(work.bare, commit))["state"] == "converged"
    assert writings(work.bare) == 2


def test_no_news_writes_nothing(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """Reports that differ in counts and times only leave the note as it is, also after a restart."""
    commit = work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare)
    for writer in (writer_of(mirror), writer_of(mirror)):
        for ready in (2, 1, 2):
            writer.publish(replace(report(commit, ready=ready), took=ready, since=ready))
            assert writer.flush(10)
    assert writings(work.bare) == 1


def test_newest_report_of_each_commit_wins(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """Reports that come faster than the remote takes notes are joined: the last of every commit arrives."""
    first = work.deploy({"a.yaml": "1"})
    second = work.deploy({"a.yaml": "2"})
    writer = writer_of(mirror_of(work.bare))
    for commit in (first, second):
        for _ in range(20):
            for state in (State.PROGRESSING, State.DEGRADED, State.CONVERGED):
                writer.publish(report(commit, state))
    assert writer.flush(20)
    assert [parse_note(note(work.bare, commit))["state"] for commit in (first, second)] == ["converged"] * 2
    assert writings(work.bare) < 30


def test_local_mode_pushes_nothing(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """With notes: local the note is in the mirror only; with off it is nowhere."""
    commit = work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare)
    for node, mode in (("here", "local"), ("nowhere", "off")):
        writer = writer_of(mirror, node, mode)
        writer.publish(report(commit, node=node))
        assert writer.flush(10)
    assert git(work.bare, "for-each-ref", "refs/notes") == ""
    assert (
        git(mirror.directory, "for-each-ref", "--format=%(refname)", "refs/notes") == "refs/notes/pullet/here"
    )


def test_refused_push_warns_once(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """A repository that takes no notes costs one warning; when it takes them, all that was written arrives."""
    first = work.deploy({"a.yaml": "1"})
    hook = work.bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no notes here\nexit 1\n")
    hook.chmod(0o755)
    mirror = mirror_of(work.bare)
    writer = writer_of(mirror)
    with capture_logs() as logs:
        for state in (State.PROGRESSING, State.DEGRADED, State.CONVERGED):
            writer.publish(report(first, state))
            assert writer.flush(10)
    warnings = [line for line in logs if line["log_level"] != "info"]
    assert [line["event"] for line in warnings] == ["note_not_pushed"]
    assert "pre-receive hook declined" in writer.error
    assert note(mirror.directory, first)
    hook.unlink()
    second = work.deploy({"a.yaml": "2"})
    mirror.fetch()
    writer.publish(report(second))
    assert writer.flush(10)
    assert writer.error == ""
    assert note(work.bare, first)
    assert note(work.bare, second)


def test_read_only_server_is_a_refusal(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """A token without the right to push is told apart from a server that is down."""
    commit = work.deploy({"a.yaml": ""})
    with http_server(work.bare.parent, writable=False) as url:
        writer = writer_of(mirror_of(f"{url}/{work.bare.name}"))
        writer.publish(report(commit))
        assert writer.flush(10)
    assert "status.notes: local" in writer.error


def test_server_away_is_tried_again(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """A note that cannot be pushed now is pushed when the server is back, without a new report."""
    commit = work.deploy({"a.yaml": ""})
    with http_server(work.bare.parent) as url:
        writer = writer_of(mirror_of(f"{url}/{work.bare.name}"))
    writer.publish(report(commit))
    eventually(lambda: writer.error)
    assert writer.flush(0) is False
    with http_server(work.bare.parent, port=int(url.rpartition(":")[2])):
        assert writer.flush(20)
    assert writer.error == ""
    assert note(work.bare, commit)


def test_writers_that_push_at_the_same_moment_lose_nothing(
    work: Work, mirror_of: MirrorOf, writer_of: WriterOf
) -> None:
    """Several agents, each with its reference, push notes of several commits at once: all arrive."""
    commits = [work.deploy({"a.yaml": f"{number}"}) for number in range(3)]
    writers = {
        node: writer_of(mirror_of(work.bare, state=node), node) for node in ("one", "two", "three", "four")
    }
    start = threading.Barrier(len(writers))

    def push(node: str, writer: NoteWriter) -> None:
        start.wait()
        for commit in commits:
            for state in (State.PROGRESSING, State.CONVERGED):
                writer.publish(report(commit, state, node))
                writer.flush(20)

    threads = [threading.Thread(target=push, args=pair) for pair in writers.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(writer.flush(20) for writer in writers.values())
    for node in writers:
        assert [parse_note(note(work.bare, commit, node))["state"] for commit in commits] == ["converged"] * 3


def test_lost_state_directory_keeps_old_notes(
    work: Work, mirror_of: MirrorOf, writer_of: WriterOf, tmp_path: Path
) -> None:
    """An agent that begins anew goes on with the notes that the remote has, and does not repeat them."""
    first = work.deploy({"a.yaml": "1"})
    writer = writer_of(mirror_of(work.bare))
    writer.publish(report(first))
    assert writer.flush(10)
    writer.stop()
    shutil.rmtree(tmp_path / "state")
    second = work.deploy({"a.yaml": "2"})
    writer = writer_of(mirror_of(work.bare))
    writer.publish(report(first))
    writer.publish(report(second))
    assert writer.flush(10)
    assert note(work.bare, first)
    assert note(work.bare, second)
    assert writings(work.bare) == 2


def test_diverged_notes_are_joined(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """Where the remote's reference moved on, both histories are kept, and the newer note of a commit is ours."""
    first = work.deploy({"a.yaml": "1"})
    second = work.deploy({"a.yaml": "2"})
    ours, theirs = (writer_of(mirror_of(work.bare, state=state)) for state in ("ours", "theirs"))
    ours.publish(report(first, State.PROGRESSING))
    assert ours.flush(10)
    theirs.publish(report(first, State.DEGRADED))
    theirs.publish(report(second, State.HELD))
    assert theirs.flush(10)
    ours.publish(report(first, State.CONVERGED))
    assert ours.flush(10)
    assert ours.error == ""
    assert parse_note(note(work.bare, first))["state"] == "converged"
    assert parse_note(note(work.bare, second))["state"] == "held"


def test_broken_mirror_does_not_end_the_notes(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """A mirror that breaks under the writer is made again, and the notes that the remote has are kept."""
    first = work.deploy({"a.yaml": "1"})
    mirror = mirror_of(work.bare)
    writer = writer_of(mirror)
    writer.publish(report(first))
    assert writer.flush(10)
    for file in mirror.directory.glob("objects/*/*"):
        file.chmod(0o600)
        file.write_bytes(b"")
    second = work.deploy({"a.yaml": "2"})
    writer.publish(report(second))
    assert writer.flush(20)
    assert writer.error == ""
    assert note(work.bare, first)
    assert note(work.bare, second)


def test_node_name_that_cannot_be_a_reference_is_refused(mirror_of: MirrorOf, tmp_path: Path) -> None:
    """It is said at the start, not with the first note."""
    for name in ("a b", "a/b", "..", "x.lock", "-x", "*"):
        with pytest.raises(Refused, match="cannot name a reference"):
            NoteWriter(mirror_of(tmp_path), name, "push")


@pytest.mark.parametrize("transport", ["git", "http", "ssh"])
def test_notes_over_every_transport(
    work: Work, mirror_of: MirrorOf, writer_of: WriterOf, tmp_path: Path, transport: str
) -> None:
    """Notes are pushed over the transport that the branch is fetched over."""
    commit = work.deploy({"a.yaml": ""})
    base, key = work.bare.parent, ssh_key(tmp_path / "id")
    with git_daemon(base) as daemon, http_server(base) as http, ssh_server(tmp_path / "sshd", key) as sshd:
        url = {
            "git": f"{daemon}/{work.bare.name}",
            "http": f"{http}/{work.bare.name}",
            "ssh": f"{sshd}{work.bare}",
        }
        writer = writer_of(mirror_of(url[transport], ssh_key_file=key))
        writer.publish(report(commit))
        assert writer.flush(20)
        assert writer.error == ""
        writer.stop()
    assert note(work.bare, commit)


def test_fleet_is_read_from_the_notes(work: Work, mirror_of: MirrorOf, writer_of: WriterOf) -> None:
    """Each node's note on the newest commit that has one; with a revision, the notes on that one."""
    first = work.deploy({"a.yaml": "1"})
    second = work.deploy({"a.yaml": "2"})
    third = work.deploy({"a.yaml": "3"})
    for node, commits in {"one": (first, second), "two": (second, first), "three": (first,)}.items():
        writer = writer_of(mirror_of(work.bare, state=node), node)
        for commit in commits:
            writer.publish(report(commit, node=node))
        assert writer.flush(10)
    reader = mirror_of(work.bare, state="reader")
    assert {node: said["commit"] for node, said in fleet_notes(reader).items()} == {
        "one": second,
        "three": first,
        "two": second,
    }
    assert list(fleet_notes(reader, second[:8])) == ["one", "two"]
    assert fleet_notes(reader, third) == {}


def test_fleet_without_notes_is_empty(work: Work, mirror_of: MirrorOf) -> None:
    """Neither an empty repository nor one without notes is an error."""
    reader = mirror_of(work.bare)
    assert fleet_notes(reader) == {}
    work.deploy({"a.yaml": ""})
    assert fleet_notes(reader) == {}


def test_foreign_note_is_skipped(work: Work, mirror_of: MirrorOf) -> None:
    """A note that somebody else wrote under our name is left out, and said."""
    work.deploy({"a.yaml": ""})
    git(work.bare, "notes", "--ref=pullet/edge-1", "add", "-m", "hello", "main")
    with capture_logs() as logs:
        assert fleet_notes(mirror_of(work.bare)) == {}
    assert [line["event"] for line in logs] == ["note_skipped"]


def test_many_notes_are_found(work: Work, mirror_of: MirrorOf) -> None:
    """A reference with so many notes that git spreads them over directories is read like any other."""
    for number in range(300):
        git(work.path, "commit", "--quiet", "--allow-empty", "-m", f"{number}")
    work.push()
    commits = git(work.bare, "rev-list", "main").split()
    text = "n: x\n\nnode: n\ncommit: x\nstate: converged\n"
    blob = git(work.bare, "hash-object", "-w", "--stdin", stdin=text)
    pairs = "\n".join(f"N {blob} {commit}" for commit in commits)
    stream = f"commit refs/notes/pullet/n\ncommitter A <a@x> 1 +0000\ndata 1\nx\n{pairs}\n"
    git(work.bare, "fast-import", "--quiet", stdin=stream)
    assert "/" in git(work.bare, "ls-tree", "-r", "--name-only", "refs/notes/pullet/n")
    assert list(fleet_notes(mirror_of(work.bare), commits[250])) == ["n"]
