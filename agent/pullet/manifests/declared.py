"""What the doors make of a document: what it declares, what is wrong with it, and what of it is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pullet.manifests.yamldoc import Document, Loc
from pullet.model.catalog import Unreadable
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Problem
from pullet.model.workload import Workload

ObjectName = WorkloadName
"""Configuration and nodes are named by the same three words; what belongs to no namespace has an empty one."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A ConfigMap or Secret: `texts` can be environment, `blobs` cannot, as they are no text."""

    texts: Mapping[str, str] = field(repr=False)
    blobs: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """One object named by another, at `loc` in the document of that other one."""

    target: ObjectName
    loc: Loc
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyOf:
    """A variable with the value of one key."""

    name: str
    key: str
    reference: Reference


@dataclass(frozen=True, slots=True)
class AllOf:
    """A variable for each key."""

    prefix: str
    reference: Reference


Source = Literal | KeyOf | AllOf


@dataclass(frozen=True, slots=True)
class Draft:
    """A workload whose environment depends on other objects: the sources of each of its containers in turn."""

    workload: Workload
    environments: tuple[tuple[Source, ...], ...]

    @property
    def stands_alone(self) -> bool:
        return all(isinstance(source, Literal) for sources in self.environments for source in sources)


Content = Workload | Draft | Configuration | Node


@dataclass(frozen=True, slots=True)
class Declared:
    """One object, at `loc` of its document; `content` is None where it is declared and not valid, or not needed.

    `runs` is true of what is declared to run, valid or not.
    """

    name: ObjectName
    document: Document
    loc: Loc
    content: Content | None = None
    valid: bool = True
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of some part of a file."""

    declared: tuple[Declared, ...] = ()
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    left_alone: bool = False

    @classmethod
    def of(cls, parts: Iterable[Reading]) -> Reading:
        """All of them together; left alone only where each is."""
        readings = tuple(parts)
        return cls(
            tuple(one for reading in readings for one in reading.declared),
            tuple(one for reading in readings for one in reading.problems),
            tuple(one for reading in readings for one in reading.unreadable),
            all(reading.left_alone for reading in readings),
        )


@dataclass(frozen=True, slots=True)
class Unknown:
    """Configuration that is declared, or may be, and whose content cannot be known; `because` continues its name."""

    because: str


Lookup = Callable[[ObjectName], Configuration | Unknown | None]
