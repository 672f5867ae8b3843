"""Files and directories of the repository as they stand in it, laid out on the node for containers to mount.

By content, so never changed once they are there: a commit that changes one makes another beside it.
"""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
from pathlib import Path

from pullet.model.errors import PulletError, Refused
from pullet.model.volumes import RepoPath
from pullet.repo.git import Git
from pullet.repo.tree import DIRECTORY, EXECUTABLE

# It outweighs every other place of attributes: https://git-scm.com/docs/gitattributes
AS_COMMITTED = "* -export-ignore -export-subst -text -ident -filter -working-tree-encoding\n"


class Exports:
    """Below `<state>/exports/`; safe to call from several threads."""

    def __init__(self, git: Git, state: Path) -> None:
        self._git = git
        self._root = state / "exports"

    def place(self, wanted: RepoPath) -> Path:
        """Where it stands, laid out if it does not yet. Raises Refused when the mirror has lost it."""
        place = self._root / wanted.id
        if not place.exists():
            self._lay_out(wanted, place)
        return place

    def _lay_out(self, wanted: RepoPath, place: Path) -> None:
        """Made beside and renamed; who comes second finds it done."""
        self._root.mkdir(parents=True, exist_ok=True)
        self._root.chmod(0o700)  # containers get what is mounted from below, and nobody else anything
        draft = Path(tempfile.mkdtemp(prefix=".new-", dir=self._root))
        try:
            self._write(wanted, draft / place.name)
            (draft / place.name).rename(place)
        except OSError:
            if not place.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _write(self, wanted: RepoPath, target: Path) -> None:
        mode, _, known = wanted.id.partition("-")
        try:
            content = self._tree(known) if mode == DIRECTORY else self._blob(known)
        except PulletError as error:
            raise Refused(
                f"{wanted.path} is not in the mirror any more: {error}", hint="pullet sync"
            ) from error
        if mode == DIRECTORY:
            _unpack(content, target)
        else:
            target.write_bytes(content)
            target.chmod(0o755 if mode == EXECUTABLE else 0o644)

    def _tree(self, known: str) -> bytes:
        """As it was committed: what the repository's .gitattributes say is for people's checkouts and releases."""
        attributes = self._git.state / "mirror.git" / "info" / "attributes"
        if not attributes.exists() or attributes.read_text() != AS_COMMITTED:
            attributes.parent.mkdir(exist_ok=True)
            attributes.write_text(AS_COMMITTED)
        return self._git.run("archive", "--format=tar", known)

    def _blob(self, known: str) -> bytes:
        return self._git.run("cat-file", "blob", known)


def _unpack(archive: bytes, target: Path) -> None:
    """Files and directories only: a link could lead anywhere."""
    _directory(target)
    with tarfile.open(fileobj=io.BytesIO(archive)) as entries:
        for entry in entries:
            place = target / entry.name
            if entry.isdir():
                _directory(place)
            elif entry.isfile() and (content := entries.extractfile(entry)) is not None:
                place.write_bytes(content.read())
                place.chmod(0o755 if entry.mode & 0o100 else 0o644)


def _directory(place: Path) -> None:
    """Open to any user in a container, whatever the agent's umask."""
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
