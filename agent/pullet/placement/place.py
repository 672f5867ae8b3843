"""The whole fleet's placement, for the agents and for `pullet place`.

In the order of names, so that every agent computes the same: what is placed first takes the ports of a node first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pullet.model.catalog import Catalog
from pullet.model.lifetime import Endless
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.node import Node
from pullet.model.placement import Pending, Placement
from pullet.model.workload import Fixed, PerNode, Workload
from pullet.placement.company import Standing
from pullet.placement.filters import objections
from pullet.placement.room import Room, keep_apart, most_on_one_node
from pullet.placement.spread import spread

Reasons = Mapping[str, str]


def place(catalog: Catalog, nodes: Sequence[Node]) -> Placement:
    """Every instance of the catalog, on one of `nodes` or pending with the reason of each."""
    ordered = sorted(nodes, key=lambda node: node.name)
    standing = Standing({node.name: node for node in ordered})
    placing = _Placing(ordered, Room({node.name: [] for node in ordered}), standing)
    for group in _groups(one for one in catalog.workloads if one.hook is None):
        if len(group) == 1 and not _stands_as_a_whole(group[0]):
            placing.alone(group[0])
        else:
            placing.together(group)
    for workload in sorted(catalog.workloads, key=lambda workload: workload.name):
        if workload.hook:
            placing.beside(workload, workload.hook.of)
    return Placement(
        nodes={
            name: tuple(sorted(mine, key=lambda instance: instance.sort_key))
            for name, mine in placing.room.nodes.items()
        },
        pending=tuple(sorted(placing.pending, key=lambda one: one.instance.sort_key)),
    )


def _groups(workloads: Iterable[Workload]) -> list[list[Workload]]:
    """What stands together, in the order of the first name of each; those that must be near others come last."""
    groups: defaultdict[tuple[str, str], list[Workload]] = defaultdict(list)
    for workload in sorted(workloads, key=lambda workload: workload.name):
        alone = str(workload.name) if not workload.where.together else ""
        groups[workload.where.together, alone].append(workload)
    return sorted(groups.values(), key=lambda group: (any(one.where.near for one in group), group[0].name))


@dataclass(slots=True)
class _Placing:
    nodes: Sequence[Node]
    room: Room
    standing: Standing
    pending: list[Pending] = field(default_factory=list)

    def alone(self, workload: Workload) -> None:
        """Spread over the nodes that fit and have room."""
        against = objections(workload, self.nodes)
        fitting = [node for node, reason in against.items() if not reason]
        held = _held([workload], fitting) or self._taken(workload, fitting)
        held |= self.standing.spare(workload, [node for node in fitting if node not in held])
        open_nodes = [node for node in fitting if node not in held]
        match workload.count:
            case PerNode():
                chosen = {InstanceName(workload.name, node): node for node in open_nodes}
                self._wait([InstanceName(workload.name, node) for node in held], held)
            case Fixed():
                chosen = self._spread(workload, open_nodes, {**against, **held})
        for instance, node in chosen.items():
            self._take(node, instance, workload)

    def _take(self, node: str, instance: InstanceName, workload: Workload) -> None:
        self.room.take(node, instance, workload.pod)
        self.standing.take(node, workload)

    def _taken(self, workload: Workload, nodes: Iterable[str]) -> dict[str, str]:
        found = {node: self._in_the_way(workload, node) for node in nodes}
        return {node: reason for node, reason in found.items() if reason}

    def _in_the_way(self, workload: Workload, node: str) -> str:
        """What stands already and keeps the workload off the node."""
        return self.room.objection(node, workload.pod) or self.standing.objection(workload, node)

    def _spread(self, workload: Workload, nodes: Sequence[str], against: Reasons) -> dict[InstanceName, str]:
        """As many as have room; the rest is pending."""
        instances = list(_instances(workload))
        most = most_on_one_node(workload)
        count = len(instances) if most is None else min(len(instances), most * len(nodes))
        names = {str(instance): instance for instance in instances[: count if nodes else 0]}
        full = dict.fromkeys(nodes, f"takes no more than {most} of them")
        self._wait(instances[len(names) :], {**against, **full})
        return {names[text]: node for text, node in spread(tuple(names), nodes).items()} if names else {}

    def together(self, group: Sequence[Workload]) -> None:
        """All of them on one node, or none of them anywhere."""
        against = {node.name: self._objection(group, node) for node in self.nodes}
        against |= _held(group, [node for node, reason in against.items() if not reason])
        fitting = [node for node, reason in against.items() if not reason]
        if not fitting:
            for workload in group:
                self._wait(self._wanted(workload), against)
            return
        key = group[0].where.together or str(group[0].name)
        node = spread((key,), fitting)[key]
        for workload in group:
            for instance in self._wanted(workload, node):
                self._take(node, instance, workload)

    def beside(self, hook: Workload, of: WorkloadName) -> None:
        """A hook goes where its workload goes, whatever it asks for itself: it gates the rollout on each node."""
        nodes = [node for node, mine in self.room.nodes.items() if any(one.workload == of for one in mine)]
        for instance in _instances(hook):
            for node in nodes:
                self._take(node, instance, hook)
        if not nodes:
            self._wait(
                _instances(hook), {node.name: f"{of}, whose hook it is, is not here" for node in self.nodes}
            )

    def _wanted(self, workload: Workload, *only: str) -> list[InstanceName]:
        """The instances of a workload that has to stand on one node with others."""
        if isinstance(workload.count, PerNode):
            return [InstanceName(workload.name, node) for node in only or [node.name for node in self.nodes]]
        return list(_instances(workload))

    def _objection(self, group: Sequence[Workload], node: Node) -> str:
        """The first reason against the whole group."""
        for workload in group:
            reason = objections(workload, (node,))[node.name] or self._in_the_way(workload, node.name)
            if reason:
                return reason if len(group) == 1 else f"{workload.name}, which must stand with it: {reason}"
            most = most_on_one_node(workload)
            if most is not None and isinstance(workload.count, Fixed) and workload.count.replicas > most:
                return f"takes no more than {most} of {workload.name}, which must all stand on one node"
        for index, workload in enumerate(group):
            for other in group[:index]:
                if keep_apart(workload.pod, other.pod):
                    return (
                        f"{other.name} and {workload.name} must stand together, and need the same port of it"
                    )
                if any(workload.falls_under(one) for one in other.where.apart) or any(
                    other.falls_under(one) for one in workload.where.apart
                ):
                    return f"{other.name} and {workload.name} must stand together, and away from each other"
        return ""

    def _wait(self, instances: Iterable[InstanceName], against: Reasons) -> None:
        reasons = {node: reason for node, reason in against.items() if reason}
        for instance in instances:
            own = {instance.ordinal: reasons[instance.ordinal]} if instance.ordinal in reasons else reasons
            self.pending.append(Pending(instance, own))


def _stands_as_a_whole(workload: Workload) -> bool:
    """On one node: what is told to, and a Job, as its limits count over all its pods."""
    fixed = isinstance(workload.count, Fixed)
    return bool(workload.where.together) or (fixed and not isinstance(workload.lifetime, Endless))


def _held(group: Sequence[Workload], fitting: Sequence[str]) -> dict[str, str]:
    """Why nothing may be placed on any of the nodes that fit: data must not move between them."""
    pinned = next((workload.where.pinned for workload in group if workload.where.pinned), "")
    if pinned and len(fitting) > 1:
        return dict.fromkeys(fitting, f"{pinned}, and {len(fitting)} nodes fit")
    return {}


def _instances(workload: Workload) -> Iterator[InstanceName]:
    if isinstance(workload.count, Fixed):
        first = workload.count.start
        yield from (
            InstanceName(workload.name, str(first + index)) for index in range(workload.count.replicas)
        )
