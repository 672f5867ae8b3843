"""A first repository for `pullet init`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import git

from pullet.model.errors import Refused


def commit_all(directory: Path, paths: Sequence[str], message: str) -> None:
    """Commit `paths`, in the repository that `directory` belongs to or in a new one with the branch main.

    Raises Refused where git does not know who commits.
    """
    try:
        repo = git.Repo(directory, search_parent_directories=True)
    except git.InvalidGitRepositoryError:
        repo = git.Repo.init(directory, initial_branch="main")
    with repo:
        try:
            repo.git.add("--", *(str((directory / path).absolute()) for path in paths))
            repo.git.commit(
                "--quiet", "-m", message, "--", *(str((directory / path).absolute()) for path in paths)
            )
        except git.GitCommandError as error:
            says = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ")
            raise Refused(
                f"the files are there, and git could not commit them: {says.splitlines()[-1]}",
                hint=_what_to_do(directory, says, message),
            ) from None


def _what_to_do(directory: Path, says: str, message: str) -> str:
    again = f"git -C {directory} commit -m '{message}'"
    if "auto-detect" in says or "tell me who you are" in says or "empty ident" in says:
        return f"say who you are with git config --global user.name and user.email, then: {again}"
    return f"when that is mended: {again}"
