"""A project as conversion sees it: its sound parts by name, what is declared in it at all, and its paths."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pullet.manifests.compose.deployment import Placing
from pullet.manifests.compose.loaded import Watched
from pullet.manifests.compose.schema import Config, Network, Secret, Volume
from pullet.manifests.compose.service import Service
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.names import WorkloadName

KIND = "Service"
DEFAULT = "default"

Thing = TypeVar("Thing")


def workload_name(project: str, service: str) -> WorkloadName:
    """A project is a namespace, and its services are workloads of one kind."""
    return WorkloadName(project, KIND, service)


@dataclass(frozen=True, slots=True)
class Section(Generic[Thing]):
    """The `sound` things of one part of a project; `flawed` are those that are declared there and not valid.

    In an `open` one others may be declared in files that are not there.
    """

    word: str
    sound: Mapping[str, Thing]
    flawed: frozenset[str] = frozenset()
    open: bool = False

    def find(self, name: str, loc: Loc, findings: Findings) -> Thing | None:
        """The thing that is named at `loc`; None where it cannot be used, which is a problem there."""
        if name in self.sound:
            return self.sound[name]
        if name in self.flawed:
            hint = f"correct it under {self.word}s"
            findings.error(loc, f"the {self.word} {name} is not valid", hint)
        else:
            hint = meant(name, self.sound) or f"declare it under {self.word}s"
            (findings.warn if self.open else findings.error)(loc, f"there is no {self.word} {name}", hint)
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """`placing` is what x-pullet says for the project; `environment` comes from its .env.

    With `partial`, what is not in the tree is only warned of, and of the services in `unknown` not all is known.
    """

    project: str
    tree: Watched
    services: Section[Service]
    networks: Section[Network]
    volumes: Section[Volume]
    configs: Section[Config]
    secrets: Section[Secret]
    placing: Placing = field(default_factory=Placing)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    partial: bool = False
    unknown: frozenset[str] = frozenset()

    def absent(self, loc: Loc, message: str, hint: str, findings: Findings) -> None:
        """Says that something is not in the repository."""
        (findings.warn if self.partial else findings.error)(loc, message, hint)

    def workload(self, service: str) -> WorkloadName:
        return workload_name(self.project, service)

    def refer(self, service: str, loc: Loc, findings: Findings) -> WorkloadName:
        """The workload of a service that is named at `loc`; one that is refused may stand from before."""
        if service not in self.services.flawed:
            self.services.find(service, loc, findings)
        return self.workload(service)


def in_repository(path: str) -> str:
    """`./site/../html` as the tree names it: html; the root is empty."""
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def leaves(path: str) -> bool:
    """Whether a relative path leads out of the repository."""
    return posixpath.normpath(path).split("/", 1)[0] == ".."


def texts(given: Mapping[str, object]) -> dict[str, str]:
    """Names with a value, as text."""
    return {name: str(value) for name, value in given.items() if value is not None}
