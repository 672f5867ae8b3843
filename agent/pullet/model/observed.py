"""What the engine says exists now, with what the probes and the crew say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pullet.model.inspection import Inspected
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.pod import Restart
from pullet.model.probe import Probe


class Phase(StrEnum):
    """The engine's own words for a container's state."""

    CREATED = "created"
    RUNNING = "running"
    RESTARTING = "restarting"
    PAUSED = "paused"
    EXITED = "exited"
    DEAD = "dead"
    REMOVING = "removing"


class Role(StrEnum):
    """What a container is in its pod. An init container ends before the next one starts, a sidecar stays."""

    MAIN = "main"
    INIT = "init"
    SIDECAR = "sidecar"
    SANDBOX = "sandbox"


UNNAMED = "names"
"""The trait of what was made without the names that it shares with what it is to replace, and lacks them still."""

CUT = "cut"
"""The trait of such a one that has left a network to take its names there, and is not back."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One way in which a container differs by now from what was asked for; `trait` is the engine's word for it.

    What can be put back `in_place` needs no new container.
    """

    trait: str
    words: str
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class ObservedContainer:
    """One container. Times are seconds since the epoch, None where the engine has none. It was made `created_at`.

    `restarts` counts what the engine itself restarted since the last start on request. A `stranded` one shares the
    namespaces of a container that was started anew since, and must be started anew too. `health` is what the engine's
    own check says, empty without one. `image` is the reference that was declared, `image_id` what it led to when the
    container was made, as `sha256:…`. `drift` says how it differs by now from what was asked for.
    `memory_limit` is in bytes, None without one.
    """

    id: str
    name: str
    image: str
    phase: Phase
    exit_code: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    restarts: int = 0
    oom_killed: bool = False
    address: str = ""
    readiness: Probe | None = None
    role: Role = Role.MAIN
    stranded: bool = False
    health: str = ""
    image_id: str = ""
    created_at: float | None = None
    memory_limit: int | None = None
    liveness: Probe | None = None
    startup: Probe | None = None
    drift: tuple[Drift, ...] = ()

    @property
    def is_probed(self) -> bool:
        """Whether it runs and is asked anything, so that there is, or soon will be, an `Answer`."""
        asked = self.readiness or self.liveness or self.startup
        return asked is not None and self.phase is Phase.RUNNING


@dataclass(frozen=True, slots=True)
class Incarnation:
    """One instance built from one specification; while it is replaced, two incarnations stand side by side.

    `mains` names the main containers that it is to have, where it has a sandbox that knows. `after` and `kept` are what
    was declared of its workload when it was made.
    """

    instance: InstanceName
    hash: str
    commit: str
    path: str
    restart: Restart
    containers: tuple[ObservedContainer, ...]
    host_ports: frozenset[tuple[str, str, int]] = frozenset()
    mains: tuple[str, ...] = ()
    after: tuple[WorkloadName, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the probes say of a container: `message` is the reason in words.

    One that is not `live` is to be started anew; one that has not `started` is asked nothing else yet. `since` is when
    it became ready, in seconds since the epoch, None where it is not or where nobody knows.
    """

    ready: bool
    message: str = ""
    live: bool = True
    started: bool = True
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of the last tries of one step: how often in a row, when last, and how it failed.

    `error` is empty for a step that succeeded but may have to be repeated soon, such as a restart.
    """

    count: int
    at: float
    error: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """`answers` by container id; `prepared` are the keys of the pulls that succeeded.

    `busy` are the keys of the steps in flight, with the verb in words; `attempts` those of steps that were tried
    (see `pullet.model.plan`). `inspected` is what canaries' checks say, by workload and hash.
    """

    incarnations: tuple[Incarnation, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    inspected: Mapping[str, Inspected] = field(default_factory=dict)
    prepared: frozenset[str] = frozenset()
    busy: Mapping[str, str] = field(default_factory=dict)
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
