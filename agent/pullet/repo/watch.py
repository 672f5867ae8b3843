"""A repository on this machine is watched: a push is seen within milliseconds, and a note is not taken for one.

The follower runs `watch` in a thread of its own; its poll stays the net below.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from watchfiles import watch as changes_in

from pullet.repo.remote import Remote, local_path

log = structlog.get_logger()

STEP = 10  # milliseconds between two looks at the kernel's queue
LOOK_AGAIN = 2000  # milliseconds after which a directory that came or went is noticed

Fingerprint = tuple[tuple[str, int, int, int], ...]


def fingerprint(remote: Remote) -> Fingerprint:
    """Changes with everything that can say where the branch is, and with nothing else.

    https://git-scm.com/docs/gitrepository-layout
    """
    return tuple(mark for directory in _git_directories(remote) for mark in _marks(directory, remote.ref))


def watch(remote: Remote, seen: Fingerprint, changed: Callable[[], None], stop: threading.Event) -> None:
    """Call `changed` whenever the fingerprint is no longer what it was, until `stop` is set."""
    complaint = ""
    while not stop.is_set():
        places = _directories(remote)
        try:
            for _ in changes_in(
                *places,
                watch_filter=None,
                debounce=2 * STEP,
                step=STEP,
                rust_timeout=LOOK_AGAIN,
                yield_on_timeout=True,
                recursive=False,
                stop_event=stop,
                raise_interrupt=False,
            ):
                now = fingerprint(remote)
                if now != seen:
                    seen = now
                    changed()
                if _directories(remote) != places:
                    break
        except OSError as error:
            if complaint != str(error):
                log.warning(
                    "repository_not_watched", because=str(error), instead=f"a poll every {remote.poll:g} s"
                )
                complaint = str(error)
            stop.wait(LOOK_AGAIN / 1000)


def is_watchable(remote: Remote) -> bool:
    return any(local_path(url) for url in remote.urls)


def git_directory(path: Path) -> Path:
    """Where a bare repository, a checkout, or one of its worktrees keeps its references; `path` if none is there."""
    try:
        return _located(path)
    except OSError:
        return path


def _located(path: Path) -> Path:
    for place in (path / ".git", path, path.with_name(f"{path.name}.git")):
        if place.is_file():
            linked = path / place.read_text().removeprefix("gitdir:").strip()
            common = linked / "commondir"
            return (linked / common.read_text().strip()).resolve() if common.is_file() else linked
        if (place / "HEAD").is_file():
            return place
    return path


def _git_directories(remote: Remote) -> list[Path]:
    return [git_directory(path) for url in remote.urls if (path := local_path(url))]


def _places(directory: Path, ref: str) -> list[Path]:
    """The repository itself, and the directories on the way to the reference; reftable keeps all in one."""
    parents = [directory / parent for parent in Path(ref).parents if parent.parts[:2] == ("refs", "heads")]
    return [place for place in (directory, *parents, directory / "reftable") if os.access(place, os.R_OK)]


def _directories(remote: Remote) -> list[Path]:
    return [place for directory in _git_directories(remote) for place in _places(directory, remote.ref)]


def _marks(directory: Path, ref: str) -> list[tuple[str, int, int, int]]:
    files = [directory / name for name in ("HEAD", "packed-refs", "reftable/tables.list", ref)]
    return [_mark(file) for file in files]


def _mark(file: Path) -> tuple[str, int, int, int]:
    try:
        status = file.stat()
    except OSError:
        return str(file), 0, 0, 0
    return str(file), status.st_ino, status.st_mtime_ns, status.st_size
