"""Which files of a repository belong to a snapshot, wherever they are read from."""

from __future__ import annotations

from pathlib import PurePosixPath

IGNORE_FILE = ".pulletignore"
LARGEST_FILE = 4 * 1024 * 1024  # bytes; no manifest is larger, and what is larger would only fill the memory


def belongs(path: str, root: str) -> bool:
    """Manifests below `root` (empty: everywhere), and ignore files below it and on the way to it."""
    name = PurePosixPath(path)
    if name.name == IGNORE_FILE:
        return is_below(path, root) or path in ignore_files_above(root)
    return name.suffix in {".yaml", ".yml"} and is_below(path, root)


def is_below(path: str, root: str) -> bool:
    return not root or path == root or path.startswith(f"{root}/")


def ignore_files_above(root: str) -> tuple[str, ...]:
    """For `apps/edge`: `.pulletignore` and `apps/.pulletignore`; those below `root` are found with the manifests."""
    if not root:
        return ()
    return tuple(sorted((parent / IGNORE_FILE).as_posix() for parent in PurePosixPath(root).parents))
