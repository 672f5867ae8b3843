"""What `pullet doctor` asks of the repository; the answer is what is wrong, or None."""

from __future__ import annotations

import os
from pathlib import Path

from pullet.model.errors import PulletError, Refused, Transient
from pullet.repo.complaints import Diverged
from pullet.repo.mirror import Mirror
from pullet.repo.note_ref import NoteRef
from pullet.repo.remote import local_path
from pullet.repo.watch import git_directory


def check_remote(mirror: Mirror) -> PulletError | None:
    """Can the repository be reached, does it have the branch, and the directory in it?"""
    try:
        mirror.fetch()
        mirror.snapshot()
    except (Transient, Refused) as error:
        return error
    return None


def check_push(mirror: Mirror, node: str) -> PulletError | None:
    """Would the node's note be taken? Asks without pushing, so a hook on the server may still refuse it."""
    try:
        NoteRef(mirror, node).try_push()
    except Diverged:
        return None
    except (Transient, Refused) as error:
        return error
    return _unwritable(local_path(mirror.remote.urls[0]))


def _unwritable(path: Path | None) -> PulletError | None:
    """A repository on this machine takes what the file system lets this user write."""
    if path is None or os.access(git_directory(path) / "objects", os.W_OK):
        return None
    return Refused(
        f"{path} cannot be written by this user", hint="give it that right, or set status.notes: local"
    )
