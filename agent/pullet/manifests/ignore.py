"""Which files of a snapshot are nobody's business: `.pulletignore`, in every directory, as git reads `.gitignore`.

https://git-scm.com/docs/gitignore#_pattern_format
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pullet.model.snapshot import File

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAME = ".pulletignore"


def ignored(files: Iterable[File]) -> Callable[[str], bool]:
    """Whether a path is to be left alone; of two patterns that match, the one in the deeper file wins."""
    found = [file for file in files if file.path.rpartition("/")[2] == NAME]
    if not found:
        return lambda _path: False
    specs = {PurePosixPath(file.path).parent: _spec(file) for file in found}

    def check(path: str) -> bool:
        for directory in PurePosixPath(path).parents:
            spec = specs.get(directory)
            verdict = (
                None if spec is None else spec.check_file(str(PurePosixPath(path).relative_to(directory)))
            )
            if verdict is not None and verdict.include is not None:
                return verdict.include
        return False

    return check


def _spec(file: File) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 30 ms that only a repository with such a file pays

    lines = file.content.decode(errors="replace").splitlines()
    return GitIgnoreSpec.from_lines(lines)
