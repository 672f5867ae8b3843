"""Who must stand near others, or away from them: what stands so far says which nodes are left.

https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.where import Company
from pullet.model.workload import Workload
from pullet.placement.spread import preference

_HOSTNAME = "kubernetes.io/hostname"

_Label = tuple[str, str]
_ANY: _Label = ("", "")


@dataclass(slots=True)
class Standing:
    """Which workloads stand on which of `nodes`; found by a label, as there may be thousands of them."""

    nodes: Mapping[str, Node]
    _on: defaultdict[WorkloadName, set[str]] = field(default_factory=lambda: defaultdict(set))
    _labelled: defaultdict[_Label, dict[WorkloadName, Workload]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _avoided: defaultdict[_Label, defaultdict[Company, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def take(self, node: str, workload: Workload) -> None:
        for label in (_ANY, *workload.pod.labels.items()):
            self._labelled[label][workload.name] = workload
        self._on[workload.name].add(node)
        for company in workload.where.apart:
            for label in _first(company):
                self._avoided[label][company].add(node)

    def objection(self, workload: Workload, node: str) -> str:
        """Why what stands already keeps the workload off the node, of which nothing stands yet."""
        for company in workload.where.apart:
            for other in self._selected(company):
                if self._close(node, self._on[other.name], company.topology):
                    return f"must be away from {other.name}, which has the same {company.topology}"
        for label in (_ANY, *workload.pod.labels.items()):
            for company, places in self._avoided[label].items() if label in self._avoided else ():
                if workload.falls_under(company) and self._close(node, places, company.topology):
                    return f"what must be away from {company} has the same {company.topology}"
        for company in workload.where.near:
            found = [place for other in self._selected(company) for place in self._on[other.name]]
            alone = not found and workload.falls_under(company) and self._domain(node, company.topology)
            if not alone and not self._close(node, found, company.topology):
                return f"{company}, which it must be near, has not the same {company.topology}"
        return ""

    def spare(self, workload: Workload, nodes: Sequence[str]) -> dict[str, str]:
        """The nodes that are left out so that the workload's own instances are near each other, or apart."""
        spare: dict[str, str] = {}
        for company in workload.where.near:
            if workload.falls_under(company) and not any(self._selected(company)):
                chosen = self._best(workload, nodes, company.topology)
                domain = self._domain(chosen, company.topology) if chosen else None
                spare |= {
                    node: f"must be near its others, which have {company.topology}={domain}"
                    for node in nodes
                    if self._domain(node, company.topology) != domain
                }
        for company in workload.where.apart:
            if workload.falls_under(company) and company.topology != _HOSTNAME:
                spare |= self._seconds(
                    workload, [node for node in nodes if node not in spare], company.topology
                )
        return spare

    def _seconds(self, workload: Workload, nodes: Sequence[str], topology: str) -> dict[str, str]:
        """All nodes but one of each domain."""
        domains: defaultdict[str, list[str]] = defaultdict(list)
        for node in nodes:
            domain = self._domain(node, topology)
            if domain is not None:
                domains[domain].append(node)
        return {
            node: f"takes none, as another node of the same {topology} takes one"
            for members in domains.values()
            for node in members
            if node != self._best(workload, members, topology)
        }

    def _best(self, workload: Workload, nodes: Sequence[str], topology: str) -> str:
        usable = [node for node in nodes if self._domain(node, topology) is not None]
        return max(usable, key=lambda node: (preference(str(workload.name), node), node), default="")

    def _selected(self, company: Company) -> Iterator[Workload]:
        for label in _first(company):
            candidates = self._labelled.get(label, {})
            yield from (one for one in candidates.values() if one.falls_under(company))

    def _close(self, node: str, others: set[str] | list[str], topology: str) -> bool:
        domain = self._domain(node, topology)
        return domain is not None and any(self._domain(other, topology) == domain for other in others)

    def _domain(self, node: str, topology: str) -> str | None:
        """A node without the label is in no domain; every node has a name."""
        return self.nodes[node].labels.get(topology, node if topology == _HOSTNAME else None)


def _first(company: Company) -> tuple[_Label, ...]:
    """Labels one of which is on every pod that is selected."""
    for requirement in company.selector:
        if requirement.operator == "In":
            return tuple((requirement.key, value) for value in dict.fromkeys(requirement.values))
    return (_ANY,)
