"""What a mirror knows of the remote's branch, whatever happens to either."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pullet.model.errors import Refused, Transient
from pullet.model.snapshot import Snapshot
from pullet.repo.mirror import Mirror
from pullet.repo.remote import Remote
from tests.lab.git_servers import Work, git
from tests.repo.conftest import MirrorOf


def contents(snapshot: Snapshot | None) -> dict[str, str]:
    assert snapshot is not None
    return {file.path: file.content.decode() for file in snapshot.files}


def test_first_fetch_brings_the_manifests(work: Work, mirror_of: MirrorOf) -> None:
    """Every *.yaml and *.yml of the branch is in the snapshot, in the order of paths, and nothing else is."""
    commit = work.deploy(
        {"b.yml": "b: 1\n", "a/web.yaml": "a: 1\n", "README.md": "no", "a/web.yaml.bak": "no"}
    )
    mirror = mirror_of(work.bare)
    assert mirror.fetch() is True
    snapshot = mirror.snapshot()
    assert snapshot is not None
    assert snapshot.revision.commit == commit
    assert list(contents(snapshot)) == ["a/web.yaml", "b.yml"]
    assert contents(snapshot)["b.yml"] == "b: 1\n"


def test_fetch_without_news_says_so(work: Work, mirror_of: MirrorOf) -> None:
    """The second of two fetches of the same commit reports no change."""
    work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    assert mirror.fetch() is False


def test_revision_says_who_and_why(work: Work, mirror_of: MirrorOf) -> None:
    """Subject, author and trailers of a commit are read, the trailers' keys in lower case."""
    commit = work.deploy(
        {"a.yaml": ""}, "Take café away\n\nIt is empty.\n\nPullet-Prune: yes\nReviewed-by: Bob <b@x>\n"
    )
    mirror = mirror_of(work.bare)
    mirror.fetch()
    revision = mirror.revision("HEAD")
    assert (revision.commit, revision.subject) == (commit, "Take café away")
    assert revision.author == "Ada <ada@fleet.test>"
    assert revision.trailers == {"pullet-prune": "yes", "reviewed-by": "Bob <b@x>"}
    assert revision.committed_at > 1_500_000_000


def test_a_word_in_one_of_several_commits_holds_for_them_all(work: Work, mirror_of: MirrorOf) -> None:
    """Trailers count since the last commit that was acted on, and an unknown one adds nothing."""
    base = work.deploy({"a.yaml": ""})
    work.deploy({"a.yaml": "b"}, "Take it away\n\nPullet-Prune: yes\n")
    work.deploy({"b.yaml": ""}, "Add another\n\nReviewed-by: Bob\n")
    mirror = mirror_of(work.bare)
    mirror.fetch()
    snapshot = mirror.snapshot()
    assert snapshot is not None
    assert snapshot.revision.trailers == {"reviewed-by": "Bob"}
    since = mirror.with_trailers_since(base, snapshot)
    assert since.revision.trailers == {"pullet-prune": "yes", "reviewed-by": "Bob"}
    assert mirror.with_trailers_since("0" * 40, snapshot) == snapshot


def test_unknown_revision_is_refused(work: Work, mirror_of: MirrorOf) -> None:
    """A name that leads to no commit, or looks like an option, is refused with words."""
    work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    for rev in ("nonsense", "--all", "0" * 40):
        with pytest.raises(Refused, match="no such revision"):
            mirror.revision(rev)


