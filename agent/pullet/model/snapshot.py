"""The files of one revision, as text. There is no working tree behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class File:
    """`blob` names the content: equal blobs have equal bytes, so whatever is derived can be kept by it."""

    path: str
    blob: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit: `committed_at` in seconds since the epoch, `trailers` with lower-case keys."""

    commit: str
    subject: str = ""
    author: str = ""
    committed_at: float = 0
    trailers: Mapping[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        return self.commit[:10]


class Tree(Protocol):
    """Every file of a revision, also those that are no manifests; paths are relative to the repository's root."""

    def identify(self, path: str) -> str | None:
        """Names the content of a file, or of a directory with everything below it; None where there is none."""

    def is_directory(self, path: str) -> bool: ...

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none, or where it is larger than a file that is read may be."""

    def below(self, path: str) -> Iterable[str]:
        """The paths of all files below a directory."""


class EmptyTree:
    """No file at all: what a snapshot has that is made of single files."""

    def identify(self, path: str) -> str | None:  # noqa: ARG002
        return None

    def is_directory(self, path: str) -> bool:  # noqa: ARG002
        return False

    def read(self, path: str) -> bytes | None:  # noqa: ARG002
        return None

    def below(self, path: str) -> Iterable[str]:  # noqa: ARG002
        return ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files in the order of their paths, which are relative to the root of the repository.

    `files` are those that may declare something; `tree` gives what they refer to.
    """

    revision: Revision
    files: tuple[File, ...]
    tree: Tree = field(default_factory=EmptyTree, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`at` is the last successful look at the remote, in seconds since the epoch; `error` why the last one failed."""

    at: float | None = None
    error: str = ""
