"""In which order goes what is not wanted here: the other way round than it came.

What was declared is not in the catalog any more, so the order stands on the containers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter

from pullet.decide.scene import Scene
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Incarnation


def in_turn(going: Iterable[Incarnation], scene: Scene) -> Mapping[tuple[InstanceName, str], str]:
    """Why those wait that others have to go before, by instance and hash."""
    leaving: defaultdict[WorkloadName, list[Incarnation]] = defaultdict(list)
    for one in going:
        leaving[one.instance.workload].append(one)
    users = _users(leaving)
    ordered = {one.name for one in scene.desired.catalog.workloads if one.in_order}
    return {
        (one.instance, one.hash): because
        for name, mine in leaving.items()
        for one in mine
        if (because := _needed(users[name], leaving) or (name in ordered and _earlier(one, mine)))
    }


def _needed(users: AbstractSet[WorkloadName], leaving: Mapping[WorkloadName, Sequence[Incarnation]]) -> str:
    return f"after {leaving[min(users)][0].instance}, which needs it" if users else ""


def _earlier(one: Incarnation, mine: Sequence[Incarnation]) -> str:
    """Instances of a StatefulSet go from the last to the first.

    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
    """
    last = max((each.instance for each in mine), key=lambda instance: instance.sort_key)
    return "" if one.instance == last else f"after {last}, as they go one by one"


def _users(leaving: Mapping[WorkloadName, Sequence[Incarnation]]) -> Mapping[WorkloadName, set[WorkloadName]]:
    """Who must go before each. Labels of different revisions may name a circle; its first by name goes first then."""
    users: dict[WorkloadName, set[WorkloadName]] = {name: set() for name in leaving}
    for name, mine in leaving.items():
        for needed in {one for each in mine for one in each.after} & leaving.keys() - {name}:
            users[needed].add(name)
    while (circle := _circle(users)) is not None:
        users[min(circle)] -= circle
    return users


def _circle(users: Mapping[WorkloadName, set[WorkloadName]]) -> set[WorkloadName] | None:
    try:
        TopologicalSorter(users).prepare()
    except CycleError as error:
        return set(error.args[1])
    return None
