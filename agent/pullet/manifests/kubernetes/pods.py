"""A pod's shape to the specification of an instance, with the checks that look at more than one field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pullet.manifests.declared import AllOf, KeyOf, Literal, Needs, ObjectName, Reference, Source
from pullet.manifests.kubernetes import podschema as shapes
from pullet.manifests.kubernetes.probes import readiness
from pullet.manifests.kubernetes.quantity import thousandths, whole
from pullet.manifests.kubernetes.schema import Metadata
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.limits import Resources
from pullet.model.pod import Container, Pod, Port, PullPolicy, Restart

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
_RESOURCES = ("cpu", "memory")


@dataclass(frozen=True, slots=True)
class Built:
    """A pod, where it may run, and what of it other objects decide."""

    pod: Pod
    node_selector: Mapping[str, str]
    needs: Needs


def build(
    spec: shapes.PodSpec, metadata: Metadata | None, namespace: str, loc: Loc, findings: Findings
) -> Built:
    """The pod whose specification stands at `loc`."""
    if len(spec.containers) > 1:
        findings.error((*loc, "containers", 1), "several containers in one pod are not supported yet")
    places = [(*loc, "containers", index) for index in range(len(spec.containers))]
    _ports_apart(spec.containers, places, findings)
    pod = Pod(
        containers=tuple(_container(*pair, findings) for pair in zip(spec.containers, places, strict=True)),
        restart=Restart(spec.restart_policy or "Always"),
        grace=spec.termination_grace_period_seconds,
        labels=dict(metadata.labels) if metadata else {},
        annotations=dict(metadata.annotations) if metadata else {},
    )
    environments = tuple(
        tuple(_sources(container, place, namespace, findings))
        for container, place in zip(spec.containers, places, strict=True)
    )
    return Built(pod, dict(spec.node_selector), Needs(environments))


def _container(shape: shapes.Container, loc: Loc, findings: Findings) -> Container:
    return Container(
        name=shape.name,
        image=shape.image,
        pull=PullPolicy(shape.image_pull_policy) if shape.image_pull_policy else default_pull(shape.image),
        command=None if shape.command is None else tuple(shape.command),
        args=None if shape.args is None else tuple(shape.args),
        working_dir=shape.working_dir,
        ports=tuple(_port(port) for port in shape.ports),
        resources=_resources(shape.resources, (*loc, "resources"), findings),
        readiness=readiness(shape, loc, findings),
    )


def default_pull(image: str) -> PullPolicy:
    """https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting"""
    reference, _, digest = image.partition("@")
    tag = reference.rpartition("/")[2].partition(":")[2] or ("" if digest else "latest")
    return PullPolicy.ALWAYS if tag == "latest" else PullPolicy.IF_NOT_PRESENT


def _port(shape: shapes.ContainerPort) -> Port:
    return Port(
        container=shape.container_port,
        host=shape.host_port or None,
        host_ip=shape.host_ip,
        protocol=(shape.protocol or "TCP").lower(),
        name=shape.name,
    )


def _ports_apart(containers: list[shapes.Container], places: list[Loc], findings: Findings) -> None:
    names: set[str] = set()
    taken: dict[tuple[int, str], set[str]] = {}
    for container, loc in zip(containers, places, strict=True):
        for index, port in enumerate(container.ports):
            if port.name and port.name in names:
                findings.error((*loc, "ports", index, "name"), f'another port is named "{port.name}"')
            names.add(port.name)
            addresses = taken.setdefault((port.host_port, port.protocol or "TCP"), set())
            if port.host_port and _clash(port.host_ip, addresses):
                findings.error(
                    (*loc, "ports", index, "hostPort"), f"{port.host_port} is taken by another port"
                )
            addresses.add(port.host_ip)


def _clash(address: str, taken: set[str]) -> bool:
    return address in taken or not taken.isdisjoint(_EVERYWHERE) or (bool(taken) and address in _EVERYWHERE)


def _resources(shape: shapes.ResourceRequirements | None, loc: Loc, findings: Findings) -> Resources:
    if shape is None:
        return Resources()
    for name, amounts in (("limits", shape.limits), ("requests", shape.requests)):
        _known((*loc, name), amounts, findings)
    requests = {**shape.limits, **shape.requests}
    for resource in _RESOURCES:
        limit = shape.limits.get(resource)
        if limit is not None and requests[resource] > limit:
            findings.error((*loc, "requests", resource), "must be at most the limit")
    return Resources(
        cpu_request=_amount(requests, "cpu"),
        cpu_limit=_amount(shape.limits, "cpu"),
        memory_request=_amount(requests, "memory"),
        memory_limit=_amount(shape.limits, "memory"),
    )


def _known(loc: Loc, names: Iterable[str], findings: Findings) -> None:
    for name in names:
        if name in _RESOURCES:
            continue
        if "/" in name or name == "ephemeral-storage" or name.startswith("hugepages-"):
            findings.error((*loc, name), "is not supported yet", key=True)
        else:
            findings.error((*loc, name), "unknown resource", meant(name, _RESOURCES), key=True)


def _amount(amounts: dict[str, Decimal], name: str) -> int | None:
    amount = amounts.get(name)
    if amount is None:
        return None
    return thousandths(amount) if name == "cpu" else whole(amount)


def _sources(shape: shapes.Container, loc: Loc, namespace: str, findings: Findings) -> Iterable[Source]:
    for index, entry in enumerate(shape.env_from):
        yield from _from_all(entry, namespace, (*loc, "envFrom", index), findings)
    for index, variable in enumerate(shape.env):
        yield from _from_one(variable, namespace, (*loc, "env", index), findings)


def _from_all(entry: shapes.EnvFromEntry, namespace: str, loc: Loc, findings: Findings) -> Iterable[Source]:
    if (entry.config_map_ref is None) == (entry.secret_ref is None):
        findings.error(loc, "must have exactly one of configMapRef and secretRef")
        return
    for kind, field, reference in (
        ("ConfigMap", "configMapRef", entry.config_map_ref),
        ("Secret", "secretRef", entry.secret_ref),
    ):
        if reference is not None:
            target = ObjectName(namespace, kind, reference.name)
            yield AllOf(entry.prefix, Reference(target, (*loc, field), reference.optional))


def _from_one(variable: shapes.EnvEntry, namespace: str, loc: Loc, findings: Findings) -> Iterable[Source]:
    source = variable.value_from
    if source is None:
        yield Literal(variable.name, variable.value or "")
        return
    if variable.value:
        findings.error((*loc, "valueFrom"), "may not stand beside value", key=True)
    if (source.config_map_key_ref is None) == (source.secret_key_ref is None):
        findings.error((*loc, "valueFrom"), "must have exactly one of configMapKeyRef and secretKeyRef")
        return
    for kind, field, reference in (
        ("ConfigMap", "configMapKeyRef", source.config_map_key_ref),
        ("Secret", "secretKeyRef", source.secret_key_ref),
    ):
        if reference is not None:
            target = ObjectName(namespace, kind, reference.name)
            place = (*loc, "valueFrom", field)
            yield KeyOf(variable.name, reference.key, Reference(target, place, reference.optional))
