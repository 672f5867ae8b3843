"""What a service may use of the node, by its own fields and by `deploy.resources`.

https://github.com/compose-spec/compose-spec/blob/main/deploy.md#resources
"""

from __future__ import annotations

from collections.abc import Iterator

from pullet.manifests.compose import parts
from pullet.manifests.compose.deployment import DeviceRequest as Request
from pullet.manifests.compose.deployment import Limits, Reservations
from pullet.manifests.compose.deployment import Resources as Shape
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import texts
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.limits import BlockIo, Device, DeviceRequest, Resources, Ulimit

_ALL = -1
_CDI = "cdi"
_GPU = ("gpu",)
_RATES = ("read_bps", "read_iops", "write_bps", "write_iops")
_RESOURCES: Loc = ("deploy", "resources")
_PERMISSIONS = frozenset("rwm")


def resources(service: Service, findings: Findings) -> Resources:
    deployed = (service.deploy and service.deploy.resources) or Shape.model_validate({})
    limits, reserved = deployed.limits or Limits(), deployed.reservations or Reservations()
    _agree(service, limits, reserved, findings)
    memory = limits.memory or service.mem_limit or None
    cores = service.cpus if limits.cpus is None else limits.cpus
    _checked(service, memory, findings)
    return Resources(
        cpu_request=_thousandths(reserved.cpus),
        cpu_limit=_thousandths(cores),
        memory_request=reserved.memory or service.mem_reservation or None,
        memory_limit=memory,
        memory_swap=_swap(service, memory),
        swappiness=None if service.mem_swappiness == -1 else service.mem_swappiness,
        cpu_shares=service.cpu_shares or None,
        cpu_quota=service.cpu_quota or None,
        cpu_period=service.cpu_period or None,
        cpu_rt_runtime=service.cpu_rt_runtime or None,
        cpu_rt_period=service.cpu_rt_period or None,
        cpuset=service.cpuset,
        pids=limits.pids or service.pids_limit or None,
        shm=service.shm_size or None,
        oom_score=service.oom_score_adj or None,
        oom_kill_disable=service.oom_kill_disable,
        ulimits=tuple(Ulimit(name, one.soft, one.hard) for name, one in sorted(service.ulimits.items())),
        devices=tuple(_devices(service, findings)),
        device_rules=tuple(service.device_cgroup_rules),
        device_requests=tuple(_requests(service, reserved, findings)),
        block_io=_block_io(service.blkio_config) if service.blkio_config else None,
        storage=texts(service.storage_opt),
        cgroup_parent=service.cgroup_parent,
        private_cgroup=None if service.cgroup is None else service.cgroup == "private",
    )


def _agree(service: Service, limits: Limits, reserved: Reservations, findings: Findings) -> None:
    """What is said twice must be the same, as Compose has it."""
    pairs = (
        ("cpus", service.cpus, limits.cpus, "limits", "cpus"),
        ("mem_limit", service.mem_limit, limits.memory, "limits", "memory"),
        ("pids_limit", service.pids_limit, limits.pids, "limits", "pids"),
        ("mem_reservation", service.mem_reservation, reserved.memory, "reservations", "memory"),
    )
    for name, here, there, part, field in pairs:
        if here and there and here != there:
            message = f"is not what deploy.resources.{part}.{field} says"
            findings.error((name,), message, "write it once")


def _checked(service: Service, memory: int | None, findings: Findings) -> None:
    swap = service.memswap_limit
    if swap and swap > 0 and memory is None:
        findings.error(("memswap_limit",), "needs a limit of memory too", "write mem_limit")
    elif swap and memory and 0 < swap < memory:
        findings.error(("memswap_limit",), "is memory and swap together, so it must be at least the memory")
    if service.cpus and (service.cpu_quota or service.cpu_period):
        findings.error(("cpus",), "may not stand beside cpu_quota and cpu_period")
    for name, one in service.ulimits.items():
        if one.hard != _ALL and (one.soft > one.hard or one.soft == _ALL):
            findings.error(("ulimits", name), "the soft limit must be at most the hard one")


def _swap(service: Service, memory: int | None) -> int | None:
    """Without a limit of its own there is as much swap as memory.

    https://github.com/compose-spec/compose-spec/blob/main/05-services.md#memswap_limit
    """
    if service.memswap_limit:
        return service.memswap_limit
    return 2 * memory if memory else None


def _thousandths(cores: float | None) -> int | None:
    return max(1, round(cores * 1000)) if cores else None


def _devices(service: Service, findings: Findings) -> Iterator[Device]:
    for index, one in enumerate(service.devices):
        if one.name:
            continue
        place: Loc = ("devices", index)
        if not one.source.startswith("/"):
            findings.error((*place, "source"), "must be the path of a device of the node")
        if not one.permissions or not _PERMISSIONS.issuperset(one.permissions):
            findings.error((*place, "permissions"), "must be of r, w and m")
        yield Device(one.source, one.target or one.source, one.permissions)


def _requests(service: Service, reserved: Reservations, findings: Findings) -> Iterator[DeviceRequest]:
    names = tuple(one.name for one in service.devices if one.name)
    if names:
        yield DeviceRequest(_CDI, ids=names, capabilities=())
    if service.gpus == "all":
        yield DeviceRequest(count=_ALL)
    elif service.gpus:
        for index, request in enumerate(service.gpus):
            yield _request(request, _GPU, ("gpus", index), findings)
    for index, request in enumerate(reserved.devices):
        place = (*_RESOURCES, "reservations", "devices", index)
        if not request.capabilities and request.driver != _CDI:
            findings.error(place, "needs capabilities", "such as [gpu]")
        yield _request(request, (), place, findings)


def _request(request: Request, usual: tuple[str, ...], loc: Loc, findings: Findings) -> DeviceRequest:
    if request.count is not None and request.device_ids:
        findings.error((*loc, "count"), "may not stand beside device_ids")
    count = _ALL if request.count in (None, "all") and not request.device_ids else request.count or 0
    return DeviceRequest(
        driver=request.driver,
        count=int(count),
        ids=tuple(request.device_ids),
        capabilities=tuple(request.capabilities) or usual,
        options=texts(request.options),
    )


def _block_io(shape: parts.BlockIo) -> BlockIo:
    return BlockIo(
        weight=shape.weight,
        weights=tuple((one.path, one.weight) for one in shape.weight_device),
        rates=tuple(
            (kind, one.path, one.rate) for kind in _RATES for one in getattr(shape, f"device_{kind}")
        ),
    )
