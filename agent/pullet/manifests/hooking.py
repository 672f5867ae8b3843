"""Jobs that belong to the rollout of another workload, seen together with it. Used by `assemble`.

A workload knows which hooks come before it, so that one which is not valid, or not allowed on the node, holds it up as
well: a release whose migration cannot run is not rolled out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pullet.manifests.after import named
from pullet.manifests.declared import Declared, Unknown
from pullet.manifests.known import Known
from pullet.manifests.yamldoc import Document
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Problem, Severity
from pullet.model.workload import Fixed, Workload

HOOK = "pullet.dev/hook"
OF = "pullet.dev/of"
BEFORE, AFTER = "pre-deploy", "post-deploy"


@dataclass(frozen=True, slots=True)
class Hooked:
    """`refused` are hooks of what is not there."""

    workloads: list[Workload]
    refused: list[WorkloadName]
    problems: list[Problem]


def hook_up(workloads: Sequence[Workload], known: Known, nodes: Sequence[Node]) -> Hooked:
    """Tell each workload which hooks come before it."""
    wrong = {one.name: problem for one in workloads if (problem := _of_nothing(one, known))}
    refused = [name for name, problem in wrong.items() if problem.severity is Severity.ERROR]
    usable = [one for one in workloads if one.name not in refused]
    before = _before(usable, known)
    return Hooked(
        [replace(one, hooks=before[one.name]) if one.name in before else one for one in usable],
        refused,
        [*wrong.values(), *_many_times(usable, nodes)],
    )


def _of_nothing(workload: Workload, known: Known) -> Problem | None:
    hook = workload.hook
    found = known.runs(hook.of) if hook else True
    if hook is None or found is True:
        return None
    because = found.because if isinstance(found, Unknown) else "is not declared"
    elsewhere = isinstance(found, Unknown) and found.elsewhere
    return Problem(
        hook.origin or workload.origin,
        f"{workload.name} is a hook of {hook.of}, which {because}",
        hint="" if elsewhere else "declare that, or remove the hook",
        severity=Severity.WARNING if elsewhere else Severity.ERROR,
    )


def _before(usable: Sequence[Workload], known: Known) -> Mapping[WorkloadName, tuple[WorkloadName, ...]]:
    """By the workload that waits for them, also those hooks that cannot be used."""
    found: defaultdict[WorkloadName, set[WorkloadName]] = defaultdict(set)
    for one in usable:
        if one.hook and one.hook.before:
            found[one.hook.of].add(one.name)
    there = {one.name for one in usable}
    for name, declared in known.names.items():
        if name.kind == "Job" and name not in there and (of := _meant(declared)):
            found[of].add(name)
    return {name: tuple(sorted(hooks)) for name, hooks in found.items()}


def _meant(declared: Declared) -> WorkloadName | None:
    """Whose hook a Job is meant to be that is not valid; with a slip in its turn, it may be meant to come before."""
    given = _annotations(declared)
    text = given.get(OF)
    if given.get(HOOK) == AFTER or not isinstance(text, str):
        return None
    return named(text, declared.name.namespace)


def _annotations(declared: Declared) -> Mapping[str, Any]:
    data: Any = declared.document.data if isinstance(declared.document, Document) else {}
    for step in declared.loc:
        data = data[step]
    for step in ("metadata", "annotations"):
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _many_times(workloads: Sequence[Workload], nodes: Sequence[Node]) -> Iterator[Problem]:
    """Agents do not talk: each node that rolls out has a run of its own."""
    by_name = {one.name: one for one in workloads}
    for one in workloads:
        target = by_name.get(one.hook.of) if one.hook else None
        if target is None or (isinstance(target.count, Fixed) and target.count.replicas <= 1):
            continue
        fitting = [node.name for node in nodes if target.admits(node)]
        if len(fitting) > 1 and not target.where.together:
            yield Problem(
                one.hook.origin if one.hook and one.hook.origin else one.origin,
                f"{one.name} runs once on each node that runs {target.name}, which {len(fitting)} nodes may",
                hint="see that it can run side by side, or give the workload a nodeSelector that leaves one node",
                severity=Severity.WARNING,
            )
