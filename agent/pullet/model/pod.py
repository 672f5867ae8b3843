"""The specification of an instance: exactly what forces its recreation, and nothing else.

Replicas, strategy, placement and the commit live outside it (see `workload`), so the hash over all of it
needs no list of exceptions, and a commit that does not touch a workload does not touch its containers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pullet.model.digest import digest


class Restart(StrEnum):
    """When a container that ended is started again.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    """

    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"


class PullPolicy(StrEnum):
    """https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy"""

    ALWAYS = "Always"
    IF_NOT_PRESENT = "IfNotPresent"
    NEVER = "Never"


@dataclass(frozen=True, slots=True)
class EnvVar:
    """One variable; the value of a `secret` one never appears in a representation."""

    name: str
    value: str
    secret: bool = False

    def __repr__(self) -> str:
        return f"EnvVar({self.name}={'***' if self.secret else self.value})"


@dataclass(frozen=True, slots=True)
class Port:
    """`host` is the published port of the node, or None; `protocol` is tcp, udp or sctp."""

    container: int
    host: int | None = None
    host_ip: str = ""
    protocol: str = "tcp"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Resources:
    """Processor in thousandths of a core, memory in bytes; None where nothing is asked."""

    cpu_request: int | None = None
    cpu_limit: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None


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
    """A command inside the container that exits 0."""

    command: tuple[str, ...]


Check = HttpGet | TcpSocket | Exec


@dataclass(frozen=True, slots=True)
class Probe:
    """How an instance is asked; times in seconds.

    https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    """

    check: Check
    initial_delay: float = 0
    period: float = 10
    timeout: float = 1
    success_threshold: int = 1
    failure_threshold: int = 3


@dataclass(frozen=True, slots=True)
class Container:
    """`command` replaces the image's entrypoint and `args` its command; None leaves the image's own."""

    name: str
    image: str
    pull: PullPolicy = PullPolicy.IF_NOT_PRESENT
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    working_dir: str = ""
    env: tuple[EnvVar, ...] = ()
    ports: tuple[Port, ...] = ()
    resources: Resources = Resources()
    readiness: Probe | None = None


@dataclass(frozen=True, slots=True)
class Pod:
    """One or more containers that share a network namespace; `grace` is the time to stop, in seconds."""

    containers: tuple[Container, ...]
    restart: Restart = Restart.ALWAYS
    grace: float = 30
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def host_ports(self) -> frozenset[tuple[str, str, int]]:
        """What no other instance on the node may hold at the same time: (protocol, address, port)."""
        return frozenset(
            (port.protocol, port.host_ip, port.host)
            for container in self.containers
            for port in container.ports
            if port.host is not None
        )

    def digest(self) -> str:
        """The specification's hash, which stands on every container of the instance."""
        return digest(self)
