"""What a node found out about the specifications of a workload: lasting findings, for the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Good:
    """A specification that proved itself here: the hash, the commit that has it, and when it did so, in seconds.

    `images` are the ids that its references led to: what a rollback starts, wherever a tag leads by then.
    """

    hash: str
    commit: str
    at: float
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """A specification that did not prove itself, why, and what its containers said last; `at` in seconds."""

    hash: str
    commit: str
    at: float
    because: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A specification that has yet to prove itself, tried `since` a time in seconds.

    `mark` is how far it has come, and `stalled` since when it comes no further though it is tried; None while it waits
    for something else, which is not held against it.
    """

    hash: str
    since: float
    mark: int = 0
    stalled: float | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What this node knows of the specifications of one workload; `failed` is not tried again."""

    good: Good | None = None
    failed: Failed | None = None
    trial: Trial | None = None
