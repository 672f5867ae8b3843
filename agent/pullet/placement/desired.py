"""One node's share of the placement, and whether it can be acted on at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pullet.model.catalog import Catalog
from pullet.model.digest import digest
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.node import Node
from pullet.model.placement import Assignment, Desired, Instance, Placement
from pullet.model.snapshot import Revision
from pullet.model.workload import Workload
from pullet.placement.place import place


def fleet(catalog: Catalog, here: Node) -> tuple[Node, ...]:
    """The nodes that the repository lists; where it lists none, a fleet of one."""
    return catalog.nodes or (here,)


def placed_here(catalog: Catalog, here: Node) -> frozenset[WorkloadName]:
    """The workloads of which the node `here` runs something."""
    return frozenset(name.workload for name in place(catalog, fleet(catalog, here)).nodes.get(here.name, ()))


def desire(revision: Revision, catalog: Catalog, here: Node) -> Desired:
    """What should stand on the node `here` at `revision`."""
    placement = place(catalog, fleet(catalog, here))
    mine: defaultdict[WorkloadName, list[InstanceName]] = defaultdict(list)
    for name in placement.nodes.get(here.name, ()):
        mine[name.workload].append(name)
    return Desired(
        revision=revision,
        node=here.name,
        assignments=tuple(
            _assignment(workload, mine[workload.name], catalog)
            for workload in sorted(catalog.workloads, key=lambda workload: workload.name)
            if workload.name in mine
        ),
        catalog=catalog,
        placement=placement,
        hold=_hold(catalog, placement, here.name),
    )


def _assignment(workload: Workload, names: Iterable[InstanceName], catalog: Catalog) -> Assignment:
    pod, path = workload.pod, workload.origin.path
    after = tuple(dict.fromkeys(one.workload for one in workload.after))
    hash_ = _specification(workload, catalog)
    instances = (Instance(name, pod, hash_, path, after=after, kept=workload.kept) for name in names)
    return Assignment(workload, tuple(instances))


def _specification(workload: Workload, catalog: Catalog) -> str:
    """A hook's has that of its workload in it, as it is run once for each."""
    hook = workload.hook
    target = next((one for one in catalog.workloads if hook and one.name == hook.of), None)
    return digest((workload.pod, target.pod)) if target else workload.pod.digest()


def _hold(catalog: Catalog, placement: Placement, node: str) -> str:
    """Why who runs what cannot be known here; absence of information never deletes."""
    if not catalog.inventory_known:
        return "the inventory cannot be read, so who runs what is not known"
    if node not in placement.nodes:
        return f"the repository lists nodes, and {node} is not one of them"
    return ""
