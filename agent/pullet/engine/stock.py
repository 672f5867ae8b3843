"""What mounts refer to, made to stand on the node before a container is created, and cleared with its incarnation.

Below the state directory: `config/`, `scratch/`, `data/`; secrets below the run directory, which is memory.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker.errors

from pullet.engine import labels
from pullet.engine.client import Client
from pullet.engine.facts import Facts, finished
from pullet.engine.mounts import Directory, Stand, Volume
from pullet.model.digest import digest
from pullet.model.errors import Refused
from pullet.model.volumes import (
    DataPath,
    Files,
    HostPath,
    Mount,
    NamedVolume,
    PathType,
    RenderedFile,
    RepoPath,
    Scratch,
    Tmpfs,
)

SUBPATH_SINCE = (1, 45)  # API version in which the engine learned to mount a part of a volume


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the agent keeps what it makes; `export` gives the place of what a RepoPath names."""

    state: Path
    run: Path
    export: Callable[[RepoPath], Path]


def _nothing_to_export(path: RepoPath) -> Path:
    raise Refused(f"{path.path} cannot be laid out here: this engine is only looked at")


LOOKING_ONLY = Shelf(Path("/nonexistent"), Path("/nonexistent"), _nothing_to_export)
"""For who never starts anything."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An incarnation: `key` is its own among all of all nodes, `pod` its instance's readable name."""

    key: str
    pod: str
    node: str
    facts: Facts
    fs_group: int | None = None


