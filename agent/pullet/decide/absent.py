"""What stands here and is not wanted here: why, and whether that is known well enough to let it go.

An ordered table of rules where the first match wins. Absence of information never deletes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pullet.decide.scene import Scene
from pullet.decide.staying import stays
from pullet.model.observed import Incarnation
from pullet.model.placement import Desired


@dataclass(frozen=True, slots=True)
class Keep:
    because: str


@dataclass(frozen=True, slots=True)
class Go:
    """`fewer` where the workload is declared, and asks for fewer instances: that is meant, whatever else is kept."""

    because: str
    fewer: bool = False


Fate = Keep | Go
Rule = Callable[[Incarnation, Desired], Fate | None]


def fate(one: Incarnation, scene: Scene) -> Fate:
    """Of an incarnation whose instance is not assigned to this node."""
    verdict = next(verdict for rule in RULES if (verdict := rule(one, scene.desired)) is not None)
    if isinstance(verdict, Go) and not verdict.fewer and stays(one, scene.memory):
        return Keep(f"pullet.dev/prune is false, although {verdict.because}")
    return verdict


def _held(_: Incarnation, desired: Desired) -> Fate | None:
    return Keep(desired.hold) if desired.hold else None


def _refused(one: Incarnation, desired: Desired) -> Fate | None:
    workload = one.instance.workload
    if workload in desired.catalog.refused:
        return Keep(f"what {desired.revision.short} declares for {workload} is not valid")
    return None


def _unreadable(one: Incarnation, desired: Desired) -> Fate | None:
    for file in desired.catalog.unreadable:
        if file.path == one.path:
            return Keep(f"{file.path}, which declared it, cannot be read")
        if file.may_declare(one.instance.workload):
            return Keep(f"{file.path} cannot be read and mentions {one.instance.workload.name}")
    return None


def _moved(one: Incarnation, desired: Desired) -> Fate | None:
    for node, instances in desired.placement.nodes.items():
        if one.instance in instances:
            return Go(f"placed on {node} at {desired.revision.short}")
    return None


def _pending(one: Incarnation, desired: Desired) -> Fate | None:
    if any(pending.instance == one.instance for pending in desired.placement.pending):
        return Keep("is wanted, and fits on no node now")
    return None


def _fewer(one: Incarnation, desired: Desired) -> Fate | None:
    if any(workload.name == one.instance.workload for workload in desired.catalog.workloads):
        return Go(f"no longer among the instances wanted at {desired.revision.short}", fewer=True)
    return None


def _undeclared(_: Incarnation, desired: Desired) -> Fate:
    return Go(f"no longer declared at {desired.revision.short}")


RULES: tuple[Rule, ...] = (_held, _refused, _unreadable, _moved, _pending, _fewer, _undeclared)
