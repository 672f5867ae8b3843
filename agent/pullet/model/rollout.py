"""How far a workload has come on one node from what stood to what is wanted, for people who wait for it."""

from __future__ import annotations

from dataclasses import dataclass

from pullet.model.report import State, failure, timestamp
from pullet.model.verdict import Failed


@dataclass(frozen=True, slots=True)
class Older:
    """How many incarnations of another specification still stand."""

    hash: str
    commit: str
    count: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """`updated` of `wanted` instances have the specification `hash`, and `ready` of those are; times in seconds.

    Where what is declared has `failed`, the wanted specification is the last good one. `since` is when it came to that,
    and `deadline` when it counts as failed unless it comes on. Nothing more comes of an `ended` one by itself.
    """

    workload: str
    state: State
    hash: str
    commit: str
    wanted: int
    updated: int
    ready: int
    older: tuple[Older, ...] = ()
    because: str = ""
    since: float | None = None
    deadline: float | None = None
    failed: Failed | None = None
    ended: bool = False

    def as_dict(self) -> dict[str, object]:
        """The shape of `pullet rollout status -o json`, and of `/activity`."""
        return {
            "workload": self.workload,
            "state": str(self.state),
            "hash": self.hash,
            "commit": self.commit,
            "wanted": self.wanted,
            "updated": self.updated,
            "ready": self.ready,
            "older": [{"hash": one.hash, "commit": one.commit, "count": one.count} for one in self.older],
            "because": self.because,
            "since": _moment(self.since),
            "deadline": _moment(self.deadline),
            "failed": failure(self.failed) if self.failed else None,
            "ended": self.ended,
        }


def _moment(at: float | None) -> str | None:
    return None if at is None else timestamp(at)
