"""What Services mean for the pods that they select: the names that these answer to on their namespace's network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pullet.manifests.declared import Declared, Names, ServicePort, selected
from pullet.manifests.problems import Findings
from pullet.model.names import WorkloadName
from pullet.model.network import HostNetwork
from pullet.model.node import Node
from pullet.model.pod import Port
from pullet.model.problem import Problem
from pullet.model.workload import PerNode, Workload

_COMPOSE = "Service"


@dataclass(frozen=True, slots=True)
class Service:
    """One that is declared and valid."""

    declared: Declared
    names: Names


def name_pods(
    services: Sequence[Service], workloads: Sequence[Workload], nodes: Sequence[Node]
) -> tuple[list[Workload], list[Problem]]:
    """The workloads with the names of the Services that select them, and what these cannot do yet."""
    index = _Index.of(workloads)
    chosen = {(one.names.namespace, one.names.name): index.selected_by(one.names) for one in services}
    given: defaultdict[WorkloadName, list[str]] = defaultdict(list)
    problems: list[Problem] = []
    for one in sorted(services, key=lambda service: (service.names.namespace, service.names.name)):
        findings = Findings(one.declared.document, one.declared.loc)
        for workload in _meant(one.names, chosen, findings):
            given[workload.name] += one.names.names
        _judge(one.names, chosen[one.names.namespace, one.names.name], nodes, findings)
        problems += findings.problems
    return [_named(workload, given.get(workload.name, ())) for workload in workloads], problems


def _meant(
    names: Names, chosen: Mapping[tuple[str, str], Sequence[Workload]], findings: Findings
) -> Sequence[Workload]:
    """The pods that are reached by the name: those that it selects, or those of the Service that it stands for."""
    if not names.another:
        return chosen[names.namespace, names.name]
    if (names.namespace, names.another) not in chosen:
        findings.warn(("spec", "externalName"), f"there is no Service {names.namespace}/{names.another}")
    return chosen.get((names.namespace, names.another), ())


def _named(workload: Workload, names: Iterable[str]) -> Workload:
    if not names:
        return workload
    every = tuple(dict.fromkeys((*workload.pod.names, *names)))
    return replace(workload, pod=replace(workload.pod, names=every))


@dataclass(frozen=True, slots=True)
class _Index:
    """Workloads of Kubernetes by namespace and label, as thousands of Services may look for theirs."""

    by_label: Mapping[tuple[str, str, str], Sequence[Workload]]

    @classmethod
    def of(cls, workloads: Iterable[Workload]) -> _Index:
        by_label: defaultdict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for workload in workloads:
            if workload.name.kind != _COMPOSE:
                for key, value in workload.pod.labels.items():
                    by_label[workload.name.namespace, key, value].append(workload)
        return cls(by_label)

    def selected_by(self, names: Names) -> Sequence[Workload]:
        if not names.selector:
            return ()
        first = names.selector[0]
        candidates = self.by_label.get((names.namespace, first.key, first.values[0]), ())
        return [one for one in candidates if selected(names.selector, one.pod.labels)]


def _judge(names: Names, workloads: Sequence[Workload], nodes: Sequence[Node], findings: Findings) -> None:
    for port in names.ports:
        _mapped(port, workloads, findings)
    for workload in workloads:
        if isinstance(workload.pod.network, HostNetwork):
            said = f"{workload.name} is on the node's own network, where the name does not lead"
            findings.warn(("spec", "selector"), said, "reach it at the node's address")
    if len(nodes) > 1 and any(not isinstance(workload.count, PerNode) for workload in workloads):
        findings.warn((), f"the name {names.name} reaches the instances on the same node only, for now")


def _mapped(port: ServicePort, workloads: Sequence[Workload], findings: Findings) -> None:
    """Clients reach the port that the pods listen on; a Service does not stand between them yet."""
    targets = {port.target} if isinstance(port.target, int) else set(_listening(port, workloads))
    for target in sorted(targets - {port.port}):
        findings.warn(
            (*port.loc, "targetPort"),
            f"a Service does not map ports yet: its name leads to the port {target} itself",
            f"let clients use {target}, or let the pods listen on {port.port}",
        )
    if workloads and not targets:
        findings.warn((*port.loc, "targetPort"), f"no pod that it selects has a port named {port.target}")


def _listening(port: ServicePort, workloads: Sequence[Workload]) -> Iterator[int]:
    for workload in workloads:
        yield from (
            one.container
            for one in _ports(workload)
            if (one.name, one.protocol) == (port.target, port.protocol)
        )


def _ports(workload: Workload) -> Iterator[Port]:
    for container in workload.pod.all_containers():
        yield from container.ports
