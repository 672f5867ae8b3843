"""Every file of an ordinary directory, for manifests that refer to one; without git, so that it starts at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pullet.repo.selection import LARGEST_FILE


def normal(path: str) -> str | None:
    """`./a/../b` → `b`, the root → an empty text; None for what leads out."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == "/" or (part == ".." and not parts):
            return None
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


class DirectoryTree:
    """Ids are hashes of what stands there now; nothing is read before it is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def identify(self, path: str) -> str | None:
        place = self._place(path)
        if place is None:
            return None
        if place.is_file():
            return hashlib.sha256(place.read_bytes()).hexdigest()
        listing = hashlib.sha256()
        for name in sorted(self.below(path)):
            listing.update(f"{name} {self.identify(name)}\n".encode())
        return listing.hexdigest()

    def is_directory(self, path: str) -> bool:
        place = self._place(path)
        return place is not None and place.is_dir()

    def read(self, path: str) -> bytes | None:
        place = self._place(path)
        if place is None or not place.is_file() or place.stat().st_size > LARGEST_FILE:
            return None
        return place.read_bytes()

    def below(self, path: str) -> Iterator[str]:
        place = self._place(path)
        if place is None or not place.is_dir():
            return
        for directory, inner, files in os.walk(place):
            inner[:] = [name for name in inner if name != ".git"]
            here = Path(directory)
            yield from (
                (here / name).relative_to(self._root).as_posix()
                for name in files
                if not (here / name).is_symlink()
            )

    def _place(self, path: str) -> Path | None:
        """Nothing outside the root, and nothing behind a symbolic link."""
        name = normal(path)
        place = None if name is None else self._root / name
        return place if place is not None and place.exists() and not place.is_symlink() else None
