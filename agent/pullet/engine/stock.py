"""What mounts refer to, made to stand on the node before a container is created, and cleared with its incarnation.

Below the state directory: `config/`, `scratch/`, `data/`; secrets below the run directory, which is memory.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker.errors
import structlog

from pullet.engine import labels
from pullet.engine.client import Client
from pullet.engine.facts import Facts, finished
from pullet.engine.mounts import Directory, Stand, Volume
from pullet.engine.places import below, closed, draft, hand_over, made, of_node, own
from pullet.model.digest import digest
from pullet.model.errors import Refused
from pullet.model.volumes import (
    DataPath,
    Files,
    HostPath,
    Mount,
    NamedVolume,
    RenderedFile,
    RepoPath,
    Scratch,
    Tmpfs,
)

log = structlog.get_logger()

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
                return Directory(str(below(self._render(files, owner), sub_path)))
            case RepoPath() as path:
                return Directory(str(below(self._shelf.export(path), sub_path)))
            case DataPath(path):
                place = made(closed(self._shelf.state / "data"), path)
                return Directory(str(made(place, sub_path)))
            case Scratch(memory=False, name=name):
                return Directory(str(made(self._scratch(name, owner), sub_path, mode=0o777)))
            case Scratch() as scratch:
                return _part(client, _memory_volume(client, scratch, owner), sub_path)
            case NamedVolume() as volume:
                name = _volume(client, volume, owner)
                if owner.fs_group is not None and not mount.read_only:
                    _give(client, name, owner.fs_group)
                return _part(client, name, sub_path)
            case HostPath(path, type_):
                return of_node(Path(path), type_, sub_path)

    def clear(self, client: Client, key: str) -> None:
        """What belongs to one incarnation alone, and is gone with it by declaration."""
        for place in (root / key for root in self._roots()):
            shutil.rmtree(place, ignore_errors=True)
            if place.exists():
                log.warning("leftovers_kept", path=str(place), because="they cannot be removed")
        for volume in _volumes(client, f"{labels.INCARNATION}={key}"):
            with suppress(docker.errors.NotFound):
                client.remove_volume(volume["Name"])

    def sweep(self, client: Client, standing: AbstractSet[str]) -> None:
        """What incarnations left behind that vanished while nobody looked; data is never among it."""
        keys = {place.name for root in self._roots() if root.is_dir() for place in root.iterdir()}
        keys |= {volume["Labels"][labels.INCARNATION] for volume in _volumes(client, labels.INCARNATION)}
        for key in sorted(keys - standing):
            self.clear(client, key)
            log.info("leftovers_removed", key=key, because="no container of it stands")

    def _roots(self) -> tuple[Path, Path, Path]:
        state, run = self._shelf.state, self._shelf.run
        return state / "config", state / "scratch", run / "secrets"

    def _scratch(self, name: str, owner: Owner) -> Path:
        """Open to every user of the pod, as an emptyDir is; what its containers make of its mode stays."""
        place = closed(self._shelf.state / "scratch") / owner.key / name
        if not place.exists():
            new = draft(place)
            new.chmod(0o777 if owner.fs_group is None else 0o2777)
            if owner.fs_group is not None:
                own(new, None, owner.fs_group)
            new.rename(place)
        return place

    def _render(self, files: Files, owner: Owner) -> Path:
        """Written beside and renamed, so that it is there as a whole or not at all; never written again."""
        root = self._shelf.run / "secrets" if files.secret else self._shelf.state / "config"
        place = closed(root) / owner.key / digest(files)
        if not place.exists():
            new = draft(place)
            for file in files.files:
                _write(new, file, owner)
            new.rename(place)
        return place


def _volumes(client: Client, label: str) -> list[dict[str, Any]]:
    return client.volumes(filters={"label": [label]})["Volumes"] or []


def _write(root: Path, file: RenderedFile, owner: Owner) -> None:
    path = below(root, file.path)
    made(path.parent)
    content = (
        file.content if isinstance(file.content, bytes) else finished(file.content, owner.facts).encode()
    )
    group = owner.fs_group if file.gid is None else file.gid
    path.touch(mode=0o600)
    path.write_bytes(content)
    path.chmod(file.mode | (0o040 if owner.fs_group is not None else 0))
    if file.uid is not None or group is not None:
        own(path, file.uid, group)


def _volume(client: Client, volume: NamedVolume, owner: Owner) -> str:
    name = volume.called(owner.node, owner.pod)
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


def _give(client: Client, name: str, group: int) -> None:
    """To the pod's group, where the volume's files are within reach; a driver may keep them somewhere else."""
    root = client.inspect_volume(name)["Mountpoint"]
    try:
        hand_over(Path(root or "/nonexistent"), group)
    except OSError as error:
        log.warning("fs_group_not_applied", volume=name, group=group, because=error.strerror)


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
    return Directory(str(made(Path(root), sub_path)))
