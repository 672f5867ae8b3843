"""The specification of an instance: exactly what forces its recreation, and nothing else.

Replicas, strategy, placement and the commit live outside it (see `workload`), so the hash over all of it
needs no list of exceptions, and a commit that does not touch a workload does not touch its containers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pullet.model.digest import digest
from pullet.model.limits import Resources
from pullet.model.network import Dns, Networking
from pullet.model.probe import Handler, HealthCheck, Probe
from pullet.model.security import Security
from pullet.model.text import Fact, Text, mentions
from pullet.model.volumes import Mount, NamedVolume, RepoPath


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
    """One variable; the value of a `secret` one never appears in a representation.

    A `value` of None takes the image's own away.
    """

    name: str
    value: Text | None
    secret: bool = False

    def __repr__(self) -> str:
        return f"EnvVar({self.name}={'***' if self.secret else self.value})"


@dataclass(frozen=True, slots=True)
class Port:
    """`host` is the published port of the node, None where there is none, 0 where the engine may choose one.

    `protocol` is tcp, udp or sctp.
    """

    container: int
    host: int | None = None
    host_ip: str = ""
    protocol: str = "tcp"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Logging:
    """Where the engine sends what a container writes; empty is the engine's default."""

    driver: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Build:
    """How an image is made from the repository; the context's id is part of what it makes."""

    context: RepoPath
    dockerfile: str = "Dockerfile"
    dockerfile_inline: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    network: str = ""
    platform: str = ""
    extra_hosts: tuple[tuple[str, str], ...] = ()
    shm: int | None = None
    no_cache: bool = False
    pull: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """`command` replaces the image's entrypoint and `args` its command; None leaves the image's own.

    `restart` is set where it differs from the pod's; Always among the init containers makes a sidecar. `labels` stand
    on this container alone. `reaper` puts a small init process first, None leaves the engine's default.
    """

    name: str
    image: str
    pull: PullPolicy = PullPolicy.IF_NOT_PRESENT
    build: Build | None = None
    command: tuple[Text, ...] | None = None
    args: tuple[Text, ...] | None = None
    working_dir: str = ""
    env: tuple[EnvVar, ...] = ()
    ports: tuple[Port, ...] = ()
    exposed: tuple[str, ...] = ()
    resources: Resources = Resources()
    security: Security = Security()
    mounts: tuple[Mount, ...] = ()
    readiness: Probe | None = None
    liveness: Probe | None = None
    startup: Probe | None = None
    healthcheck: HealthCheck | None = None
    post_start: Handler | None = None
    pre_stop: Handler | None = None
    restart: Restart | None = None
    stop_signal: str = ""
    tty: bool = False
    stdin: bool = False
    stdin_once: bool = False
    reaper: bool | None = None
    logging: Logging = Logging()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    runtime: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Pod:
    """One or more containers that share a network namespace; `grace` is the time to stop, in seconds.

    `init` run one after the other before `containers`. `network` None is the namespace's own, under the usual names.
    `pid` and `ipc` are empty for an own namespace, `host` for the node's, for ipc also shareable or private, or the
    name of a workload on the same node. `restarts` bounds the engine's restarts after failures. `names` are further
    names on the network, such as those of the Services that select it. `fs_group` owns its volumes.
    """

    containers: tuple[Container, ...]
    init: tuple[Container, ...] = ()
    restart: Restart = Restart.ALWAYS
    restarts: int | None = None
    grace: float = 30
    deadline: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    network: Networking | None = None
    names: tuple[Text, ...] = ()
    hostname: str = ""
    domainname: str = ""
    hosts: tuple[tuple[str, str], ...] = ()
    dns: Dns | None = None
    pid: str = ""
    ipc: str = ""
    uts: str = ""
    share_processes: bool = False
    sysctls: Mapping[str, str] = field(default_factory=dict)
    fs_group: int | None = None

    def all_containers(self) -> Iterator[Container]:
        """In the order in which they start."""
        yield from self.init
        yield from self.containers

    @property
    def has_sandbox(self) -> bool:
        """Whether a container of its own holds the namespaces.

        It does for several containers, and for one that must know its address before it starts.
        """
        several = len(self.containers) + len(self.init) > 1
        return several or self.share_processes or any(_knows_address(one) for one in self.containers)

    @property
    def host_ports(self) -> frozenset[tuple[str, str, int]]:
        """What no other instance on the node may hold at the same time: (protocol, address, port)."""
        return frozenset(
            (port.protocol, port.host_ip, port.host)
            for container in self.all_containers()
            for port in container.ports
            if port.host
        )

    @property
    def volumes(self) -> Iterator[NamedVolume]:
        """Those of the engine that its containers mount."""
        mounts = (mount for container in self.all_containers() for mount in container.mounts)
        return (mount.source for mount in mounts if isinstance(mount.source, NamedVolume))

    def digest(self) -> str:
        """The specification's hash, which stands on every container of the instance."""
        return digest(self)


def _knows_address(container: Container) -> bool:
    texts = [variable.value for variable in container.env]
    texts += [*(container.command or ()), *(container.args or ())]
    return any(mentions(text, Fact.POD_IP) for text in texts)
