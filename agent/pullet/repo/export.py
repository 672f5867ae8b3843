"""Files and directories of the repository as they stand in it, laid out on the node for containers to mount.

By content, so never changed once they are there: a commit that changes one makes another beside it.
"""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from pullet.model.errors import PulletError, Refused
from pullet.model.volumes import RepoPath
from pullet.repo.git import Git
from pullet.repo.tree import DIRECTORY, EXECUTABLE


class Exports:
    """Below `<state>/exports/`; safe to call from several threads."""

    def __init__(self, git: Git, state: Path) -> None:
        self._git = git
        self._root = state / "exports"

    def place(self, wanted: RepoPath) -> Path:
        """Where it stands, laid out if it does not yet. Raises Refused when the mirror has lost it."""
        name = PurePosixPath(wanted.path).name or "root"
        place = self._root / wanted.id / name
        if not place.exists():
            self._lay_out(wanted, place)
        return place

    def _lay_out(self, wanted: RepoPath, place: Path) -> None:
        """Made beside and renamed; who comes second finds it done."""
        self._root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".new-", dir=self._root))
        draft.chmod(0o755)
        try:
            self._write(wanted, draft / place.name)
            draft.rename(place.parent)
        except FileExistsError:
            pass
        except OSError:
            if not place.exists():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _write(self, wanted: RepoPath, target: Path) -> None:
        mode, _, known = wanted.id.partition("-")
        try:
            content = (
                self._git.run("archive", "--format=tar", known) if mode == DIRECTORY else self._blob(known)
            )
        except PulletError as error:
            raise Refused(
                f"{wanted.path} is not in the mirror any more: {error}", hint="pullet sync"
            ) from error
        if mode == DIRECTORY:
            _unpack(content, target)
        else:
            target.write_bytes(content)
            target.chmod(0o755 if mode == EXECUTABLE else 0o644)

    def _blob(self, known: str) -> bytes:
        return self._git.run("cat-file", "blob", known)


def _unpack(archive: bytes, target: Path) -> None:
    """Files and directories only: a link could lead anywhere."""
    target.mkdir()
    with tarfile.open(fileobj=io.BytesIO(archive)) as entries:
        for entry in entries:
            place = target / entry.name
            if entry.isdir():
                place.mkdir(parents=True, exist_ok=True)
            elif entry.isfile() and (content := entries.extractfile(entry)) is not None:
                place.write_bytes(content.read())
                place.chmod(0o755 if entry.mode & 0o100 else 0o644)
