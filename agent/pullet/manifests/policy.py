"""The node's policy: what the repository may ask of this node. Git cannot change it.

`read_policy` is the door for its file; `bound` leaves out of a catalog what breaks a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal

from pullet.manifests.problems import Findings, checked
from pullet.manifests.schema import Shape, honoured
from pullet.manifests.yamldoc import load_one
from pullet.model.catalog import Catalog
from pullet.model.errors import Refused
from pullet.model.names import WorkloadName
from pullet.model.problem import Problem
from pullet.model.workload import Workload

_DOCKER_HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class HostPath:
    """A directory of the node that may be mounted, with what is below it."""

    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The defaults are what holds on a node without a policy file; `source` is the file, for messages."""

    privileged: bool = False
    host_namespaces: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    host_paths: tuple[HostPath, ...] = ()
    devices: frozenset[str] = frozenset()
    registries: tuple[str, ...] = ("*",)
    build: bool = False
    source: str = field(default="the default policy", compare=False)


class _HostPath(Shape):
    path: str = honoured("The directory.")
    read_only: bool = honoured("Whether it may only be read.", False)


class _PolicyFile(Shape):
    privileged: bool = honoured("Whether containers may be privileged.", False)
    host_namespaces: list[Literal["network", "pid", "ipc"]] = honoured(
        "The node's namespaces that may be shared.", []
    )
    capabilities: list[str] = honoured("What may be added to the engine's default set.", [])
    host_paths: list[_HostPath] = honoured(
        "What may be mounted; the engine's socket only if named itself.", []
    )
    devices: list[str] = honoured("Devices that may be used.", [])
    registries: list[str] = honoured("Patterns of image references.", ["*"])
    build: bool = honoured("Whether images may be built from the repository.", False)


def read_policy(text: str, path: str) -> Policy:
    """Raises Refused with every mistake, one a line. An empty file is the default policy."""
    document = load_one(text.encode(), path)
    findings = Findings(document)
    shape = checked(_PolicyFile, {} if document.data is None else document.data, findings)
    if shape is None:
        raise Refused("\n".join(map(str, findings.problems)), hint=f"correct {path}")
    return Policy(
        privileged=shape.privileged,
        host_namespaces=frozenset(shape.host_namespaces),
        capabilities=frozenset(shape.capabilities),
        host_paths=tuple(HostPath(one.path, one.read_only) for one in shape.host_paths),
        devices=frozenset(shape.devices),
        registries=tuple(shape.registries),
        build=shape.build,
        source=path,
    )


def bound(catalog: Catalog, placed: AbstractSet[WorkloadName] | None, policy: Policy) -> Catalog:
    """The catalog without the workloads that break a rule: those are refused, each with its problems.

    Only `placed` ones are looked at, as a node's policy has no say in what other nodes run; None stands for all.
    """
    problems = {
        workload.name: tuple(_breaches(workload, policy))
        for workload in catalog.workloads
        if placed is None or workload.name in placed
    }
    broken = frozenset(name for name, found in problems.items() if found)
    if not broken:
        return catalog
    return replace(
        catalog,
        workloads=tuple(workload for workload in catalog.workloads if workload.name not in broken),
        problems=tuple(sorted([*catalog.problems, *(one for found in problems.values() for one in found)])),
        refused=catalog.refused | broken,
    )


def _breaches(workload: Workload, policy: Policy) -> Iterator[Problem]:
    for container in workload.pod.containers:
        if not _allowed(container.image, policy.registries):
            yield Problem(
                workload.origin,
                f"{workload.name}: the image {container.image} breaks the node's rule registries",
                hint=f"{policy.source} allows {', '.join(policy.registries) or 'none'}",
            )


def _allowed(image: str, patterns: tuple[str, ...]) -> bool:
    references = (image, normalised(image))
    return any(fnmatchcase(reference, pattern) for pattern in patterns for reference in references)


def normalised(image: str) -> str:
    """With registry, and tag where it has no digest: `nginx` is docker.io/library/nginx:latest.

    https://docs.docker.com/reference/cli/docker/image/tag/#description
    """
    first, slash, _ = image.partition("/")
    is_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    if not slash or not is_host:
        image = f"{_DOCKER_HUB}/{image}" if slash else f"{_DOCKER_HUB}/library/{image}"
    tagged = "@" in image or ":" in image.rpartition("/")[2]
    return image if tagged else f"{image}:latest"
