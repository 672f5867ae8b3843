"""How a container is asked, by the agent or by the engine; times in seconds.

https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpGet:
    """A GET that succeeds with a status from 200 to 399. An empty host is the instance's own address."""

    path: str
    port: int
    host: str = ""
    scheme: str = "http"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TcpSocket:
    """A connection that is accepted. An empty host is the instance's own address."""

    port: int
    host: str = ""


@dataclass(frozen=True, slots=True)
class Exec:
    """A command inside the container that exits 0.

    Empty is the container's own user and directory; `environment` (`NAME=value`) comes besides the container's.
    """

    command: tuple[str, ...]
    user: str = ""
    working_dir: str = ""
    environment: tuple[str, ...] = ()
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class Grpc:
    """The gRPC health protocol's Check of `service`.

    https://github.com/grpc/grpc/blob/master/doc/health-checking.md
    """

    port: int
    service: str = ""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Nothing, for so many seconds."""

    seconds: float


Check = HttpGet | TcpSocket | Exec | Grpc
Handler = HttpGet | TcpSocket | Exec | Sleep


@dataclass(frozen=True, slots=True)
class Probe:
    """`grace` is the time to stop after a failed liveness probe, None for the pod's own."""

    check: Check
    initial_delay: float = 0
    period: float = 10
    timeout: float = 1
    success_threshold: int = 1
    failure_threshold: int = 3
    grace: float | None = None


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The engine's own. An empty `test` leaves the image's test and changes its times; ("NONE",) turns it off.

    Zero leaves the engine's default. https://github.com/compose-spec/compose-spec/blob/main/05-services.md#healthcheck
    """

    test: tuple[str, ...] = ()
    interval: float = 0
    timeout: float = 0
    start_period: float = 0
    start_interval: float = 0
    retries: int = 0
