"""A container's limits and rights in the engine's own words: parts of the body of `POST /containers/create`. Pure.

https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerCreate
"""

from __future__ import annotations

from typing import Any

from pullet.model.limits import BlockIo, DeviceRequest, Resources
from pullet.model.pod import Container
from pullet.model.probe import HealthCheck
from pullet.model.security import Security

NANOSECONDS = 1_000_000_000
LEAST_MEMORY = 6 << 20
"""Bytes: the engine takes no bound below, neither a hard nor a soft one."""


def said(**fields: Any) -> dict[str, Any]:
    """What is worth saying: the engine has its own defaults for the rest."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {}, False)}


def limits(resources: Resources) -> dict[str, Any]:
    """Of `HostConfig`. Where nothing is said of swap, there is none beside a memory limit.

    A request that is too little to be a soft bound counts where instances are placed, and nowhere else.
    """
    memory, request = resources.memory_limit, resources.memory_request or 0
    swap = memory if resources.memory_swap is None else resources.memory_swap
    found = said(
        Memory=memory,
        MemorySwap=swap,
        MemoryReservation=request if request >= LEAST_MEMORY else None,
        NanoCpus=resources.cpu_limit and resources.cpu_limit * 1_000_000,
        CpuShares=_shares(resources),
        CpuQuota=resources.cpu_quota,
        CpuPeriod=resources.cpu_period,
        CpuRealtimeRuntime=resources.cpu_rt_runtime,
        CpuRealtimePeriod=resources.cpu_rt_period,
        CpusetCpus=resources.cpuset,
        PidsLimit=resources.pids,
        ShmSize=resources.shm,
        OomScoreAdj=resources.oom_score,
        OomKillDisable=resources.oom_kill_disable,
        Ulimits=[{"Name": one.name, "Soft": one.soft, "Hard": one.hard} for one in resources.ulimits],
        StorageOpt=dict(resources.storage),
        CgroupParent=resources.cgroup_parent,
    )
    if resources.swappiness is not None:
        found["MemorySwappiness"] = resources.swappiness
    if resources.private_cgroup is not None:
        found["CgroupnsMode"] = "private" if resources.private_cgroup else "host"
    return {**found, **_devices(resources), **(_block_io(resources.block_io) if resources.block_io else {})}


def _shares(resources: Resources) -> int | None:
    """As the kubelet counts them: 1024 for a core, at least 2."""
    if resources.cpu_shares is not None or resources.cpu_request is None:
        return resources.cpu_shares
    return max(2, resources.cpu_request * 1024 // 1000)


def _devices(resources: Resources) -> dict[str, Any]:
    return said(
        Devices=[
            {"PathOnHost": one.host, "PathInContainer": one.container, "CgroupPermissions": one.permissions}
            for one in resources.devices
        ],
        DeviceCgroupRules=list(resources.device_rules),
        DeviceRequests=[_request(one) for one in resources.device_requests],
    )


def _request(one: DeviceRequest) -> dict[str, Any]:
    return {
        "Driver": one.driver,
        "Count": one.count,
        "DeviceIDs": list(one.ids),
        "Capabilities": [list(one.capabilities)],
        "Options": dict(one.options),
    }


def _block_io(block_io: BlockIo) -> dict[str, Any]:
    words = {
        "read_bps": "BlkioDeviceReadBps",
        "read_iops": "BlkioDeviceReadIOps",
        "write_bps": "BlkioDeviceWriteBps",
        "write_iops": "BlkioDeviceWriteIOps",
    }
    found: dict[str, Any] = said(
        BlkioWeight=block_io.weight,
        BlkioWeightDevice=[{"Path": path, "Weight": weight} for path, weight in block_io.weights],
    )
    for what, device, rate in block_io.rates:
        found.setdefault(words[what], []).append({"Path": device, "Rate": rate})
    return found


def rights(security: Security) -> dict[str, Any]:
    """Of `HostConfig`; the user stands elsewhere."""
    found = said(
        Privileged=security.privileged,
        CapAdd=list(security.add),
        CapDrop=list(security.drop),
        GroupAdd=list(security.groups),
        ReadonlyRootfs=security.read_only_root,
        UsernsMode=security.user_namespace,
        SecurityOpt=[
            *(["no-new-privileges:true"] if security.no_new_privileges else []),
            *([f"seccomp={security.seccomp}"] if security.seccomp else []),
            *([f"apparmor={security.apparmor}"] if security.apparmor else []),
            *(f"label={key}:{value}" if value else f"label={key}" for key, value in security.selinux),
        ],
    )
    return {**found, "MaskedPaths": [], "ReadonlyPaths": []} if security.unmasked else found


def health(check: HealthCheck | None) -> dict[str, Any]:
    """Of the body. https://docs.docker.com/reference/dockerfile/#healthcheck"""
    if check is None:
        return {}
    return {
        "Healthcheck": said(
            Test=list(check.test),
            Interval=round(check.interval * NANOSECONDS),
            Timeout=round(check.timeout * NANOSECONDS),
            StartPeriod=round(check.start_period * NANOSECONDS),
            StartInterval=round(check.start_interval * NANOSECONDS),
            Retries=check.retries,
        )
    }


def habits(container: Container) -> dict[str, Any]:
    """Of `HostConfig`: what is neither a limit nor a right."""
    found = said(
        Runtime=container.runtime,
        LogConfig=said(Type=container.logging.driver, Config=dict(container.logging.options)),
        Annotations=dict(container.annotations),
    )
    if "LogConfig" in found:
        found["LogConfig"].setdefault("Type", "json-file")
    return found if container.reaper is None else {**found, "Init": container.reaper}
