"""What the files of a snapshot say together: each name once, references resolved, the rest told apart by what is known.

Called by the reader for every new snapshot; what a file says by itself is parsed before and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pullet.manifests import pinning
from pullet.manifests.declared import Declared, Draft, Isolation, Names, ObjectName, Reading, selected
from pullet.manifests.hooking import hook_up
from pullet.manifests.known import Known
from pullet.manifests.kubernetes import runtimes
from pullet.manifests.kubernetes.binding import Own, Unbound
from pullet.manifests.kubernetes.claiming import Claims
from pullet.manifests.kubernetes.naming import Service, name_pods
from pullet.manifests.kubernetes.settling import settle
from pullet.manifests.ordering import order
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Document, Loc
from pullet.model.catalog import Catalog
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Problem
from pullet.model.workload import Workload

_NODE = re.compile(r"""kind["']?\s*:\s*["']?Node\b""")


def assemble(readings: tuple[Reading, ...], *, partial: bool = False) -> Catalog:
    """The catalog of all files together, problems in the order of path and line.

    What a `partial` snapshot refers to may be declared in files that it does not have.
    """
    declared = [one for reading in readings for one in reading.declared]
    unreadable = tuple(dict.fromkeys(one for reading in readings for one in reading.unreadable))
    names, twice = _by_name(declared)
    known = Known(names, frozenset(problem.name for problem in twice), unreadable, partial)
    volumes = known.volumes()
    sieve = _Sieve(known, Claims(known.claim, known.bindings(volumes), volumes, partial))
    for one in names.values():
        sieve.add(one)
    problems = [problem for reading in readings for problem in reading.problems]
    inventory_known = sieve.inventory_known and not any(_NODE.search(one.text) for one in unreadable)
    workloads, more = sieve.together(inventory_known=inventory_known)
    return Catalog(
        files=sum(not reading.left_alone for reading in readings),
        workloads=tuple(sorted(workloads, key=lambda workload: workload.name)),
        nodes=tuple(sorted(sieve.nodes, key=lambda node: node.name)),
        problems=tuple(sorted([*problems, *(one.problem for one in twice), *sieve.problems, *more])),
        refused=frozenset(sieve.refused),
        unreadable=unreadable,
        inventory_known=inventory_known,
        unmet=tuple(sorted(one.problem for one in sieve.isolations.values())),
    )


@dataclass(frozen=True, slots=True)
class _Twice:
    name: ObjectName
    problem: Problem


def _by_name(declared: Iterable[Declared]) -> tuple[dict[ObjectName, Declared], list[_Twice]]:
    """The first of each name; a second one leaves open which is meant, so neither is used."""
    names: dict[ObjectName, Declared] = {}
    twice: list[_Twice] = []
    for one in declared:
        first = names.setdefault(one.name, one)
        if first is not one:
            findings = Findings(one.document, one.loc)
            place: Loc = ("metadata", "name") if isinstance(one.document, Document) else ()
            where = Findings(first.document, first.loc).origin(place)
            findings.error(
                place, f"{_words(one.name)} is declared twice, so neither is used", f"first at {where}"
            )
            twice.append(_Twice(one.name, findings.problems[0]))
    return names, twice


def _words(name: ObjectName) -> str:
    return f"{name.kind} {name.namespace}/{name.name}" if name.namespace else f"{name.kind} {name.name}"


@dataclass(slots=True)
class _Sieve:
    """Tells apart what can be used and what is declared but cannot."""

    known: Known
    claims: Claims
    workloads: list[Workload] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    isolations: dict[ObjectName, Isolation] = field(default_factory=dict)
    refused: list[WorkloadName] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inventory_known: bool = True

    def add(self, one: Declared) -> None:
        usable = self.known.usable(one)
        match one.content if usable else None:
            case Workload() as workload:
                self.workloads.append(workload)
            case Draft() as draft:
                self._settle(one, draft)
            case Node() as node:
                self.nodes.append(node)
            case Names() as names:
                self.services.append(Service(one, names))
            case Isolation() as isolation:
                self.isolations[one.name] = isolation
            case _:
                self._refuse(one, usable=usable)
        self._unclaimed(one)

    def together(self, *, inventory_known: bool) -> tuple[list[Workload], list[Problem]]:
        """The workloads with what others say of them, and what is wrong between them."""
        workloads, problems = name_pods(self.services, self.workloads, self.nodes)
        workloads = pinning.share([self._isolated(workload) for workload in workloads])
        if inventory_known:
            problems += pinning.undecided(workloads, self.nodes)
        hooked = hook_up(workloads, self.known, self.nodes)
        ordered = order(hooked.workloads, self.known)
        self.refused += [*hooked.refused, *ordered.refused]
        return ordered.workloads, [*problems, *hooked.problems, *ordered.problems]

    def _settle(self, one: Declared, draft: Draft) -> None:
        findings = Findings(one.document, one.loc)
        draft = runtimes.settle(self.claims.settle(draft, findings), self.known.runtime, findings)
        workload = settle(draft, self.known.configuration, findings)
        self.problems += findings.problems
        if findings.failed:
            self.refused.append(one.name)
        else:
            self.workloads.append(replace(workload, unmet=(*workload.unmet, *findings.unmet)))

    def _isolated(self, workload: Workload) -> Workload:
        """What selects it for isolation refuses it, unless the node's policy says that a warning is enough."""
        unmet = tuple(
            replace(
                isolation.problem,
                origin=workload.origin,
                field="",
                message=f"{workload.name}: the {_words(name)} isolates it, and nothing here holds that",
            )
            for name, isolation in self.isolations.items()
            if name.namespace == workload.name.namespace
            and isolation.selector is not None
            and selected(isolation.selector, workload.pod.labels)
        )
        return replace(workload, unmet=(*workload.unmet, *unmet)) if unmet else workload

    def _unclaimed(self, one: Declared) -> None:
        """What is to be said of a claim that is bound to no PersistentVolume."""
        binding = self.claims.bindings.get(one.name)
        findings = Findings(one.document, one.loc)
        if isinstance(binding, Unbound):
            findings.warn(("spec", binding.field), f"nothing can use the claim: {binding.because}")
        elif isinstance(binding, Own) and binding.field:
            said = "has no meaning here: without a PersistentVolume for it the claim is a volume of its node"
            findings.warn(("spec", binding.field), said, key=True)
        self.problems += findings.problems

    def _refuse(self, one: Declared, *, usable: bool) -> None:
        if one.runs:
            self.refused.append(one.name)
        if one.name.kind == "Node" and not usable:
            self.inventory_known = False
