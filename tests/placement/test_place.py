from pullet.model.catalog import Catalog
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.pod import Container, Pod
from pullet.model.problem import Origin
from pullet.model.snapshot import Revision
from pullet.model.workload import Count, Fixed, PerNode, Workload
from pullet.placement import desire, objections, place

WEB = Node("edge-1", {"role": "web"})
WEB_2 = Node("edge-2", {"role": "web"})
DATA = Node("db-1", {"role": "data"})
FLEET = (WEB, WEB_2, DATA)


def workload(name: str, count: Count, **selector: str) -> Workload:
    return Workload(
        WorkloadName("shop", "Deployment", name),
        Origin(f"{name}.yaml"),
        count,
        Pod((Container("main", "busybox"),)),
        node_selector=selector,
    )


def placed(*workloads: Workload, nodes: tuple[Node, ...] = FLEET) -> dict[str, list[str]]:
    placement = place(Catalog(workloads=workloads), nodes)
    return {node: [str(instance) for instance in instances] for node, instances in placement.nodes.items()}


def test_replicas_go_to_nodes_that_carry_the_labels() -> None:
    """A nodeSelector chooses, and replicas spread over what it leaves."""
    found = placed(workload("web", Fixed(2), role="web"))
    assert sorted(found["edge-1"] + found["edge-2"]) == ["shop/Deployment/web#0", "shop/Deployment/web#1"]
    assert len(found["edge-1"]) == 1
    assert found["db-1"] == []


def test_a_per_node_workload_stands_on_each_match() -> None:
    """Its ordinal is the node's name."""
    found = placed(workload("agent", PerNode(), role="web"))
    assert found == {
        "db-1": [],
        "edge-1": ["shop/Deployment/agent#edge-1"],
        "edge-2": ["shop/Deployment/agent#edge-2"],
    }


def test_what_fits_nowhere_is_pending_with_the_reason_of_each_node() -> None:
    """Runs nowhere is an answer too."""
    placement = place(Catalog(workloads=(workload("web", Fixed(1), role="gpu"),)), (WEB, Node("bare")))
    (pending,) = placement.pending
    assert str(pending.instance) == "shop/Deployment/web#0"
    assert pending.reasons == {"edge-1": "has role=web, not role=gpu", "bare": "lacks the label role=gpu"}


def test_an_unschedulable_node_takes_no_replicas_and_keeps_its_per_node_workloads() -> None:
    """As Kubernetes treats Deployments and DaemonSets on a cordoned node."""
    cordoned = Node("edge-1", {"role": "web"}, unschedulable=True)
    found = placed(workload("web", Fixed(2)), workload("agent", PerNode()), nodes=(cordoned, WEB_2))
    assert found["edge-1"] == ["shop/Deployment/agent#edge-1"]
    assert len(found["edge-2"]) == 3
    assert objections(workload("web", Fixed(1)), (cordoned,)) == {"edge-1": "is marked unschedulable"}


def test_without_an_inventory_the_agent_is_a_fleet_of_one() -> None:
    """Labels then come from its own settings."""
    catalog = Catalog(workloads=(workload("web", Fixed(3), role="web"),))
    wanted = desire(Revision("c0ffee"), catalog, WEB)
    assert [len(one.instances) for one in wanted.assignments] == [3]
    assert not wanted.hold


def test_a_node_that_is_not_listed_changes_nothing() -> None:
    """A missing Node object is missing information."""
    wanted = desire(Revision("c0ffee"), Catalog(nodes=(WEB,)), Node("edge-9"))
    assert wanted.hold == "the repository lists nodes, and edge-9 is not one of them"


def test_an_inventory_that_cannot_be_read_changes_nothing() -> None:
    """Who runs what is then not known to anybody."""
    wanted = desire(Revision("c0ffee"), Catalog(nodes=(WEB,), inventory_known=False), WEB)
    assert "inventory cannot be read" in wanted.hold
