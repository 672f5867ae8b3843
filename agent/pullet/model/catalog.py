"""What a snapshot says: what to run, on which nodes, and what in it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Problem, Severity
from pullet.model.workload import Workload


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file whose declarations are unknown, so anything that its text mentions may be declared in it."""

    path: str
    text: str = field(repr=False)

    def may_declare(self, workload: WorkloadName) -> bool:
        return workload.name in self.text


@dataclass(frozen=True, slots=True)
class Catalog:
    """`refused` are workloads that are declared but not valid: their name is known, their specification is not.

    `inventory_known` is false when a Node object cannot be read, so that who runs what cannot be said. `unmet` are
    documents that tighten isolation and that nothing here can hold, a NetworkPolicy for one.
    """

    files: int = 0
    workloads: tuple[Workload, ...] = ()
    nodes: tuple[Node, ...] = ()
    problems: tuple[Problem, ...] = ()
    refused: frozenset[WorkloadName] = frozenset()
    unreadable: tuple[Unreadable, ...] = ()
    inventory_known: bool = True
    unmet: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)
