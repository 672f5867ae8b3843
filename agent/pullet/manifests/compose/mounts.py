"""What a service finds in its file system: volumes, paths, memory, and what others mount.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pullet.manifests.compose.files import granted
from pullet.manifests.compose.parts import BindOptions, ServiceVolume, VolumeOptions
from pullet.manifests.compose.schema import Volume
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import Whole, in_repository, leaves, texts
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.volumes import DataPath, Files, HostPath, Mount, NamedVolume, PathType, RepoPath, Tmpfs

_KEEPS = frozenset({".gitkeep", ".keep", ".gitignore", ".empty"})
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\").match
_BIND = BindOptions.model_validate({})
_VOLUME = VolumeOptions.model_validate({})
_NOTHING = DataPath("")


def mounts(name: str, whole: Whole, findings: Findings) -> tuple[Mount, ...]:
    """In the order of the file; what the service itself mounts is stronger than what it takes from others."""
    return _Mounter(name, whole, findings).mounts()


def lent(name: str, whole: Whole) -> bool:
    """Whether other services take what this one mounts."""
    return any(
        _lender(entry) == name for service in whole.services.sound.values() for entry in service.volumes_from
    )


def _lender(entry: str) -> str:
    return entry.partition(":")[0]


@dataclass(frozen=True, slots=True)
class _Mounter:
    """`asked` are the services that wait for this one's mounts, so that a circle is seen."""

    name: str
    whole: Whole
    findings: Findings
    asked: tuple[str, ...] = ()

    @property
    def service(self) -> Service:
        return self.whole.services.sound[self.name]

    def mounts(self) -> tuple[Mount, ...]:
        mine: dict[str, Mount] = {}
        for mount, loc in self._own():
            if mount.target in mine:
                self.findings.error(loc, f"something else is mounted at {mount.target}")
            mine.setdefault(mount.target, mount)
        return tuple({**{mount.target: mount for mount in self._taken()}, **mine}.values())

    def _own(self) -> Iterator[tuple[Mount, Loc]]:
        for index, volume in enumerate(self.service.volumes):
            loc: Loc = ("volumes", index)
            yield self._mount(volume, posixpath.normpath(volume.target), loc), loc
        for index, text in enumerate(self.service.tmpfs):
            yield self._memory(text, ("tmpfs", index)), ("tmpfs", index)
        yield from granted(self.service, self.whole, self.findings)

    def _mount(self, volume: ServiceVolume, target: str, loc: Loc) -> Mount:
        self._misplaced(volume, loc)
        match volume.type:
            case "volume":
                return self._volume(volume, target, loc)
            case "bind":
                return self._bind(volume, target, loc)
            case "tmpfs":
                options = volume.tmpfs
                memory = Tmpfs(options.size, options.mode) if options else Tmpfs()
                return Mount(memory, target, read_only=volume.read_only)
            case "npipe":
                self.findings.error((*loc, "type"), "named pipes are of Windows")
            case "cluster":
                hint = "write type: volume"
                self.findings.error((*loc, "type"), "there is no cluster that has volumes", hint)
            case "image":
                hint = "copy the files out of it in a service that others depend on to complete"
                self.findings.error((*loc, "type"), "images cannot be mounted by every engine", hint)
        return Mount(_NOTHING, target)

    def _misplaced(self, volume: ServiceVolume, loc: Loc) -> None:
        for name in ("bind", "volume", "tmpfs"):
            if name != volume.type and getattr(volume, name) not in (None, _BIND, _VOLUME):
                self.findings.warn((*loc, name), f"means nothing for a mount of type {volume.type}", key=True)

    def _memory(self, text: str, loc: Loc) -> Mount:
        target, _, options = text.partition(":")
        if not target.startswith("/"):
            self.findings.error(loc, "must be an absolute path inside the container")
        return Mount(Tmpfs(options=options), posixpath.normpath(target))

    def _volume(self, volume: ServiceVolume, target: str, loc: Loc) -> Mount:
        options = volume.volume or _VOLUME
        if options.subpath and (options.subpath.startswith("/") or leaves(options.subpath)):
            self.findings.error((*loc, "volume", "subpath"), "must be a path inside the volume")
        mount = Mount(_NOTHING, target, volume.read_only, options.subpath.rstrip("/"), no_copy=options.nocopy)
        if not volume.source:
            return replace(mount, source=self._unnamed(target, texts(options.labels)))
        shape = self.whole.volumes.find(volume.source, (*loc, "source"), self.findings)
        if shape is None:
            return mount
        if (device := bound(shape)) is not None:
            read_only = volume.read_only or "ro" in _words(shape)
            mount = replace(mount, read_only=read_only, no_copy=False)
            if device.startswith("./"):
                return self._beside(mount, device, _BIND, (*loc, "source"))
            return replace(mount, source=HostPath(device))
        return replace(mount, source=engine_volume(volume.source, shape, self.whole))

    def _unnamed(self, target: str, labels: dict[str, str]) -> NamedVolume:
        """A volume without a name is each instance's own and kept; one that others mount too is the service's."""
        slug = re.sub(r"[^A-Za-z0-9_]+", "-", target).strip("-")
        name = f"{self.whole.project}.{self.name}.{slug}"
        return NamedVolume(name, per_instance=not lent(self.name, self.whole), labels=labels)

    def _bind(self, volume: ServiceVolume, target: str, loc: Loc) -> Mount:
        options, source = volume.bind or _BIND, volume.source
        if options.recursive != "enabled":
            place = (*loc, "bind", "recursive")
            self.findings.error(place, "mounts below a path come along by every engine", "write enabled")
        mount = Mount(
            _NOTHING,
            target,
            volume.read_only,
            propagation=options.propagation or "",
            selinux=options.selinux or "",
        )
        place = (*loc, "source")
        if source.startswith("/") or _WINDOWS(source):
            return replace(mount, source=self._on_node(source, options, place))
        if source.startswith("~"):
            hint = "write the path in full, or one beside this file"
            self.findings.error(place, "an agent has no home directory that a person would mean", hint)
            return mount
        return self._beside(mount, source, options, place)

    def _on_node(self, source: str, options: BindOptions, loc: Loc) -> HostPath:
        if _WINDOWS(source):
            self.findings.error(loc, "is a path of Windows", "name a path of the node, from /")
        kind = PathType.ANY if options.create_host_path else PathType.EXISTING
        return HostPath(posixpath.normpath(source), kind)

    def _beside(self, mount: Mount, source: str, options: BindOptions, loc: Loc) -> Mount:
        """A path of the repository may only be read; one that it does not have is the node's, and kept."""
        if leaves(source):
            self.findings.error(
                loc, "leaves the repository", "write a path inside it, or one of the node from /"
            )
            return mount
        path = in_repository(source)
        identity = self.whole.tree.identify(path)
        if identity is None or self._is_placeholder(path):
            self._will_be_made(path, options, loc)
            return replace(mount, source=DataPath(path))
        if not mount.read_only:
            hint = "write :ro behind it; data that it writes belongs in a volume"
            self.findings.warn(loc, "is of the repository, so the container can only read it", hint)
        return replace(mount, source=RepoPath(path, identity), read_only=True)

    def _is_placeholder(self, path: str) -> bool:
        """A directory that a repository holds only so that it is there."""
        tree = self.whole.tree
        return tree.is_directory(path) and all(
            posixpath.basename(file) in _KEEPS for file in tree.below(path)
        )

    def _will_be_made(self, path: str, options: BindOptions, loc: Loc) -> None:
        if not options.create_host_path:
            hint = "commit it, or let create_host_path be true"
            self.whole.absent(loc, "is not in the repository", hint, self.findings)
        elif posixpath.splitext(path)[1]:
            self.findings.warn(loc, "is not in the repository, so it is made on the node, as a directory")

    def _taken(self) -> Iterator[Mount]:
        """https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes_from"""
        for index, entry in enumerate(self.service.volumes_from):
            loc: Loc = ("volumes_from", index)
            name, _, mode = entry.partition(":")
            if name == "container":
                self.findings.error(loc, "a container that is not of the repository may be gone at any time")
            elif name in (*self.asked, self.name):
                self.findings.error(loc, f"{name} takes the volumes of this service in turn")
            elif mode not in {"", "ro", "rw"}:
                self.findings.error(loc, "must end with :ro or :rw, or with the service's name")
            elif self.whole.services.find(name, loc, self.findings):
                yield from self._of(name, read_only=mode == "ro")

    def _of(self, name: str, *, read_only: bool) -> Iterator[Mount]:
        """What another one mounts; what is wrong there is told there."""
        elsewhere = Findings(self.findings.document, ("services", name))
        for mount in _Mounter(name, self.whole, elsewhere, (*self.asked, self.name)).mounts():
            if not isinstance(mount.source, Files | Tmpfs):
                yield replace(mount, read_only=mount.read_only or read_only)