def test_older_revision_can_be_read(work: Work, mirror_of: MirrorOf) -> None:
    """Any commit of the history can be read by its name, also an abbreviated one."""
    first = work.deploy({"a.yaml": "one"})
    work.deploy({"a.yaml": "two"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    assert contents(mirror.snapshot_of(first[:8])) == {"a.yaml": "one"}
    assert contents(mirror.snapshot()) == {"a.yaml": "two"}


def test_path_bounds_the_snapshot(work: Work, mirror_of: MirrorOf) -> None:
    """Only files below repo.path are in it, with the ignore files that apply there, named from the root."""
    work.deploy(
        {
            ".pulletignore": "x",
            "apps/.pulletignore": "y",
            "apps/edge/.pulletignore": "z",
            "apps/edge/deep/.pulletignore": "d",
            "apps/edge/web.yaml": "",
            "apps/core/web.yaml": "",
            "apps/core/.pulletignore": "",
            "apps/edge2.yaml": "",
        }
    )
    mirror = mirror_of(work.bare, path="./apps/edge/")
    mirror.fetch()
    assert list(contents(mirror.snapshot())) == [
        ".pulletignore",
        "apps/.pulletignore",
        "apps/edge/.pulletignore",
        "apps/edge/deep/.pulletignore",
        "apps/edge/web.yaml",
    ]


def test_missing_path_is_refused(work: Work, mirror_of: MirrorOf) -> None:
    """A directory that the revision lacks is an error, never an empty fleet."""
    work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare, path="apps")
    mirror.fetch()
    with pytest.raises(Refused, match="no directory apps"):
        mirror.snapshot()


def test_symlinks_and_submodules_are_left_alone(work: Work, mirror_of: MirrorOf) -> None:
    """A link could lead anywhere, and a submodule's files are not in the repository."""
    (work.path / "link.yaml").symlink_to("/etc/hostname")
    commit = work.commit({"a.yaml": ""})
    git(work.path, "update-index", "--add", "--cacheinfo", f"160000,{commit},sub.yaml")
    git(work.path, "commit", "--quiet", "-m", "submodule")
    work.push()
    mirror = mirror_of(work.bare)
    mirror.fetch()
    assert list(contents(mirror.snapshot())) == ["a.yaml"]


def test_huge_file_is_skipped_with_a_warning(work: Work, mirror_of: MirrorOf) -> None:
    """What is larger than 4 MiB stays out of memory, the files around it are read, and the log says so."""
    work.deploy({"a.yaml": "a", "huge.yaml": "#" * (9 * 1024 * 1024), "z.yaml": "z"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    with capture_logs() as logs:
        assert contents(mirror.snapshot()) == {"a.yaml": "a", "z.yaml": "z"}
    assert [(line["event"], line["path"]) for line in logs] == [("file_skipped", "huge.yaml")]


def test_unusual_names_are_readable(work: Work, mirror_of: MirrorOf) -> None:
    """Spaces, quotes, tabs and letters beyond ASCII in a file's name are kept."""
    names = ['a "b" c.yaml', "schön.yaml", "tab\there.yaml"]
    work.deploy(dict.fromkeys(names, "x"))
    mirror = mirror_of(work.bare)
    mirror.fetch()
    assert list(contents(mirror.snapshot())) == sorted(names)


def test_unchanged_contents_are_not_read_again(work: Work, mirror_of: MirrorOf) -> None:
    """A file that a commit does not touch is the same object in memory as before."""
    work.deploy({"a.yaml": "a", "b.yaml": "b"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    first = mirror.snapshot()
    work.deploy({"b.yaml": "changed"})
    mirror.fetch()
    second = mirror.snapshot()
    assert first is not None
    assert second is not None
    assert second.files[0].content is first.files[0].content
    assert second.files[1].content == b"changed"
    assert mirror.snapshot() is second


def test_hard_reset_is_followed(work: Work, mirror_of: MirrorOf) -> None:
    """A branch that was set back to an older commit takes the mirror back with it."""
    first = work.deploy({"a.yaml": "one"})
    work.deploy({"a.yaml": "two"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    git(work.path, "reset", "--quiet", "--hard", first)
    work.push("--force")
    assert mirror.fetch() is True
    assert mirror.tip() == first


def test_amended_commit_is_followed(work: Work, mirror_of: MirrorOf) -> None:
    """A forced update to a commit beside the old one is no conflict."""
    work.deploy({"a.yaml": "one"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    git(work.path, "commit", "--quiet", "--amend", "-m", "better")
    work.push("--force")
    assert mirror.fetch() is True
    assert mirror.tip() == work.head


def test_rebase_is_followed(work: Work, mirror_of: MirrorOf) -> None:
    """Commits that were put onto another base replace what was there."""
    base = work.deploy({"a.yaml": "one"})
    work.deploy({"b.yaml": "topic"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    git(work.path, "checkout", "--quiet", "-b", "other", base)
    work.commit({"c.yaml": "other"})
    git(work.path, "rebase", "--quiet", "other", "main")
    work.push("--force")
    mirror.fetch()
    assert list(contents(mirror.snapshot())) == ["a.yaml", "b.yaml", "c.yaml"]


def test_merge_is_followed(work: Work, mirror_of: MirrorOf) -> None:
    """A merge commit has what both of its parents brought."""
    base = work.deploy({"a.yaml": "one"})
    git(work.path, "checkout", "--quiet", "-b", "topic", base)
    work.commit({"b.yaml": "topic"})
    git(work.path, "checkout", "--quiet", "main")
    work.commit({"c.yaml": "main"})
    git(work.path, "merge", "--quiet", "--no-edit", "topic")
    work.push()
    mirror = mirror_of(work.bare)
    mirror.fetch()
    assert list(contents(mirror.snapshot())) == ["a.yaml", "b.yaml", "c.yaml"]


def test_empty_repository_is_no_revision(bare: Path, mirror_of: MirrorOf) -> None:
    """A repository that nobody has pushed to yet is no error; there is nothing to run."""
    mirror = mirror_of(bare)
    assert mirror.fetch() is False
    assert mirror.snapshot() is None


def test_missing_branch_is_refused(work: Work, mirror_of: MirrorOf) -> None:
    """A branch that does not exist beside others that do is a mistake, and the message names those."""
    work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare, branch="production")
    with pytest.raises(Refused, match=r"has no branch production .*main"):
        mirror.fetch()


def test_deleted_branch_keeps_the_last_revision(work: Work, mirror_of: MirrorOf) -> None:
    """When the followed branch is deleted, its last revision stays, also when the repository is left empty."""
    commit = work.deploy({"a.yaml": "one"})
    work.push(branch="other")
    mirror = mirror_of(work.bare)
    mirror.fetch()
    git(work.bare, "update-ref", "-d", "refs/heads/main")
    with pytest.raises(Refused, match="has no branch main"):
        mirror.fetch()
    git(work.bare, "update-ref", "-d", "refs/heads/other")
    with pytest.raises(Refused, match="has become empty"):
        mirror.fetch()
    assert mirror.tip() == commit


def test_remote_away_keeps_the_last_revision(work: Work, mirror_of: MirrorOf) -> None:
    """Without the remote, a new mirror on the same state directory still has the last revision."""
    work.deploy({"a.yaml": "one"})
    mirror_of(work.bare).fetch()
    shutil.rmtree(work.bare)
    later = mirror_of(work.bare)
    with pytest.raises(Refused, match="no repository"):
        later.fetch()
    assert contents(later.snapshot()) == {"a.yaml": "one"}


def test_urls_are_tried_in_order(work: Work, mirror_of: MirrorOf, tmp_path: Path) -> None:
    """The first that works is used, and the log says once what is wrong with those before it."""
    commit = work.deploy({"a.yaml": ""})
    mirror = mirror_of(tmp_path / "away.git", f"file://{work.bare}")
    with capture_logs() as logs:
        mirror.fetch()
        mirror.fetch()
    assert mirror.tip() == commit
    assert [line["event"] for line in logs] == ["url_passed_over"]


def test_all_urls_away_names_each(mirror_of: MirrorOf, tmp_path: Path) -> None:
    """The error names every url, and is transient while one of them may come back."""
    mirror = mirror_of(tmp_path / "away.git", "git://127.0.0.1:1/x.git")
    with pytest.raises(Transient, match=r"away\.git.*127\.0\.0\.1:1"):
        mirror.fetch()


def test_checkout_can_be_followed(work: Work, mirror_of: MirrorOf) -> None:
    """A path to somebody's checkout, not bare, serves as a remote too."""
    commit = work.commit({"a.yaml": ""})
    mirror = mirror_of(work.path)
    mirror.fetch()
    assert mirror.tip() == commit


def _empty(directory: Path) -> None:
    for file in directory.glob("objects/*/*"):
        file.chmod(0o600)
        file.write_bytes(b"")


def test_corrupted_mirror_is_made_again(work: Work, mirror_of: MirrorOf) -> None:
    """Objects that a power cut left empty are fetched anew, what was broken is kept aside, and the log says so."""
    commit = work.deploy({"a.yaml": "one"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    _empty(mirror.directory)
    later = mirror_of(work.bare)
    with capture_logs() as logs:
        later.fetch()
        assert contents(later.snapshot()) == {"a.yaml": "one"}
    assert later.tip() == commit
    assert "mirror_remade" in [line["event"] for line in logs]
    assert (mirror.directory.parent / "mirror.git.broken").is_dir()


@pytest.mark.parametrize("suffix", ["pack", "idx"])
def test_lost_objects_are_fetched_again(work: Work, mirror_of: MirrorOf, suffix: str) -> None:
    """Objects that are gone altogether are no obstacle either."""
    work.deploy({"a.yaml": "one"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    for file in mirror.directory.glob(f"objects/pack/*.{suffix}"):
        file.unlink()
    assert contents(mirror_of(work.bare).snapshot()) == {"a.yaml": "one"}


def test_damaged_loose_objects_are_fetched_again(work: Work, mirror_of: MirrorOf) -> None:
    """The same holds for objects in files of their own."""
    work.deploy({"a.yaml": "one"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    (pack,) = mirror.directory.glob("objects/pack/*.pack")
    moved = pack.rename(mirror.directory / "moved.pack")
    with moved.open("rb") as content:
        subprocess.run(["git", "unpack-objects", "-q"], cwd=mirror.directory, stdin=content, check=True)
    pack.with_suffix(".idx").unlink()
    _empty(mirror.directory)
    assert contents(mirror_of(work.bare).snapshot()) == {"a.yaml": "one"}


def test_empty_reference_is_made_again(work: Work, mirror_of: MirrorOf) -> None:
    """A reference that a power cut left empty is no obstacle to the next fetch."""
    commit = work.deploy({"a.yaml": "one"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    (mirror.directory / "refs/heads/main").write_text("")
    mirror.fetch()
    assert mirror.tip() == commit


def test_directory_that_is_no_repository_is_moved_aside(
    work: Work, mirror_of: MirrorOf, tmp_path: Path
) -> None:
    """A mirror whose making was interrupted is made again."""
    (tmp_path / "state/mirror.git/refs").mkdir(parents=True)
    commit = work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    assert mirror.tip() == commit


def test_stale_lock_goes_away(work: Work, mirror_of: MirrorOf) -> None:
    """A lock that a killed git left behind stands in the way once, not for ever; a fresh one is respected."""
    commit = work.deploy({"a.yaml": ""})
    mirror = mirror_of(work.bare)
    lock = mirror.directory / "refs/heads/main.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    for _ in range(2):
        with pytest.raises(Transient, match="changed by another process"):
            mirror.fetch()
    os.utime(lock, (1, 1))
    with pytest.raises(Transient):
        mirror.fetch()
    mirror.fetch()
    assert mirror.tip() == commit


def test_hooks_are_not_run(work: Work, mirror_of: MirrorOf, tmp_path: Path) -> None:
    """No hook runs on this side, neither from the mirror nor from what the repository holds."""
    proof = tmp_path / "ran"
    mirror = mirror_of(work.bare)
    hooks = mirror.directory / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-checkout", "post-merge", "pre-push", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {proof}\n")
        (hooks / name).chmod(0o755)
    work.deploy({"a.yaml": "", ".githooks/post-checkout": f"#!/bin/sh\ntouch {proof}\n"})
    mirror.fetch()
    mirror.snapshot()
    assert not proof.exists()


def test_objects_are_checked_on_fetch(work: Work, mirror_of: MirrorOf) -> None:
    """A commit that git's own check rejects is refused, and what was followed before stays."""
    good = work.deploy({"a.yaml": "one"})
    mirror = mirror_of(work.bare)
    mirror.fetch()
    tree = git(work.path, "rev-parse", "HEAD^{tree}")
    raw = f"tree {tree}\nparent {good}\nauthor Ada 1 +0000\ncommitter Ada <a@x> 1 +0000\n\nno mail\n"
    bad = git(work.path, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw)
    git(work.path, "push", "--quiet", "--force", "origin", f"{bad}:refs/heads/main")
    with pytest.raises(Refused, match="check rejects"):
        mirror.fetch()
    assert mirror.tip() == good


def test_state_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A state directory that is a file is refused with its name."""
    (tmp_path / "state").write_text("")
    with pytest.raises(Refused, match=r"state directory .* cannot be written"):
        Mirror(tmp_path / "state", Remote(("/nowhere",)))


def test_environment_of_another_repository_does_not_leak_in(
    work: Work, mirror_of: MirrorOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Started from a hook of some repository, the mirror still is the repository that git works on."""
    commit = work.commit({"a.yaml": ""})
    monkeypatch.setenv("GIT_DIR", str(work.path / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "elsewhere"))
    mirror = mirror_of(work.path)
    mirror.fetch()
    assert mirror.tip() == commit
    assert not (tmp_path / "elsewhere").exists()
