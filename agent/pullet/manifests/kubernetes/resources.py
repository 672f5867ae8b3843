"""Requests and limits to what placement counts on and what the engine allows.

https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pullet.manifests.kubernetes.podschema import ResourceRequirements
from pullet.manifests.kubernetes.quantity import thousandths, whole
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.limits import DeviceRequest, Resources
from pullet.model.pod import Container, Pod, Restart

_KNOWN = ("cpu", "memory", "ephemeral-storage")
_GPUS = {"nvidia.com/gpu": "nvidia", "amd.com/gpu": "amd"}
_EPHEMERAL = "ephemeral-storage"

Amounts = Mapping[str, Decimal]


def resources(shape: ResourceRequirements | None, loc: Loc, findings: Findings) -> Resources:
    """What the container whose resources stand at `loc` asks for and may use."""
    if shape is None:
        return Resources()
    check(shape, loc, findings)
    requests: Amounts = {**shape.limits, **shape.requests}
    return Resources(
        cpu_request=amount(requests, "cpu"),
        cpu_limit=amount(shape.limits, "cpu"),
        memory_request=amount(requests, "memory"),
        memory_limit=amount(shape.limits, "memory"),
        device_requests=tuple(_gpus(shape.limits)),
    )


def check(shape: ResourceRequirements, loc: Loc, findings: Findings) -> None:
    for name, amounts in (("limits", shape.limits), ("requests", shape.requests)):
        for resource in amounts:
            _known((*loc, name, resource), resource, findings)
    for resource, asked in shape.requests.items():
        limit = shape.limits.get(resource)
        place = (*loc, "requests", resource)
        if limit is not None and asked > limit:
            findings.error(place, "must be at most the limit")
        elif resource in _GPUS and limit != asked:
            findings.error(place, "must be the same in limits", "write it in limits alone")
    for resource in _GPUS.keys() & shape.limits.keys():
        if shape.limits[resource] % 1:
            findings.error((*loc, "limits", resource), "must be a whole number")
    if _EPHEMERAL in {*shape.limits, *shape.requests}:
        field = "limits" if _EPHEMERAL in shape.limits else "requests"
        findings.warn(
            (*loc, field, _EPHEMERAL), "the node's disk is neither counted nor bounded here", key=True
        )


def amount(amounts: Amounts, name: str) -> int | None:
    """Thousandths of a core, or bytes."""
    found = amounts.get(name)
    if found is None:
        return None
    return thousandths(found) if name == "cpu" else whole(found)


def _known(loc: Loc, name: str, findings: Findings) -> None:
    if name in _KNOWN or name in _GPUS:
        return
    if name.startswith("hugepages-"):
        findings.error(
            loc, "is not supported: the engine does not hand out huge pages", "remove it", key=True
        )
    elif "/" in name:
        findings.error(
            loc,
            "is not supported: no driver of that name hands out devices here",
            f"those that there are: {', '.join(_GPUS)}",
            key=True,
        )
    else:
        findings.error(loc, "unknown resource", meant(name, _KNOWN), key=True)


def _gpus(limits: Amounts) -> Iterator[DeviceRequest]:
    for name, driver in _GPUS.items():
        count = int(limits.get(name, 0))
        if count:
            yield DeviceRequest(driver=driver, count=count)


def of_pod(pod: Pod, shape: ResourceRequirements | None, loc: Loc, findings: Findings) -> Pod:
    """The pod with what is asked for as a whole: requests count for it once, and its limits hold for each container.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-level-resources/
    """
    if shape is None or not (shape.limits or shape.requests):
        return pod
    check(shape, loc, findings)
    for name in (*shape.limits, *shape.requests):
        if name not in {"cpu", "memory"} and not name.startswith("hugepages-"):
            findings.error(
                (*loc, "limits" if name in shape.limits else "requests", name), "must be cpu or memory"
            )
    if shape.limits and (len(pod.containers) > 1 or any(one.restart is Restart.ALWAYS for one in pod.init)):
        findings.warn(
            (*loc, "limits"),
            "bound each container, and not all together: the engine bounds containers and not pods",
            "give each container its own limits",
        )
    requests: Amounts = {**shape.limits, **shape.requests}
    first, *others = pod.containers
    share = _Whole(amount(requests, "cpu"), amount(requests, "memory"), shape.limits)
    return replace(
        pod,
        containers=(share.first(first, others), *map(share.bounded, others)),
        init=tuple(map(share.bounded, pod.init)),
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a pod asks for and may use as a whole."""

    cpu: int | None
    memory: int | None
    limits: Amounts

    def first(self, container: Container, others: Iterable[Container]) -> Container:
        """The container that carries what the others do not ask for themselves."""
        found = [one.resources for one in others]
        own = self.limited(container.resources)
        rest = replace(
            own,
            cpu_request=_rest(self.cpu, own.cpu_request, [one.cpu_request for one in found]),
            memory_request=_rest(self.memory, own.memory_request, [one.memory_request for one in found]),
        )
        return replace(container, resources=rest)

    def bounded(self, container: Container) -> Container:
        return replace(container, resources=self.limited(container.resources))

    def limited(self, own: Resources) -> Resources:
        cpu, memory = amount(self.limits, "cpu"), amount(self.limits, "memory")
        return replace(
            own,
            cpu_limit=cpu if own.cpu_limit is None else own.cpu_limit,
            memory_limit=memory if own.memory_limit is None else own.memory_limit,
        )


def _rest(whole: int | None, own: int | None, others: Iterable[int | None]) -> int | None:
    return own if whole is None else max(own or 0, whole - sum(one or 0 for one in others))
