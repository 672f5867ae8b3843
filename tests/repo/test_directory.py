"""A directory that is read without git says what git would say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pullet.model.errors import Refused
from pullet.model.snapshot import Snapshot
from pullet.repo.directory import snapshot_of_directory
from tests.lab.git_servers import Work
from tests.repo.conftest import MirrorOf

FILES = {
    "a.yaml": "a",
    "apps/.pulletignore": "x",
    "apps/edge/web.yml": "web",
    "apps/core/web.yml": "core",
    "README.md": "no",
    ".github/ci.yml": "ci",
}


def read(path: Path, sub: str = ".") -> Snapshot:
    """Of files of which none is too large."""
    return snapshot_of_directory(path, _fail, sub)


def _fail(path: str, because: str) -> None:
    pytest.fail(f"{path} is skipped: {because}")


def test_checkout_reads_like_its_commit(work: Work, mirror_of: MirrorOf) -> None:
    """Paths, blobs and contents of a clean checkout are those of the commit, for the whole and for a part."""
    work.deploy(FILES)
    for part in (".", "apps", "apps/edge"):
        mirror = mirror_of(work.bare, path=part)
        mirror.fetch()
        committed = mirror.snapshot()
        assert committed is not None
        assert read(work.path, part).files == committed.files
        assert read(work.path / part).files == committed.files


def test_ordinary_directory_is_its_own_root(tmp_path: Path) -> None:
    """Outside of a checkout paths are relative to the directory that was named."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/web.yaml").write_text("web")
    snapshot = read(tmp_path)
    assert [file.path for file in snapshot.files] == ["apps/web.yaml"]
    assert snapshot.revision.commit == "worktree"


def test_single_file_can_be_named(work: Work) -> None:
    """Only that file is read, with the ignore files on the way to it."""
    work.commit(FILES)
    snapshot = read(work.path / "apps/edge/web.yml")
    assert [file.path for file in snapshot.files] == ["apps/.pulletignore", "apps/edge/web.yml"]


def test_links_and_inner_checkouts_are_left_alone(work: Work) -> None:
    """As in a commit: no symlinks, nothing of a submodule, nothing of .git itself."""
    work.commit({"a.yaml": "a", "inner/b.yaml": "b"})
    (work.path / "inner/.git").write_text("gitdir: elsewhere")
    (work.path / ".git/config.yaml").write_text("x")
    (work.path / "link.yaml").symlink_to(work.path / "a.yaml")
    (work.path / "broken.yaml").symlink_to("nowhere")
    assert [file.path for file in read(work.path).files] == ["a.yaml"]


def test_huge_file_is_skipped_and_its_caller_told(tmp_path: Path) -> None:
    """As in a commit."""
    (tmp_path / "huge.yaml").write_bytes(b"#" * (5 * 1024 * 1024))
    skipped: list[str] = []
    found = snapshot_of_directory(tmp_path, lambda path, because: skipped.append(f"{path}: {because}"))
    assert found.files == ()
    assert skipped == ["huge.yaml: it is larger than 4194304 bytes"]


def test_missing_directory_is_refused(tmp_path: Path) -> None:
    """A path that is not there is said."""
    with pytest.raises(Refused, match="no directory"):
        read(tmp_path / "gone")


def test_reading_a_directory_does_not_import_git() -> None:
    """`pullet validate` does not pay for what it does not use."""
    unused = {"git", "watchfiles", "structlog"}
    code = f"import sys, pullet.repo.directory; sys.exit(bool({unused} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
