"""What a container may use of the node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ulimit:
    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the node; `permissions` of r, w, m."""

    host: str
    container: str
    permissions: str = "rwm"


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """Devices that a driver of the engine hands out, such as GPUs; `count` -1 means all of them."""

    driver: str = ""
    count: int = 0
    ids: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ("gpu",)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BlockIo:
    """`rates` are (read_bps|read_iops|write_bps|write_iops, device, rate), `weights` (device, weight)."""

    weight: int = 0
    weights: tuple[tuple[str, int], ...] = ()
    rates: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Resources:
    """Processor in thousandths of a core, memory in bytes, times in microseconds; None where nothing is asked.

    `memory_swap` is memory and swap together, -1 without a limit; None allows no swap beside a memory limit.
    """

    cpu_request: int | None = None
    cpu_limit: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    memory_swap: int | None = None
    swappiness: int | None = None
    cpu_shares: int | None = None
    cpu_quota: int | None = None
    cpu_period: int | None = None
    cpu_rt_runtime: int | None = None
    cpu_rt_period: int | None = None
    cpuset: str = ""
    pids: int | None = None
    shm: int | None = None
    oom_score: int | None = None
    oom_kill_disable: bool = False
    ulimits: tuple[Ulimit, ...] = ()
    devices: tuple[Device, ...] = ()
    device_rules: tuple[str, ...] = ()
    device_requests: tuple[DeviceRequest, ...] = ()
    block_io: BlockIo | None = None
    storage: Mapping[str, str] = field(default_factory=dict)
    cgroup_parent: str = ""
    private_cgroup: bool | None = None
