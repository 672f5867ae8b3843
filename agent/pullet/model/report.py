"""What came of a revision on one node: for the note, the HTTP status, the metrics and the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from pullet.model.problem import Problem
from pullet.model.verdict import Failed


class State(StrEnum):
    """Of a node and of a workload. Only `converged` is good."""

    CONVERGED = "converged"
    PROGRESSING = "progressing"
    DEGRADED = "degraded"
    ROLLED_BACK = "rolled-back"
    HELD = "held"
    REFUSED = "refused"


def timestamp(at: float, *, timespec: str = "seconds") -> str:
    """RFC 3339 in UTC, from seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class ContainerReport:
    name: str
    image: str
    state: str
    id: str
    restarts: int = 0
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class InstanceReport:
    """`drift` says how its containers differ from what was asked for, where somebody wants to know."""

    instance: str
    state: str
    ready: bool
    because: str
    containers: tuple[ContainerReport, ...] = ()
    drift: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkloadReport:
    """`ready` of `wanted` instances of the wanted specification on this node.

    Where what is declared has `failed`, the wanted one is the last that was good.
    """

    state: State
    ready: int
    wanted: int
    hash: str = ""
    message: str = ""
    failed: Failed | None = None

    def note(self) -> dict[str, object]:
        """Its part of the note."""
        said: dict[str, object] = {
            "state": str(self.state),
            "ready": self.ready,
            "wanted": self.wanted,
            "hash": self.hash,
            "message": self.message,
        }
        return {**said, "failed": failure(self.failed)} if self.failed else said


def failure(failed: Failed) -> dict[str, object]:
    """As it stands in the note."""
    return {
        "hash": failed.hash,
        "commit": failed.commit,
        "at": timestamp(failed.at),
        "because": failed.because,
        "last_words": failed.evidence,
    }


@dataclass(frozen=True, slots=True)
class Report:
    """`since` and `fetched_at` in seconds since the epoch; `took` seconds from seeing the commit to this state.

    `fetch_error` is why the last fetch failed, empty when it did not.
    """

    node: str
    commit: str
    state: State
    since: float
    took: float
    message: str = ""
    workloads: Mapping[str, WorkloadReport] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    instances: tuple[InstanceReport, ...] = ()
    fetched_at: float | None = None
    fetch_error: str = ""

    @property
    def ready(self) -> int:
        return sum(workload.ready for workload in self.workloads.values())

    @property
    def wanted(self) -> int:
        return sum(workload.wanted for workload in self.workloads.values())

    @property
    def headline(self) -> str:
        """The note's first line."""
        counts = f"{self.ready} of {self.wanted} instances ready"
        line = f"{self.node}: {self.state}, {counts}, {self.took:.1f}s"
        return f"{line}: {self.message}" if self.message else line

    def note(self) -> dict[str, object]:
        """The note's keys."""
        return {
            "node": self.node,
            "commit": self.commit,
            "state": str(self.state),
            "since": timestamp(self.since),
            "workloads": {name: workload.note() for name, workload in self.workloads.items()},
            "problems": [problem.as_dict() for problem in self.problems],
        }

    def status(self) -> dict[str, object]:
        """The shape of `/status` and of `pullet status -o json`: the note's keys and what is of the moment."""
        fetched = self.fetched_at
        return {
            **self.note(),
            "message": self.message,
            "fetched_at": None if fetched is None else timestamp(fetched, timespec="milliseconds"),
            "fetch_error": self.fetch_error,
            "instances": [
                {
                    "instance": instance.instance,
                    "state": instance.state,
                    "ready": instance.ready,
                    "containers": [
                        {
                            "name": container.name,
                            "image": container.image,
                            "state": container.state,
                            "id": container.id,
                            "restarts": container.restarts,
                            "exit_code": container.exit_code,
                        }
                        for container in instance.containers
                    ],
                    "because": instance.because,
                    "drift": list(instance.drift),
                }
                for instance in self.instances
            ],
        }
