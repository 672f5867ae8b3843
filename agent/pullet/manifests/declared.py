"""What the doors make of a document: what it declares, what is wrong with it, and what of it is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from pullet.manifests.yamldoc import Loc, Located
from pullet.model.catalog import Unreadable
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Problem
from pullet.model.text import Text
from pullet.model.volumes import HostPath, RenderedFile
from pullet.model.volumes import Source as VolumeSource
from pullet.model.where import Requirement, Toleration
from pullet.model.workload import Workload

_ordinal = re.compile("0|[1-9][0-9]{0,9}").fullmatch

ObjectName = WorkloadName
"""Configuration and nodes are named by the same three words; what belongs to no namespace has an empty one."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A ConfigMap or Secret: `texts` can be environment, `blobs` cannot, as they are no text."""

    texts: Mapping[str, str] = field(repr=False)
    blobs: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """One object named by another, in the field `field` at `loc` in the document of that other one."""

    target: ObjectName
    loc: Loc
    optional: bool = False
    field: str = "name"


@dataclass(frozen=True, slots=True)
class Literal:
    """A variable as it is written: `$(NAME)` in it stands for another one."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """A variable whose value is taken as it is."""

    name: str
    value: Text


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


Source = Literal | Given | KeyOf | AllOf


@dataclass(frozen=True, slots=True)
class Item:
    """One key as a file, at `loc`; `mode` are its permissions."""

    key: str
    path: str
    mode: int
    loc: Loc


@dataclass(frozen=True, slots=True)
class Keys:
    """Files from a ConfigMap or a Secret: the chosen `items`, or each key under its own name where that is None."""

    reference: Reference
    mode: int
    items: tuple[Item, ...] | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """A volume of files, which stands at `loc`."""

    parts: tuple[Keys | RenderedFile, ...]
    loc: Loc


@dataclass(frozen=True, slots=True)
class Use:
    """A volume in a container, declared at `loc`; with `expanded` its `sub_path` knows `$(NAME)`."""

    volume: str
    target: str
    loc: Loc
    read_only: bool = False
    sub_path: str = ""
    expanded: bool = False
    propagation: str = ""


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """A claim template, which stands at `loc`: in a cluster each of the `ordinals` claims `stem` and its number."""

    claim: Claim
    stem: ObjectName
    ordinals: range
    loc: Loc

    def names(self, name: ObjectName) -> bool:
        """Whether a claim of this name is one instance's."""
        stem, _, ordinal = name.name.rpartition("-")
        same = (name.namespace, stem) == (self.stem.namespace, self.stem.name)
        return same and bool(_ordinal(ordinal)) and int(ordinal) in self.ordinals


@dataclass(frozen=True, slots=True)
class Needs:
    """What other objects decide of a pod; `environments` and `uses` have an entry for each of its containers.

    Containers are in the order of `Pod.all_containers`. `logins` are Secrets with the passwords of registries, `claims`
    the PersistentVolumeClaims by the names of the `volumes` that they decide of, `runtime` a RuntimeClass, and
    `own_claims` what each instance claims for itself.
    """

    environments: tuple[tuple[Source, ...], ...]
    uses: tuple[tuple[Use, ...], ...] = ()
    volumes: Mapping[str, VolumeSource | Projection] = field(default_factory=dict)
    logins: tuple[Reference, ...] = ()
    claims: Mapping[str, Reference] = field(default_factory=dict)
    runtime: Reference | None = None
    own_claims: tuple[OwnClaim, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the pod stands alone."""
        sources = (source for sources in self.environments for source in sources)
        parts = (part for one in self.volumes.values() if isinstance(one, Projection) for part in one.parts)
        return not (
            self.logins
            or self.claims
            or self.runtime
            or self.own_claims
            or any(isinstance(source, KeyOf | AllOf) for source in sources)
            or any(isinstance(part, Keys) for part in parts)
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A workload that other objects have a say in."""

    workload: Workload
    needs: Needs

    @property
    def stands_alone(self) -> bool:
        return self.needs.nothing


Selector = tuple[Requirement, ...]
"""Comparisons with labels, which must all hold; without any, everything is selected."""


def selected(selector: Selector, labels: Mapping[str, str]) -> bool:
    return all(requirement.holds(labels.get(requirement.key)) for requirement in selector)


@dataclass(frozen=True, slots=True)
class ServicePort:
    """`target` is the port that the pods listen on, or the name of one."""

    port: int
    target: int | str
    protocol: str
    loc: Loc


@dataclass(frozen=True, slots=True)
class Names:
    """A Service: the pods that it selects answer to its name; None where it selects none by labels.

    One with `another` is another name of that Service of the same namespace.
    """

    name: str
    namespace: str
    selector: Selector | None
    ports: tuple[ServicePort, ...] = ()
    another: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"""
        below = f"{self.name}.{self.namespace}"
        return self.name, below, f"{below}.svc", f"{below}.svc.cluster.local"


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim; `size` in bytes. `storage_class` is None where none is named."""

    modes: frozenset[str]
    size: int
    volume: str = ""
    selector: Selector | None = None
    storage_class: str | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """A PersistentVolume: a path of the nodes that meet one of the `terms`; `claim` is whom it is kept for."""

    source: HostPath
    labels: Mapping[str, str]
    modes: frozenset[str]
    capacity: int
    storage_class: str = ""
    terms: tuple[tuple[Requirement, ...], ...] = ()
    claim: ObjectName | None = None


@dataclass(frozen=True, slots=True)
class Runtime:
    """A RuntimeClass: the engine's runtime `handler`, and which nodes have it."""

    handler: str
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()


@dataclass(frozen=True, slots=True)
class Isolation:
    """What isolates pods in a cluster and cannot here; None selects pods that only its own controller knows."""

    problem: Problem
    selector: Selector | None


Content = Workload | Draft | Configuration | Node | Names | Claim | Volume | Runtime | Isolation


@dataclass(frozen=True, slots=True)
class Declared:
    """One object, at `loc` of its document; `content` is None where it is declared and not valid, or not needed.

    `runs` is true of what is declared to run, valid or not.
    """

    name: ObjectName
    document: Located
    loc: Loc
    content: Content | None = None
    valid: bool = True
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of some part of a file.

    `looked_at` are the other files that it depends on, by path and id (None where there is none), and `parts` those
    that are part of it, and so declare nothing by themselves.
    """

    declared: tuple[Declared, ...] = ()
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    left_alone: bool = False
    looked_at: tuple[tuple[str, str | None], ...] = ()
    parts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, parts: Iterable[Reading]) -> Reading:
        """All of them together; left alone only where each is."""
        readings = tuple(parts)
        return cls(
            tuple(one for reading in readings for one in reading.declared),
            tuple(one for reading in readings for one in reading.problems),
            tuple(one for reading in readings for one in reading.unreadable),
            all(reading.left_alone for reading in readings),
            tuple(one for reading in readings for one in reading.looked_at),
            frozenset().union(*(reading.parts for reading in readings)),
        )


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is declared, or may be, and whose content cannot be known; `because` continues its name.

    What may be declared `elsewhere`, where one file is looked at by itself, is no mistake of that file.
    """

    because: str
    elsewhere: bool = False


Lookup = Callable[[ObjectName], Configuration | Unknown | None]
