"""Services to the names that pods answer to, and NetworkPolicies to what cannot be held here.

https://kubernetes.io/docs/concepts/services-networking/service/
"""

from __future__ import annotations

import re

from pullet.manifests.declared import Isolation, Names, ServicePort
from pullet.manifests.kubernetes import serviceschema as shapes
from pullet.manifests.kubernetes.foreign import ISOLATION_HINT
from pullet.manifests.kubernetes.selectors import by_labels, selector
from pullet.manifests.problems import Findings

_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_EXTERNAL = re.compile(r"[a-zA-Z0-9_]([-a-zA-Z0-9_.]{0,251}[a-zA-Z0-9_])?\.?")
_OUTSIDE = frozenset({"NodePort", "LoadBalancer"})


def service(shape: shapes.Service, findings: Findings) -> Names:
    spec = shape.spec or shapes.ServiceSpec()
    name, namespace = shape.metadata.name, shape.metadata.namespace
    if not _NAME.fullmatch(name):
        findings.error(
            ("metadata", "name"),
            "is not a Service's name",
            "at most 63 of a-z, 0-9 and -, beginning with a letter and ending with a letter or digit",
        )
    _address(spec, findings)
    _ports(spec, findings)
    if spec.type == "ExternalName":
        return Names(name, namespace, None, another=_another(spec, namespace, findings))
    if not spec.selector:
        findings.warn((), f"the Service {name} selects no pods by labels, so its name leads nowhere here")
    ports = tuple(
        ServicePort(
            port.port,
            port.target_port or port.port,
            (port.protocol or "TCP").lower(),
            ("spec", "ports", index),
        )
        for index, port in enumerate(spec.ports)
    )
    return Names(name, namespace, by_labels(spec.selector) if spec.selector else None, ports)


def _address(spec: shapes.ServiceSpec, findings: Findings) -> None:
    place = ("spec", "clusterIP")
    if spec.type in _OUTSIDE:
        findings.warn(
            ("spec", "type"),
            f"{spec.type} opens nothing to the outside yet: the Service is a name on the namespace's network",
            "publish a hostPort",
        )
    if spec.cluster_ip == "None" and spec.type in {*_OUTSIDE, "ExternalName"}:
        findings.error(place, f"may not be None with type {spec.type}")
    elif spec.cluster_ip not in {"", "None"}:
        findings.warn(place, "has no meaning here: addresses are the engine's", key=True)


def _another(spec: shapes.ServiceSpec, namespace: str, findings: Findings) -> str:
    """The Service of the namespace that is meant, or none."""
    place = ("spec", "externalName")
    if not _EXTERNAL.fullmatch(spec.external_name):
        findings.error(place, "must be a name of the DNS with type ExternalName")
        return ""
    first, _, domain = spec.external_name.rstrip(".").partition(".")
    if domain in {"", namespace, f"{namespace}.svc", f"{namespace}.svc.cluster.local"}:
        return first
    findings.warn(
        place,
        "the engine's names lead to instances only, so this name is not there",
        f"let clients use {spec.external_name} itself",
    )
    return ""


def _ports(spec: shapes.ServiceSpec, findings: Findings) -> None:
    headless = spec.cluster_ip == "None" or spec.type == "ExternalName"
    if not spec.ports and not headless:
        findings.error(("spec", "ports"), "is required but for headless Services and type ExternalName")
    names: set[str] = set()
    numbers: set[tuple[int, str]] = set()
    for index, port in enumerate(spec.ports):
        place = ("spec", "ports", index)
        if not port.name and len(spec.ports) > 1:
            findings.error((*place, "name"), "is required where there are several ports")
        if port.name and port.name in names:
            findings.error((*place, "name"), f'another port is named "{port.name}"')
        number = (port.port, port.protocol or "TCP")
        if number in numbers:
            findings.error((*place, "port"), f"{port.port} is another port's, too", "each port once")
        if port.node_port and spec.type not in _OUTSIDE:
            findings.error((*place, "nodePort"), f"may not be set with type {spec.type or 'ClusterIP'}")
        names.add(port.name)
        numbers.add(number)


def network_policy(shape: shapes.NetworkPolicy, findings: Findings) -> Isolation:
    """Every pod that it selects would run less isolated than its author means."""
    findings.loosens(
        (), "nothing here holds a NetworkPolicy, and what it isolates would stand open", ISOLATION_HINT
    )
    spec = shape.spec or shapes.NetworkPolicySpec()
    return Isolation(findings.unmet[-1], selector(spec.pod_selector, ("spec", "podSelector"), findings))
