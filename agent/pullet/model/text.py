"""Text of a specification that only the node can finish: an instance's own name, its address, the node's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fact(StrEnum):
    """What is known when an instance is created, and the same for all replicas in their specification.

    https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
    """

    POD_NAME = "metadata.name"
    NAMESPACE = "metadata.namespace"
    UID = "metadata.uid"
    ORDINAL = "pod-index"
    NODE_NAME = "spec.nodeName"
    HOST_IP = "status.hostIP"
    POD_IP = "status.podIP"
    NODE_CPU = "node.cpu"
    """Thousandths of a core."""
    NODE_MEMORY = "node.memory"
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """A fact that is a number, divided and rounded up, as a `divisor` asks."""

    fact: Fact
    divisor: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """Literal text and facts, one after the other."""

    parts: tuple[str | Fact | Quotient, ...]


Text = str | Pieces


def mentions(text: Text | None, fact: Fact) -> bool:
    """Whether the text cannot be finished before the fact is known."""
    if not isinstance(text, Pieces):
        return False
    return any((part.fact if isinstance(part, Quotient) else part) is fact for part in text.parts)
