"""What a container mounts of the repository stands on the node as it was committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from pullet.model.errors import Refused
from pullet.model.volumes import RepoPath
from pullet.repo.export import Exports
from pullet.repo.mirror import Mirror
from tests.lab.git_servers import Work
from tests.repo.conftest import MirrorOf

FILES = {"site/index.html": "hello", "site/deep/er/b.txt": "b", "app.conf": "same", "other.conf": "same"}


@pytest.fixture
def mirror(work: Work, mirror_of: MirrorOf) -> Mirror:
    """Of everything that a test writes into the checkout before it asks for a place."""
    work.deploy(FILES)
    return mirror_of(work.bare)


def exported(mirror: Mirror, path: str) -> Path:
    return Exports(mirror.git, mirror.git.state).place(named(mirror, path))


def named(mirror: Mirror, path: str) -> RepoPath:
    mirror.fetch()
    snapshot = mirror.snapshot()
    assert snapshot is not None
    found = snapshot.tree.identify(path)
    assert found is not None
    return RepoPath(path, found)


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def test_file(mirror: Mirror) -> None:
    """Its content, and the same place for the same content under whatever name."""
    place = exported(mirror, "app.conf")
    assert place.read_text() == "same"
    assert exported(mirror, "other.conf") == place


def test_directory_can_be_read_by_anybody_in_a_container(mirror: Mirror) -> None:
    """Whatever the agent's umask; nobody on the node gets there, as the root of all exports is closed."""
    with umask(0o077):
        place = exported(mirror, "site")
    assert (place / "deep/er/b.txt").read_text() == "b"
    assert {one.stat().st_mode & 0o777 for one in (place, place / "deep", place / "deep/er")} == {0o755}
    assert (place / "index.html").stat().st_mode & 0o777 == 0o644
    assert place.parent.stat().st_mode & 0o777 == 0o700


def test_modes_stay_and_links_do_not(mirror: Mirror, work: Work) -> None:
    """What may be executed still may; a link could lead anywhere, so there is none."""
    script = work.path / "site/run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (work.path / "site/link").symlink_to("/etc/passwd")
    work.deploy({})
    place = exported(mirror, "site")
    assert (place / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not (place / "link").is_symlink()
    assert exported(mirror, "site/run.sh").stat().st_mode & 0o777 == 0o755


def test_attributes_of_the_repository_change_nothing(mirror: Mirror, work: Work) -> None:
    """They are for checkouts and releases; a container gets what was committed."""
    work.deploy(
        {
            "site/.gitattributes": "index.html export-ignore\nid.txt export-subst\n*.crlf text eol=crlf\n",
            "site/id.txt": "$Format:%H$\n",
            "site/a.crlf": "a\n",
        }
    )
    place = exported(mirror, "site")
    assert (place / "index.html").read_text() == "hello"
    assert (place / "id.txt").read_bytes() == b"$Format:%H$\n"
    assert (place / "a.crlf").read_bytes() == b"a\n"


def test_a_change_stands_beside(mirror: Mirror, work: Work) -> None:
    """The old one stays as it is, as containers have it mounted."""
    before = exported(mirror, "site")
    work.deploy({"site/index.html": "new"})
    after = exported(mirror, "site")
    assert (before / "index.html").read_text() == "hello"
    assert (after / "index.html").read_text() == "new"


def test_several_ask_at_once(mirror: Mirror) -> None:
    """Everybody gets the same place, and no draft is left."""
    wanted, exports = named(mirror, "site"), Exports(mirror.git, mirror.git.state)
    with ThreadPoolExecutor(8) as threads:
        places = set(threads.map(exports.place, [wanted] * 16))
    (place,) = places
    assert (place / "index.html").read_text() == "hello"
    assert list(place.parent.iterdir()) == [place]


def test_an_object_that_is_lost(mirror: Mirror) -> None:
    """Says which file, and leaves nothing half done."""
    mirror.fetch()
    exports = Exports(mirror.git, mirror.git.state)
    for mode in ("100644", "040000"):
        with pytest.raises(Refused, match=r"app\.conf is not in the mirror"):
            exports.place(RepoPath("app.conf", f"{mode}-{'0' * 39}1"))
    assert not list((mirror.git.state / "exports").iterdir())
