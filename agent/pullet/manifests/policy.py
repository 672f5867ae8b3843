"""The node's policy: what the repository may ask of this node. Git cannot change it.

`read_policy` is the door for its file; `bound` leaves out of a catalog what breaks a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Literal

from pullet.manifests.problems import Findings, checked
from pullet.manifests.rules import HostPath, Policy, breaches
from pullet.manifests.schema import Shape, honoured
from pullet.manifests.yamldoc import load_one
from pullet.model.catalog import Catalog
from pullet.model.errors import Refused
from pullet.model.names import WorkloadName
from pullet.model.problem import Problem, Severity
from pullet.model.workload import Workload

__all__ = ["HostPath", "Policy", "bound", "read_policy"]


class _HostPath(Shape):
    path: str = honoured("The directory.")
    read_only: bool = honoured("Whether it may only be read.", default=False)


class _PolicyFile(Shape):
    privileged: bool = honoured("Whether containers may be privileged.", default=False)
    host_namespaces: list[Literal["network", "pid", "ipc"]] = honoured(
        "The node's namespaces that may be shared.", []
    )
    capabilities: list[str] = honoured("What may be added to the engine's default set.", [])
    host_paths: list[_HostPath] = honoured(
        "What may be mounted; the engine's socket only if named itself.", []
    )
    devices: list[str] = honoured("Devices that may be used.", [])
    registries: list[str] = honoured("Patterns of image references.", ["*"])
    build: bool = honoured("Whether images may be built from the repository.", default=False)
    isolation: Literal["refuse", "warn"] = honoured(
        "What becomes of a workload that asks for isolation which nothing here holds.", "refuse"
    )


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
        capabilities=frozenset(one.upper().removeprefix("CAP_") for one in shape.capabilities),
        host_paths=tuple(HostPath(one.path, one.read_only) for one in shape.host_paths),
        devices=frozenset(shape.devices),
        registries=tuple(shape.registries),
        build=shape.build,
        lenient_isolation=shape.isolation == "warn",
        source=path,
    )


def bound(catalog: Catalog, placed: AbstractSet[WorkloadName] | None, policy: Policy) -> Catalog:
    """The catalog without the workloads that break a rule: those are refused, each with its problems.

    Only `placed` ones are looked at, as a node's policy has no say in what other nodes run; None stands for all.
    """
    here = [one for one in catalog.workloads if placed is None or one.name in placed]
    broken = {one.name: tuple(_breaches(one, policy)) for one in here}
    unmet = {one.name: _unmet(one.unmet, policy) for one in here}
    found = [problem for problems in (*broken.values(), *unmet.values()) for problem in problems]
    found += _unmet(catalog.unmet, policy)
    if not found:
        return catalog
    out = frozenset(
        name for name, ways in broken.items() if ways or (unmet[name] and not policy.lenient_isolation)
    )
    return replace(
        catalog,
        workloads=tuple(workload for workload in catalog.workloads if workload.name not in out),
        problems=tuple(sorted({*catalog.problems, *found})),
        refused=catalog.refused | out,
        unmet=(),
    )


def _unmet(problems: tuple[Problem, ...], policy: Policy) -> tuple[Problem, ...]:
    """What cannot be held is never warned away, unless the node says so."""
    severity = Severity.WARNING if policy.lenient_isolation else Severity.ERROR
    return tuple(replace(problem, severity=severity) for problem in problems)


def _breaches(workload: Workload, policy: Policy) -> Iterator[Problem]:
    for one in breaches(workload.pod, policy):
        said = f"{workload.name}: {one.asks} breaks the node's rule {one.rule}"
        yield Problem(workload.origin, said, hint=f"{policy.source} allows {one.allowed}")
