"""One container of the fake engine, with the engine's own restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pullet.engine.preparing import still_prepared
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Answer, Drift, Incarnation, ObservedContainer, Phase, Role
from pullet.model.pod import Container, Pod, Restart

ALIVE = (Phase.RUNNING, Phase.RESTARTING, Phase.PAUSED)

# https://github.com/moby/moby/blob/v20.10.24/restartmanager/restartmanager.go
FIRST_BACKOFF = 0.1
LONGEST_BACKOFF = 60.0
STABLE = 10.0


@dataclass
class FakeContainer:
    """`life` changes whenever a process begins or ends, so that what was to happen to an older one does not."""

    id: str
    instance: InstanceName
    hash: str
    commit: str
    path: str
    pod: Pod
    spec: Container
    role: Role = Role.MAIN
    image_id: str = ""
    phase: Phase = Phase.CREATED
    exit_code: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    restarts: int = 0
    backoff: float = 0.0
    life: int = 0
    created_at: float = 0.0
    after: tuple[WorkloadName, ...] = ()
    kept: bool = False
    drift: tuple[Drift, ...] = ()
    keep_down: bool = False
    risen: bool = True
    hung: bool = False

    def run(self, at: float) -> None:
        self.phase, self.started_at, self.exit_code = Phase.RUNNING, at, 0
        self.risen, self.hung = True, False
        self.life += 1

    def end(self, at: float, exit_code: int) -> None:
        self.phase, self.finished_at, self.exit_code = Phase.EXITED, at, exit_code
        self.life += 1

    def rise(self) -> None:
        self.risen = True

    def hang(self) -> None:
        self.hung = True

    def answer(self, now: float) -> Answer:
        """What its probes say; a startup probe fails when its own time is over."""
        if self.risen:
            return Answer(ready=not self.hung, live=not self.hung, message="it hangs" if self.hung else "")
        startup = self.spec.startup
        patience = startup.initial_delay + startup.failure_threshold * startup.period if startup else 0.0
        live = now < (self.started_at or 0.0) + patience
        return Answer(ready=False, live=live, started=False, message="it is not up yet")

    @property
    def stays_down(self) -> bool:
        """Whether nobody starts it again once it was stopped."""
        return self.role is Role.MAIN and self.pod.restart is Restart.NEVER

    def wants_restart(self) -> bool:
        match self._policy:
            case Restart.ALWAYS:
                return True
            case Restart.ON_FAILURE:
                return self.exit_code != 0
            case Restart.NEVER:
                return False

    @property
    def _policy(self) -> Restart:
        if self.keep_down:
            return Restart.NEVER
        match self.role:
            case Role.SANDBOX | Role.SIDECAR:
                return Restart.ALWAYS
            case Role.INIT:
                return Restart.NEVER if self.pod.restart is Restart.NEVER else Restart.ON_FAILURE
            case Role.MAIN:
                return self.pod.restart

    def next_backoff(self) -> float:
        """Doubles with each restart, and begins anew after a process that held out."""
        held_out = (self.finished_at or 0) - (self.started_at or 0) >= STABLE
        doubled = min(self.backoff * 2, LONGEST_BACKOFF)
        self.backoff = FIRST_BACKOFF if held_out or not self.backoff else doubled
        return self.backoff

    def observed(self) -> ObservedContainer:
        return ObservedContainer(
            id=self.id,
            name=self.spec.name,
            image=self.spec.image,
            phase=self.phase,
            exit_code=self.exit_code,
            started_at=self.started_at,
            finished_at=self.finished_at,
            restarts=self.restarts,
            memory_limit=self.spec.resources.memory_limit,
            address="10.0.0.1" if self.phase is Phase.RUNNING else "",
            readiness=self.spec.readiness,
            liveness=self.spec.liveness,
            startup=self.spec.startup,
            role=self.role,
            image_id=self.image_id,
            created_at=self.created_at,
            drift=self.drift,
        )


def incarnation_of(containers: Sequence[FakeContainer]) -> Incarnation:
    """The containers of one instance and specification, in the order of their names."""
    first = containers[0]
    down = any(one.keep_down for one in containers if one.role is Role.MAIN)
    restart = Restart.NEVER if down else first.pod.restart
    mains = tuple(one.name for one in first.pod.containers) if first.pod.has_sandbox else ()
    return Incarnation(
        instance=first.instance,
        hash=first.hash,
        commit=first.commit,
        path=first.path,
        restart=restart,
        containers=still_prepared(
            [one.observed() for one in sorted(containers, key=lambda one: one.spec.name)], restart
        ),
        host_ports=first.pod.host_ports,
        mains=mains,
        after=first.after,
        kept=first.kept,
    )