class Stock:
    """Called by the crew's threads; making what stands already changes nothing."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def stand(self, client: Client, mount: Mount, owner: Owner) -> Stand:
        """Raises Refused where what must be there is not, or must not be reached."""
        sub_path = finished(mount.sub_path, owner.facts)
        match mount.source:
            case Tmpfs():
                return None
            case Files() as files:
                return Directory(str(_below(self._render(files, owner), sub_path)))
            case RepoPath() as path:
                return Directory(str(_below(self._shelf.export(path), sub_path)))
            case DataPath(path):
                return Directory(str(_made(self._shelf.state / "data" / path, sub_path)))
            case Scratch(memory=False, name=name):
                return Directory(str(_made(self._scratch(name, owner), sub_path, mode=0o777)))
            case Scratch() as scratch:
                return _part(client, _memory_volume(client, scratch, owner), sub_path)
            case NamedVolume() as volume:
                return _part(client, _volume(client, volume, owner), sub_path)
            case HostPath(path, type_):
                return _host_path(Path(path), type_, sub_path)

    def clear(self, client: Client, key: str) -> None:
        """What belongs to one incarnation alone, and is gone with it by declaration."""
        for root in (
            self._shelf.state / "config",
            self._shelf.run / "secrets",
            self._shelf.state / "scratch",
        ):
            shutil.rmtree(root / key, ignore_errors=True)
        for volume in client.volumes(filters={"label": [f"{labels.INCARNATION}={key}"]})["Volumes"] or ():
            client.remove_volume(volume["Name"])

    def _scratch(self, name: str, owner: Owner) -> Path:
        place = self._shelf.state / "scratch" / owner.key / name
        if not place.exists():
            _made(place)
            place.chmod(0o777 if owner.fs_group is None else 0o2777)
            if owner.fs_group is not None:
                _own(place, None, owner.fs_group)
        return place

    def _render(self, files: Files, owner: Owner) -> Path:
        """Written beside and renamed, so that it is there as a whole or not at all; never written again."""
        root = self._shelf.run / "secrets" if files.secret else self._shelf.state / "config"
        place = root / owner.key / digest(files)
        if not place.exists():
            draft = place.with_name(f".{place.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            _made(draft).chmod(0o755)
            for file in files.files:
                _write(draft, file, owner)
            draft.rename(place)
        return place


def _write(root: Path, file: RenderedFile, owner: Owner) -> None:
    path = _below(root, file.path)
    _made(path.parent)
    content = (
        file.content if isinstance(file.content, bytes) else finished(file.content, owner.facts).encode()
    )
    group = owner.fs_group if file.gid is None else file.gid
    path.touch(mode=0o600)
    path.write_bytes(content)
    if file.uid is not None or group is not None:
        _own(path, file.uid, group)
    path.chmod(file.mode | (0o040 if owner.fs_group is not None else 0))


def _own(path: Path, uid: int | None, gid: int | None) -> None:
    try:
        os.chown(path, -1 if uid is None else uid, -1 if gid is None else gid)
    except PermissionError:
        raise Refused(
            f"{path.name} cannot be given to user {uid}, group {gid}",
            hint="the agent must run as root, with the capability CAP_CHOWN, for files with an owner",
        ) from None


def _below(root: Path, sub_path: str) -> Path:
    """Raises Refused for what would lead out of the root, also through symbolic links."""
    place = root / sub_path
    if not place.resolve().is_relative_to(root.resolve()):
        raise Refused(f"{sub_path} leads out of its volume")
    return place


def _made(root: Path, sub_path: str = "", mode: int = 0o755) -> Path:
    place = _below(root, sub_path)
    if not place.exists():
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(mode)
    return place


def _host_path(root: Path, wanted: PathType, sub_path: str) -> Directory:
    """What must be there is looked for; what may be made, the engine makes, or a file the agent."""
    if wanted is PathType.FILE_OR_CREATE and not root.exists():
        try:
            root.touch()
        except OSError as error:
            raise Refused(f"the file {root} cannot be made on the node: {error.strerror}") from None
    may_make = wanted in (PathType.ANY, PathType.DIRECTORY_OR_CREATE)
    if not (may_make or _is(root, wanted)):
        kind = "" if wanted is PathType.EXISTING else f" as a {wanted}"
        raise Refused(f"{root} on the node is not there{kind}", hint="make it, or correct the path")
    return Directory(str(_below(root, sub_path)) if sub_path else str(root), may_make=may_make)


def _is(path: Path, wanted: PathType) -> bool:
    tests = {
        PathType.EXISTING: lambda _: True,
        PathType.DIRECTORY: stat.S_ISDIR,
        PathType.FILE: stat.S_ISREG,
        PathType.FILE_OR_CREATE: stat.S_ISREG,
        PathType.SOCKET: stat.S_ISSOCK,
        PathType.CHAR_DEVICE: stat.S_ISCHR,
        PathType.BLOCK_DEVICE: stat.S_ISBLK,
    }
    try:
        return tests[wanted](path.stat().st_mode)
    except OSError:
        return False


def volume_name(volume: NamedVolume, owner: Owner) -> str:
    if volume.exact or volume.external:
        return volume.name
    name = f"pullet-{owner.node}-{volume.name}"
    return f"{name}-{owner.pod}" if volume.per_instance else name


def _volume(client: Client, volume: NamedVolume, owner: Owner) -> str:
    name = volume_name(volume, owner)
    if volume.external:
        try:
            client.inspect_volume(name)
        except docker.errors.NotFound:
            raise Refused(
                f"the volume {name} is external and not on this node", hint=f"docker volume create {name}"
            ) from None
        return name
    ours = {labels.NODE: owner.node}
    client.create_volume(name, volume.driver, dict(volume.options), {**volume.labels, **ours})
    return name


def _memory_volume(client: Client, scratch: Scratch, owner: Owner) -> str:
    name = f"pullet-{owner.key}-{scratch.name}"
    size = "" if scratch.size is None else f",size={scratch.size}"
    options = {"type": "tmpfs", "device": "tmpfs", "o": f"mode=1777{size}"}
    client.create_volume(name, "local", options, {labels.NODE: owner.node, labels.INCARNATION: owner.key})
    return name


def _part(client: Client, name: str, sub_path: str) -> Stand:
    """A part of a volume; older engines do not know how, but say where it stands on the node."""
    if not sub_path or tuple(map(int, client.api_version.split("."))) >= SUBPATH_SINCE:
        return Volume(name, sub_path)
    root = client.inspect_volume(name)["Mountpoint"]
    if not root or not Path(root).is_dir():
        raise Refused(
            f"{sub_path} of the volume {name} cannot be mounted by this engine",
            hint="Docker 26 or newer can",
        )
    return Directory(str(_made(Path(root), sub_path)))
