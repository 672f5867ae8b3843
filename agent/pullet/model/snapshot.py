"""The files of one revision, as text. There is no working tree behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files in the order of their paths, which are relative to the root of the repository."""

    revision: Revision
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """`at` is the last successful look at the remote, in seconds since the epoch; `error` why the last one failed."""

    at: float | None = None
    error: str = ""
