"""What a person means by a name: `shop/Deployment/web`, `shop/Deployment/web#0`, or anything shorter that is clear."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pullet.model.errors import Refused
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Incarnation, ObservedContainer, Role

if TYPE_CHECKING:
    from pullet.engine.docker_engine import DockerEngine


SHOWN = 10
"""Names that a hint lists at most."""

CLOSE = 0.6
"""How much alike two names must be for one to be a slip of the other."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One container of one incarnation."""

    incarnation: Incarnation
    container: ObservedContainer

    def __str__(self) -> str:
        return f"{self.incarnation.instance}/{self.container.name}"


def engine_here(config: Path | None) -> tuple[DockerEngine, str]:
    """The engine of this node, to look at and to ask, and the node's name; needs no agent and no repository."""
    from pullet.engine.docker_engine import DockerEngine
    from pullet.logs import quieten
    from pullet.settings import load_settings

    quieten()
    settings = load_settings(config, assumed={"repo": {"url": "."}})
    return DockerEngine(settings.engine, settings.node, _ignore), settings.node


def matching(target: str, standing: Sequence[Incarnation], node: str) -> tuple[Incarnation, ...]:
    """All incarnations of the one workload or instance that the target names; raises Refused as `meant_by`."""
    meant = meant_by(target, dict.fromkeys(one.instance for one in standing), node)
    return tuple(one for one in standing if meant in (one.instance, one.instance.workload))


def meant_by(target: str, instances: Iterable[InstanceName], node: str) -> InstanceName | WorkloadName:
    """The one among them that the target names.

    Raises Refused with what there is where that is none, and with the candidates where it is several.
    """
    names = list(instances)
    meant = _meant(target, names)
    if not meant:
        raise Refused(f"nothing on {node} is called {target}", hint=_probably(target, names))
    if len(meant) > 1:
        candidates = ", ".join(sorted(map(str, meant)))
        raise Refused(f"{target} may be several on {node}", hint=f"say which: {candidates}")
    return meant.pop()


def workload_meant_by(target: str, workloads: Iterable[WorkloadName], node: str) -> WorkloadName:
    """As `meant_by`, where an instance, whichever it is, stands for its workload."""
    meant = meant_by(target.partition("#")[0], (InstanceName(name, "0") for name in workloads), node)
    return meant if isinstance(meant, WorkloadName) else meant.workload


def spots(incarnations: Iterable[Incarnation], container: str | None) -> tuple[Spot, ...]:
    """Their containers, or those of this name; raises Refused where there is none. A sandbox is nobody's concern."""
    everything = containers_of(incarnations)
    found = tuple(spot for spot in everything if container in (None, spot.container.name))
    if not found:
        names = ", ".join(dict.fromkeys(spot.container.name for spot in everything)) or "none yet"
        raise Refused(f"there is no container {container or ''}".rstrip(), hint=f"its containers: {names}")
    return found


def containers_of(incarnations: Iterable[Incarnation]) -> tuple[Spot, ...]:
    return tuple(
        Spot(one, each) for one in incarnations for each in one.containers if each.role is not Role.SANDBOX
    )


def _meant(target: str, names: Sequence[InstanceName]) -> set[InstanceName | WorkloadName]:
    """A whole name is that and nothing else; a shorter one may be several."""
    for name in names:
        if target in (str(name), str(name.workload)):
            return {name if target == str(name) else name.workload}
    workloads = {name.workload for name in names if target.casefold() in _spellings(name.workload)}
    others = {name for name in names if name.workload not in workloads}
    return {*workloads, *(name for name in others if target.casefold() in _instance_spellings(name))}


def _probably(target: str, names: Sequence[InstanceName]) -> str:
    """What was probably meant, or else the first of what there is."""
    workload, _, ordinal = target.partition("#")
    if ordinal and (
        siblings := [str(one) for one in names if workload.casefold() in _spellings(one.workload)]
    ):
        return f"here: {_some(siblings)}"
    workloads = list(dict.fromkeys(one.workload for one in names))
    spelt = {spelling: one for one in workloads for spelling in _spellings(one)}
    close = difflib.get_close_matches(workload.casefold(), spelt, n=1, cutoff=CLOSE)
    if close:
        return f"did you mean {spelt[close[0]]}?"
    return f"here: {_some([str(one) for one in workloads]) or 'nothing'}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _spellings(name: WorkloadName) -> set[str]:
    short = (name.name, f"{name.kind}/{name.name}", f"{name.namespace}/{name.name}", str(name))
    return {one.casefold() for one in short}


def _instance_spellings(name: InstanceName) -> Iterator[str]:
    for spelling in _spellings(name.workload):
        yield f"{spelling}#{name.ordinal}".casefold()
    for pod in (name.pod, f"{name.workload.namespace}/{name.pod}"):
        yield pod.casefold()


def _ignore(_: str) -> None:
    """Nobody waits to be woken here."""
