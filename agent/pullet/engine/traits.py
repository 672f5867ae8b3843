"""What of a container is compared with what was asked for, by the engine's words, and how it is told to people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Trait:
    """What stays as it is while a container lives: keys of `Config` and of `HostConfig`."""

    words: str
    config: tuple[str, ...] = ()
    host: tuple[str, ...] = ()


FIXED = (
    Trait(
        "its command is not what",
        ("Entrypoint", "Cmd", "WorkingDir", "User", "Tty", "OpenStdin", "StopSignal"),
    ),
    Trait("its health check is not what", ("Healthcheck",)),
    Trait("its mounts are not what", host=("Mounts", "Binds", "Tmpfs")),
    Trait("its published ports are not what", host=("PortBindings",)),
    Trait("its rights are not what", host=("Privileged", "CapAdd", "CapDrop", "GroupAdd", "ReadonlyRootfs")),
    Trait("its security profile is not what", host=("SecurityOpt",)),
    Trait("its devices are not what", host=("Devices",)),
    Trait("its namespaces are not what", host=("NetworkMode", "PidMode", "IpcMode", "UTSMode", "Sysctls")),
    Trait("its hosts and name servers are not what", host=("ExtraHosts", "Dns", "DnsSearch", "DnsOptions")),
)

NEVER_UNASKED = frozenset({"Mounts", "Binds", "PortBindings", "Privileged", "CapAdd", "Devices"})
"""What the engine gives nobody who does not ask for it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound that can be changed while a container lives; `show` tells a value of it to people.

    One that is `plain` is never set by the engine itself, so that it counts although nobody asked for any.
    """

    words: str
    show: Callable[[Any], str] = str
    plain: bool = False


def _memory(value: int) -> str:
    return f"{value / (1 << 20):g} MiB"


def _cores(value: int) -> str:
    return f"{value / 1_000_000_000:g} CPUs"


LIMITS = {
    "Memory": Limit("memory limit", _memory, plain=True),
    "MemorySwap": Limit("limit of memory and swap", _memory),
    "MemoryReservation": Limit("reserved memory", _memory),
    "NanoCpus": Limit("CPU limit", _cores, plain=True),
    "CpuShares": Limit("share of the CPUs", plain=True),
    "CpuQuota": Limit("CPU quota", plain=True),
    "CpuPeriod": Limit("CPU period"),
    "CpuRealtimeRuntime": Limit("real-time CPU runtime"),
    "CpuRealtimePeriod": Limit("real-time CPU period"),
    "CpusetCpus": Limit("set of CPUs", plain=True),
    "PidsLimit": Limit("limit of processes", plain=True),
    "BlkioWeight": Limit("block I/O weight"),
}
"""Keys of `HostConfig` and of `POST /containers/{id}/update`."""
