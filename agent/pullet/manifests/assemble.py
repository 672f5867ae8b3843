"""What the files of a snapshot say together: each name once, references resolved, the rest told apart by what is known.

Called by the reader for every new snapshot; what a file says by itself is parsed before and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pullet.manifests.declared import Configuration, Declared, Draft, ObjectName, Reading, Unknown
from pullet.manifests.kubernetes.settling import settle
from pullet.manifests.problems import Findings
from pullet.model.catalog import Catalog, Unreadable
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Problem
from pullet.model.workload import Workload

_NODE = re.compile(r"""kind["']?\s*:\s*["']?Node\b""")


def assemble(readings: tuple[Reading, ...]) -> Catalog:
    """The catalog of all files together, problems in the order of path and line."""
    declared = [one for reading in readings for one in reading.declared]
    unreadable = tuple(dict.fromkeys(one for reading in readings for one in reading.unreadable))
    names, twice = _by_name(declared)
    twice_named = frozenset(problem.name for problem in twice)
    sieve = _Sieve(_Configurations(names, twice_named, unreadable), twice_named)
    for one in names.values():
        sieve.add(one)
    problems = [problem for reading in readings for problem in reading.problems]
    return Catalog(
        files=sum(not reading.left_alone for reading in readings),
        workloads=tuple(sorted(sieve.workloads, key=lambda workload: workload.name)),
        nodes=tuple(sorted(sieve.nodes, key=lambda node: node.name)),
        problems=tuple(sorted([*problems, *(one.problem for one in twice), *sieve.problems])),
        refused=frozenset(sieve.refused),
        unreadable=unreadable,
        inventory_known=sieve.inventory_known and not any(_NODE.search(one.text) for one in unreadable),
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
            place = ("metadata", "name")
            where = Findings(first.document, first.loc).origin(place)
            findings.error(
                place, f"{_words(one.name)} is declared twice, so neither is used", f"first at {where}"
            )
            twice.append(_Twice(one.name, findings.problems[0]))
    return names, twice


def _words(name: ObjectName) -> str:
    return f"{name.kind} {name.namespace}/{name.name}" if name.namespace else f"{name.kind} {name.name}"


@dataclass(frozen=True, slots=True)
class _Configurations:
    """ConfigMaps and Secrets by name. What may be declared in a file that cannot be read does not count as missing."""

    names: Mapping[ObjectName, Declared]
    twice: frozenset[ObjectName]
    unreadable: tuple[Unreadable, ...]

    def __call__(self, name: ObjectName) -> Configuration | Unknown | None:
        if name in self.twice:
            return Unknown("is declared twice")
        declared = self.names.get(name)
        if declared is None:
            hidden = next((one.path for one in self.unreadable if one.may_declare(name)), None)
            return None if hidden is None else Unknown(f"may be declared in {hidden}, which cannot be read")
        return declared.content if isinstance(declared.content, Configuration) else Unknown("is not valid")


@dataclass(slots=True)
class _Sieve:
    """Tells apart what can be used and what is declared but cannot."""

    lookup: _Configurations
    twice: frozenset[ObjectName]
    workloads: list[Workload] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    refused: list[WorkloadName] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inventory_known: bool = True

    def add(self, one: Declared) -> None:
        usable = one.valid and one.name not in self.twice
        match one.content if usable else None:
            case Workload() as workload:
                self.workloads.append(workload)
            case Draft() as draft:
                self._settle(one, draft)
            case Node() as node:
                self.nodes.append(node)
            case _:
                self._refuse(one, usable=usable)

    def _settle(self, one: Declared, draft: Draft) -> None:
        findings = Findings(one.document, one.loc)
        workload = settle(draft, self.lookup, findings)
        self.problems += findings.problems
        if findings.failed:
            self.refused.append(one.name)
        else:
            self.workloads.append(workload)

    def _refuse(self, one: Declared, *, usable: bool) -> None:
        if one.runs:
            self.refused.append(one.name)
        if one.name.kind == "Node" and not usable:
            self.inventory_known = False
