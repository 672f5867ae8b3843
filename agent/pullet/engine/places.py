"""Files and directories that are mounted: made so that any user in a container can reach them, and nobody else can.

Called by `stock`. Whatever the agent's umask is, what it makes has the mode that is said here.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from pullet.engine.mounts import Directory
from pullet.model.errors import Refused
from pullet.model.volumes import PathType

GROUP_WRITES = 0o2770  # and what is made in it belongs to the group too

KINDS = {
    PathType.DIRECTORY: stat.S_ISDIR,
    PathType.DIRECTORY_OR_CREATE: stat.S_ISDIR,
    PathType.FILE: stat.S_ISREG,
    PathType.FILE_OR_CREATE: stat.S_ISREG,
    PathType.SOCKET: stat.S_ISSOCK,
    PathType.CHAR_DEVICE: stat.S_ISCHR,
    PathType.BLOCK_DEVICE: stat.S_ISBLK,
}


def below(root: Path, sub_path: str) -> Path:
    """Raises Refused for what would lead out of the root, also through symbolic links."""
    place = root / sub_path
    if not place.resolve().is_relative_to(root.resolve()):
        raise Refused(f"{sub_path} leads out of its volume")
    return place


def made(root: Path, sub_path: str = "", mode: int = 0o755) -> Path:
    """The directory, with those on the way to it."""
    place = below(root, sub_path)
    missing = [one for one in (place, *place.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        one.chmod(mode)
    return place


def closed(root: Path) -> Path:
    """For root alone on the node itself: who gets something of it mounted does not come through here."""
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    return root


def draft(place: Path) -> Path:
    """An empty directory beside, to be renamed when it is as it should be."""
    new = place.with_name(f".{place.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    return made(new)


def own(path: Path, uid: int | None, gid: int | None) -> None:
    try:
        os.chown(path, -1 if uid is None else uid, -1 if gid is None else gid)
    except PermissionError:
        raise Refused(
            f"{path.name} cannot be given to user {uid}, group {gid}",
            hint="the agent must run as root, with the capability CAP_CHOWN, for files with an owner",
        ) from None


def hand_over(root: Path, gid: int) -> None:
    """A volume and all that is in it to a group that may write, unless its root is so already. Raises OSError.

    https://kubernetes.io/docs/tasks/configure-pod-container/security-context/ (fsGroupChangePolicy OnRootMismatch)
    """
    about = root.stat()
    if about.st_gid == gid and about.st_mode & GROUP_WRITES == GROUP_WRITES:
        return
    for _, _, files, here in os.fwalk(root, topdown=False):  # the root last, as it says that all is done
        for name in files:
            _to_group(name, here, gid, 0o660)
        _to_group(".", here, gid, GROUP_WRITES)


def _to_group(name: str, directory: int, gid: int, rights: int) -> None:
    """Never by way of a symbolic link, even one that a container puts there meanwhile."""
    file = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=directory)
    try:
        if not stat.S_ISLNK(os.fstat(file).st_mode):
            itself = f"/proc/self/fd/{file}"
            os.chown(itself, -1, gid)
            os.chmod(itself, stat.S_IMODE(os.fstat(file).st_mode) | rights)  # noqa: PTH101 - no path but an open file
    finally:
        os.close(file)


def of_node(root: Path, wanted: PathType, sub_path: str) -> Directory:
    """What may be made, the engine makes, or a file the agent; the engine also says what is missing.

    The agent only tells what is something else: as a service, its own /tmp and /dev are not the node's.
    """
    if wanted is PathType.FILE_OR_CREATE and not root.exists():
        try:
            root.touch()
        except OSError as error:
            raise Refused(
                f"the file {root} cannot be made on the node: {error.strerror}", hint="make it by hand"
            ) from None
    if _is_other(root, wanted):
        raise Refused(f"{root} on the node is not a {wanted}", hint="correct the path or its type")
    may_make = wanted in (PathType.ANY, PathType.DIRECTORY_OR_CREATE)
    return Directory(str(below(root, sub_path)) if sub_path else str(root), may_make=may_make)


def _is_other(path: Path, wanted: PathType) -> bool:
    """Whether something stands there, and it is not what is wanted."""
    try:
        return wanted in KINDS and not KINDS[wanted](path.stat().st_mode)
    except OSError:
        return False
