"""The little that must outlive the agent, and that the engine cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.report import State
from pullet.model.run import Run, Timetable
from pullet.model.verdict import Record


@dataclass(frozen=True, slots=True)
class Followed:
    """One revision that this node followed and what came of it; times in seconds since the epoch.

    `left` is when it ceased to be converged, None while it never did: convergence is counted from then.
    """

    commit: str
    subject: str
    seen: float
    state: str
    since: float
    message: str = ""
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Shed:
    """Volumes, by the engine's names, that go with a workload that is not declared since `left`; None while it is."""

    volumes: tuple[str, ...] = ()
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """`followed` has the newest last; `records` and the `timetables` of CronJobs are by the workload's name.

    `runs` are by `namespace/Job/name HASH` and `namespace/CronJob/name@MINUTE`, which counts since the epoch.
    `kept` says of a workload that stands here whether it stays when it is no longer declared, as was said of it last;
    `shed` has those whose volumes go with them.
    """

    followed: tuple[Followed, ...] = ()
    records: Mapping[str, Record] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)
    timetables: Mapping[str, Timetable] = field(default_factory=dict)
    kept: Mapping[str, bool] = field(default_factory=dict)
    shed: Mapping[str, Shed] = field(default_factory=dict)

    @property
    def last(self) -> Followed | None:
        return self.followed[-1] if self.followed else None

    def base(self, commit: str) -> str | None:
        """The last revision before `commit` that was not held: words in commit messages count since then."""
        acted_on = (one.commit for one in reversed(self.followed) if one.state != State.HELD)
        return next((one for one in acted_on if one != commit), None)


@dataclass(frozen=True, slots=True)
class Words:
    """What a person said to this agent: `paused` is the reason given, empty while it is not paused.

    `accepted` are the commits whose removals were allowed on this node. `retried` says of a workload when it was last
    to be tried again at once, and `promoted` when its new specification was approved, in seconds since the epoch.
    """

    paused: str = ""
    accepted: frozenset[str] = frozenset()
    retried: Mapping[str, float] = field(default_factory=dict)
    promoted: Mapping[str, float] = field(default_factory=dict)
