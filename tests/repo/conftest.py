"""A bare repository, somebody's checkout of it, and mirrors that let go of their connections at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pullet.repo.mirror import Mirror
from pullet.repo.remote import Remote
from tests.lab.git_servers import Work, bare_repository

MirrorOf = Callable[..., Mirror]


@pytest.fixture(autouse=True)
def own_git_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's people configured for git is not part of any test."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return bare_repository(tmp_path / "served" / "fleet.git")


@pytest.fixture
def work(bare: Path) -> Work:
    return Work.beside(bare)


@pytest.fixture
def mirror_of(tmp_path: Path) -> Iterator[MirrorOf]:
    """Make a mirror of urls, in the state directory of the given name."""
    made: list[Mirror] = []

    def make(*urls: str | Path, state: str = "state", **settings: object) -> Mirror:
        remote = Remote(tuple(str(url) for url in urls), **settings)  # type: ignore[arg-type]
        made.append(Mirror(tmp_path / state, remote))
        return made[-1]

    yield make
    for mirror in made:
        mirror.close()
