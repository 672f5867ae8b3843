"""What workloads come after, seen together: that it is declared, what is waited for, and that there is no circle.

Used by `assemble`. It sees both doors at once, as a service may need a Deployment, and a Deployment a service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from pullet.manifests.declared import Unknown
from pullet.manifests.known import Known
from pullet.manifests.problems import meant
from pullet.model.lifetime import Endless, Finite
from pullet.model.names import WorkloadName
from pullet.model.pod import Restart
from pullet.model.problem import Origin, Problem, Severity
from pullet.model.workload import Dependency, Workload


@dataclass(slots=True)
class Ordered:
    """`workloads` are those that can come after what they name, `refused` those that cannot."""

    workloads: list[Workload] = field(default_factory=list)
    refused: list[WorkloadName] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def order(workloads: Sequence[Workload], known: Known) -> Ordered:
    named = {one.name: one for one in workloads}
    wrong = list(_circles(named))
    for one in workloads:
        wrong += _unknown(one, known)
        wrong += _endless(one, named)
    refused = frozenset(name for name, problem in wrong if problem.severity is Severity.ERROR)
    return Ordered(
        workloads=[_with_conditions(one, named) for one in workloads if one.name not in refused],
        refused=sorted(refused),
        problems=[problem for _, problem in wrong],
    )


_Wrong = tuple[WorkloadName, Problem]


def _unknown(workload: Workload, known: Known) -> Iterator[_Wrong]:
    for one in workload.after:
        if one.origin is None:
            continue  # its own door has looked
        match known.runs(one.workload):
            case Unknown(because, elsewhere=elsewhere):
                severity = Severity.WARNING if elsewhere else Severity.ERROR
                message = f"comes after {one.workload}, which {because}"
                yield workload.name, _problem(workload, one.origin, message, severity=severity)
            case False:
                hint = meant(str(one.workload), (str(name) for name, its in known.names.items() if its.runs))
                message = f"comes after {one.workload}, which is not declared"
                yield (
                    workload.name,
                    _problem(workload, one.origin, message, hint or "declare it, or remove it"),
                )


def _endless(workload: Workload, named: Mapping[WorkloadName, Workload]) -> Iterator[_Wrong]:
    """What runs until it is removed never completes; a Pod may, and a service, where nothing starts it again.

    Compose takes it in a project's own depends_on, so there it is a warning.
    """
    for one in workload.after:
        needed = named.get(one.workload)
        if one.condition != "complete" or needed is None:
            continue
        if isinstance(needed.lifetime, Endless) and needed.pod.restart is Restart.ALWAYS:
            message = f"waits for {one.workload} to complete, which runs on and on"
            if one.origin is None:
                hint = f"let {one.workload.name} have another restart than always"
                yield workload.name, _problem(workload, None, message, hint, Severity.WARNING)
            else:
                yield (
                    workload.name,
                    _problem(workload, one.origin, message, "write ready instead of complete"),
                )


def _circles(named: Mapping[WorkloadName, Workload]) -> Iterator[_Wrong]:
    """Each workload of each circle; who only leads into one waits until it is mended."""
    graph = {
        name: [needed for needed in _needed(workload) if needed in named]
        for name, workload in sorted(named.items())
    }
    while (circle := _circle(graph)) is not None:
        for index, name in enumerate(circle):
            following = circle[index + 1 :] + circle[: index + 1]
            way = " needs ".join(map(str, (name, *following)))
            origin = next((one.origin for one in named[name].after if one.workload == following[0]), None)
            message = f"goes round in a circle: {way}"
            yield name, _problem(named[name], origin, message, "take one of them out of it")
        for name in circle:
            del graph[name]


def _needed(workload: Workload) -> Iterator[WorkloadName]:
    """What it comes after, by its own word or as hooks go."""
    yield from (one.workload for one in workload.after)
    yield from workload.hooks
    if workload.hook and not workload.hook.before:
        yield workload.hook.of


def _circle(graph: Mapping[WorkloadName, Iterable[WorkloadName]]) -> list[WorkloadName] | None:
    """Each needs the one behind it, and the last the first."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[WorkloadName] = error.args[1]
        return found[:0:-1]  # the sorter tells it the other way round, and the first one twice
    return None


def _with_conditions(workload: Workload, named: Mapping[WorkloadName, Workload]) -> Workload:
    """What ends by itself is waited for until it has; what runs on until it is ready."""
    return replace(workload, after=tuple(_with_condition(one, named) for one in workload.after))


def _with_condition(one: Dependency, named: Mapping[WorkloadName, Workload]) -> Dependency:
    if one.condition:
        return one
    needed = named.get(one.workload)
    ends = needed is not None and isinstance(needed.lifetime, Finite)
    return replace(one, condition="complete" if ends else "ready")


def _problem(
    workload: Workload,
    origin: Origin | None,
    message: str,
    hint: str = "",
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(origin or workload.origin, f"{workload.name} {message}", hint=hint, severity=severity)
