"""Every file of a revision, looked up in git's objects when a manifest refers to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from pullet.repo.git import Git
from pullet.repo.paths import normal

DIRECTORY = "040000"
FILE = "100644"
EXECUTABLE = "100755"


class GitTree:
    """Ids are git's mode and object id, so that `export` can find the content again: `040000-1f0c…`."""

    def __init__(self, git: Git, commit: str) -> None:
        self._git = git
        self._commit = commit

    def identify(self, path: str) -> str | None:
        return self._entries.get(name) if (name := normal(path)) is not None else None

    def is_directory(self, path: str) -> bool:
        return (self.identify(path) or "").startswith(DIRECTORY)

    def read(self, path: str) -> bytes | None:
        known = self.identify(path)
        if known is None or known.startswith(DIRECTORY):
            return None
        blob = known.partition("-")[2]
        return self._git.read_blobs([blob]).get(blob)

    def below(self, path: str) -> Iterator[str]:
        root = normal(path)
        if root is not None:
            yield from (name for name, known in self._entries.items() if _is_file_below(name, known, root))

    @cached_property
    def _entries(self) -> dict[str, str]:
        """By path. Symbolic links and submodules are not followed, and not there."""
        root = self._git.run("rev-parse", f"{self._commit}^{{tree}}").decode().strip()
        output = self._git.run("ls-tree", "-r", "-t", "-z", "--full-tree", self._commit)
        rows = (row.split(b"\t", 1) for row in output.split(b"\0") if row)
        entries = {"": f"{DIRECTORY}-{root}"}
        for about, path in rows:
            mode, _, known = about.decode().split()
            if mode in (DIRECTORY, FILE, EXECUTABLE):
                entries[path.decode(errors="backslashreplace")] = f"{mode}-{known}"
        return entries


def _is_file_below(name: str, known: str, root: str) -> bool:
    return not known.startswith(DIRECTORY) and (not root or name == root or name.startswith(f"{root}/"))
