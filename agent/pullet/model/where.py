"""Where instances may stand: requirements of nodes, tolerations, and what they must be near or away from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pullet.model.node import Node, Taint


@dataclass(frozen=True, slots=True)
class Requirement:
    """One comparison with a node's label, or with its name under the key `metadata.name`.

    `operator` is In, NotIn, Exists, DoesNotExist, Gt or Lt.
    """

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def met_by(self, node: Node) -> bool:
        return self.holds(node.name if self.key == "metadata.name" else node.labels.get(self.key))

    def holds(self, value: str | None) -> bool:
        """None is a label that is not there. What is no number is neither greater nor less."""
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
        if value is None or not all(re.fullmatch(r"[+-]?\d{1,19}", text) for text in (value, *self.values)):
            return False
        bound = int(self.values[0])
        return int(value) > bound if self.operator == "Gt" else int(value) < bound

    def __str__(self) -> str:
        key = "name" if self.key == "metadata.name" else self.key
        match self.operator:
            case "In" | "NotIn":
                one = len(self.values) == 1
                words = ("=" if one else " in ") if self.operator == "In" else ("!=" if one else " not in ")
                return f"{key}{words}{self.values[0] if one else '(' + ', '.join(self.values) + ')'}"
            case "Exists":
                return key
            case "DoesNotExist":
                return f"!{key}"
        return f"{key}{'>' if self.operator == 'Gt' else '<'}{self.values[0]}"


@dataclass(frozen=True, slots=True)
class Toleration:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def tolerates(self, taint: Taint) -> bool:
        """An empty effect stands for all effects, and an empty key, which only Exists may have, for all taints."""
        if self.effect and self.effect != taint.effect:
            return False
        if not self.key:
            return self.operator == "Exists"
        return self.key == taint.key and (self.operator == "Exists" or self.value == taint.value)


@dataclass(frozen=True, slots=True)
class Company:
    """Pods that some other must be near, or away from: those of the `namespaces` that meet all of `selector`.

    None stands for every namespace. Near is what has the same value of the node's label `topology`.
    """

    selector: tuple[Requirement, ...]
    namespaces: frozenset[str] | None
    topology: str

    def covers(self, namespace: str, labels: Mapping[str, str]) -> bool:
        if self.namespaces is not None and namespace not in self.namespaces:
            return False
        return all(one.holds(labels.get(one.key)) for one in self.selector)

    def __str__(self) -> str:
        return " and ".join(map(str, self.selector)) or "any pod"


@dataclass(frozen=True, slots=True)
class Where:
    """Where instances may stand; no part of the specification.

    `terms` are alternatives, each of which must hold as a whole; `per_node` bounds the instances on one node; each of
    `near` must have one near by, and none of `apart` may;
    workloads with the same `together` stand on one node. `pinned` says why there must be exactly one fitting node, and
    `gates` what they wait for before they stand anywhere.
    """

    terms: tuple[tuple[Requirement, ...], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    per_node: int | None = None
    together: str = ""
    pinned: str = ""
    gates: tuple[str, ...] = ()
    near: tuple[Company, ...] = ()
    apart: tuple[Company, ...] = ()

    def admits(self, node: Node) -> bool:
        """Whether no gate is shut, one of the alternatives holds, and every taint that keeps away is tolerated."""
        fits = not self.terms or any(all(one.met_by(node) for one in term) for term in self.terms)
        return fits and not self.gates and all(map(self.tolerates, node.taints))

    def tolerates(self, taint: Taint) -> bool:
        """PreferNoSchedule is only a wish."""
        return taint.effect == "PreferNoSchedule" or any(one.tolerates(taint) for one in self.tolerations)
