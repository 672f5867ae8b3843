"""An ordinary directory as a snapshot, for `pullet validate PATH`; without git and logs, so that it starts at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pullet.model.errors import Refused
from pullet.model.snapshot import File, Revision, Snapshot
from pullet.repo.paths import DirectoryTree
from pullet.repo.selection import LARGEST_FILE, belongs, ignore_files_above

Skipped = Callable[[str, str], None]
"""Called with the path of a file that is left out, and why."""


def snapshot_of_directory(path: Path, skipped: Skipped, sub: str = ".") -> Snapshot:
    """The files below `path`/`sub`, named from the checkout's root, or from `path` where there is no checkout.

    `path` may be a single file too. Raises Refused when there is nothing to read.
    """
    start = Path(os.path.abspath(path / sub))  # noqa: PTH100 - resolve() would leave the checkout by a symlink
    if not start.exists():
        raise Refused(f"there is no directory {start}", hint="name a checkout, or a directory inside one")
    root = _checkout_of(start) or (start.parent if start.is_file() else Path(os.path.abspath(path)))  # noqa: PTH100
    below = "" if start == root else start.relative_to(root).as_posix()
    names = sorted(name for name in _names(root, start, below) if belongs(name, below))
    files = tuple(file for name in names if (file := _read(root, name, skipped)))
    return Snapshot(Revision("worktree"), files, DirectoryTree(root))


def _checkout_of(start: Path) -> Path | None:
    return next((place for place in (start, *start.parents) if (place / ".git").exists()), None)


def _names(root: Path, start: Path, below: str) -> Iterator[str]:
    """Regular files; nothing of git's own, and nothing of another checkout inside this one."""
    yield from (name for name in ignore_files_above(below) if (root / name).is_file())
    if start.is_file():
        yield start.relative_to(root).as_posix()
    for directory, inner, files in os.walk(start):
        here = Path(directory)
        inner[:] = [name for name in inner if name != ".git" and not (here / name / ".git").exists()]
        yield from ((here / name).relative_to(root).as_posix() for name in files)


def _read(root: Path, name: str, skipped: Skipped) -> File | None:
    """The blob's id as git computes it: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects"""
    path = root / name
    if path.is_symlink():
        return None
    if path.stat().st_size > LARGEST_FILE:
        skipped(name, f"it is larger than {LARGEST_FILE} bytes")
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", hint="check who owns it") from None
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return File(name, blob, content)
