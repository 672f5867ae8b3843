"""What containers find in their file system besides their image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pullet.model.text import Text


class PathType(StrEnum):
    """What must stand at a path of the node, or is made there; with ANY a directory, where nothing is.

    EXISTING is of Compose, anything that is there already; the others are of Kubernetes.
    https://kubernetes.io/docs/concepts/storage/volumes/#hostpath-volume-types
    """

    ANY = ""
    DIRECTORY_OR_CREATE = "DirectoryOrCreate"
    DIRECTORY = "Directory"
    FILE_OR_CREATE = "FileOrCreate"
    FILE = "File"
    SOCKET = "Socket"
    CHAR_DEVICE = "CharDevice"
    BLOCK_DEVICE = "BlockDevice"
    EXISTING = "Existing"


@dataclass(frozen=True, slots=True)
class HostPath:
    """A path of the node itself, which its policy must allow."""

    path: str
    type: PathType = PathType.ANY


@dataclass(frozen=True, slots=True)
class NamedVolume:
    """An engine volume that outlives its users. With `per_instance` each instance has its own of that name.

    An `external` one must be there already; `exact` takes the name as it is, without the node's prefix.
    """

    name: str
    per_instance: bool = False
    driver: str = "local"
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    external: bool = False
    exact: bool = False

    def called(self, node: str, pod: str) -> str:
        """What the engine of a node calls it; `pod` is the readable name of the instance that mounts it."""
        if self.exact or self.external:
            return self.name
        name = f"pullet-{node}-{self.name}"
        return f"{name}-{pod}" if self.per_instance else name


@dataclass(frozen=True, slots=True)
class Scratch:
    """Empty at first, shared by the containers of one incarnation, and gone with it; `size` in bytes."""

    name: str
    memory: bool = False
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Tmpfs:
    """Memory of one container; `size` in bytes, `mode` as permissions, `options` as mount knows them."""

    size: int | None = None
    mode: int | None = None
    options: str = ""


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One file: its path below the directory it stands in, content, permissions, owner (None: root)."""

    path: str
    content: Text | bytes = field(repr=False)
    mode: int = 0o644
    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """Configuration as files, immutable; `secret` ones stand in memory only.

    A mount of a single file names it in its `sub_path`.
    """

    files: tuple[RenderedFile, ...]
    secret: bool = False


@dataclass(frozen=True, slots=True)
class RepoPath:
    """A file or directory of the repository; `id` names its content, so that a change is a new specification."""

    path: str
    id: str


@dataclass(frozen=True, slots=True)
class DataPath:
    """A directory that a Compose file names beside itself and that the repository does not have: kept on the node."""

    path: str


Source = HostPath | NamedVolume | Scratch | Tmpfs | Files | RepoPath | DataPath


@dataclass(frozen=True, slots=True)
class Mount:
    """`propagation` and `selinux` are the engine's words: rprivate, rslave, rshared; z, Z.

    `no_copy` leaves a new volume empty instead of filling it from the image.
    """

    source: Source
    target: str
    read_only: bool = False
    sub_path: Text = ""
    propagation: str = ""
    selinux: str = ""
    no_copy: bool = False
