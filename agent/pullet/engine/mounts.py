"""Mounts in the engine's own words. Pure: where each source stands on the node was found out before, by `stock`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pullet.engine.options import said
from pullet.model.volumes import Mount, Tmpfs


@dataclass(frozen=True, slots=True)
class Volume:
    """An engine volume, and the directory in it that is mounted."""

    name: str
    sub_path: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """A file or directory of the node; the engine makes a directory where `may_make` and nothing is there."""

    path: str
    may_make: bool = False


Stand = Volume | Directory | None
"""Where a source stands; a tmpfs stands nowhere."""


def mounted(stands: tuple[tuple[Mount, Stand], ...]) -> dict[str, Any]:
    """Of `HostConfig`. Only the older form of a bind lets the engine make a directory, or label it for SELinux."""
    found: dict[str, Any] = {"Mounts": [], "Binds": [], "Tmpfs": {}}
    for mount, stand in stands:
        match stand:
            case Directory(path, may_make) if (may_make or mount.selinux) and ":" not in path + mount.target:
                found["Binds"].append(f"{path}:{mount.target}:{_flags(mount)}")
            case Directory(path):
                found["Mounts"].append(_bind(mount, path))
            case Volume():
                found["Mounts"].append(_volume(mount, stand))
            case None if isinstance(mount.source, Tmpfs) and mount.source.options:
                found["Tmpfs"][mount.target] = _options(mount.source)
            case None:
                found["Mounts"].append(_tmpfs(mount))
    return {key: value for key, value in found.items() if value}


def _flags(mount: Mount) -> str:
    flags = ("ro" if mount.read_only else "rw", mount.propagation, mount.selinux)
    return ",".join(flag for flag in flags if flag)


def _bind(mount: Mount, path: str) -> dict[str, Any]:
    options = said(Propagation=mount.propagation)
    return {
        "Type": "bind",
        "Source": path,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
        **said(BindOptions=options),
    }


def _volume(mount: Mount, volume: Volume) -> dict[str, Any]:
    return {
        "Type": "volume",
        "Source": volume.name,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
        **said(VolumeOptions=said(NoCopy=mount.no_copy, Subpath=volume.sub_path)),
    }


def _tmpfs(mount: Mount) -> dict[str, Any]:
    source = mount.source
    size, mode = (source.size, source.mode) if isinstance(source, Tmpfs) else (None, None)
    return {
        "Type": "tmpfs",
        "Target": mount.target,
        **said(TmpfsOptions=said(SizeBytes=size, Mode=mode)),
    }


def _options(source: Tmpfs) -> str:
    size = "" if source.size is None else f"size={source.size}"
    mode = "" if source.mode is None else f"mode={source.mode:o}"
    return ",".join(part for part in (size, mode, source.options) if part)