def engine_volume(key: str, shape: Volume, whole: Whole) -> NamedVolume:
    if shape.external:
        return NamedVolume(shape.name or key, external=True, exact=True)
    return NamedVolume(
        name=shape.name or f"{whole.project}.{key}",
        driver=shape.driver or "local",
        options=texts(shape.driver_opts),
        labels=texts(shape.labels),
        exact=bool(shape.name),
    )


def _words(shape: Volume) -> list[str]:
    return (shape.driver_opts.get("o") or "").split(",")


def bound(shape: Volume) -> str | None:
    """The path that a volume of the local driver is nothing but another name for: of the node, or beside the file.

    https://docs.docker.com/reference/cli/docker/volume/create/#opt
    """
    if shape.external or shape.driver not in {"", "local"} or not {"bind", "rbind"} & set(_words(shape)):
        return None
    device = shape.driver_opts.get("device") or ""
    return device if device.startswith("./") else posixpath.normpath(device)


def sound(shape: Volume, findings: Findings) -> None:
    """What a volume says that is not a matter of shape."""
    device = bound(shape)
    if device is not None and not device.startswith(("/", "./")):
        hint = "write the path in full, or one beside this file"
        findings.error(("driver_opts", "device"), "must be an absolute path of the node", hint)
    if shape.external and (shape.driver or shape.driver_opts or shape.labels):
        findings.error(("external",), "a volume that is there already is not made as the file says", key=True)
