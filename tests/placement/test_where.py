"""Where instances may stand beside labels: affinity, taints, ports of a node, volumes, and what runs later."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.model.catalog import Catalog
from pullet.model.lifetime import Finite
from pullet.model.names import WorkloadName
from pullet.model.node import Node, Taint
from pullet.model.placement import Placement
from pullet.model.pod import Container, Pod, Port
from pullet.model.problem import Origin
from pullet.model.where import Requirement, Toleration, Where
from pullet.model.workload import Count, Fixed, PerNode, Workload
from pullet.placement import objections, place

NODES = tuple(Node(f"n{n}", {"disk": str(n), "zone": "a" if n < 3 else "b"}) for n in range(1, 5))


def workload(name: str, count: Count | None = None, port: int | None = None, **where: object) -> Workload:
    return Workload(
        WorkloadName("shop", "Deployment", name),
        Origin(f"{name}.yaml"),
        count or Fixed(1),
        Pod((Container("c", "i", ports=(Port(80, port),)),)),
        where=Where(**where),  # type: ignore[arg-type]
    )


def placed(*workloads: Workload, nodes: tuple[Node, ...] = NODES) -> Placement:
    return place(Catalog(workloads=workloads), nodes)


def standing(placement: Placement) -> dict[str, list[str]]:
    return {node: [str(one) for one in mine] for node, mine in placement.nodes.items() if mine}


def reasons(placement: Placement) -> dict[str, dict[str, str]]:
    return {str(one.instance): dict(one.reasons) for one in placement.pending}


@pytest.mark.parametrize(
    ("requirement", "nodes"),
    [
        (Requirement("disk", "In", ("1", "2")), ["n1", "n2"]),
        (Requirement("disk", "NotIn", ("1", "2")), ["n3", "n4"]),
        (Requirement("disk", "Gt", ("3",)), ["n4"]),
        (Requirement("disk", "Lt", ("2",)), ["n1"]),
        (Requirement("zone", "Gt", ("1",)), []),
        (Requirement("gpu", "DoesNotExist"), ["n1", "n2", "n3", "n4"]),
        (Requirement("gpu", "Exists"), []),
        (Requirement("metadata.name", "In", ("n2",)), ["n2"]),
    ],
)
def test_affinity(requirement: Requirement, nodes: list[str]) -> None:
    """Each operator, on labels and on the node's name."""
    assert sorted(standing(placed(workload("w", PerNode(), terms=((requirement,),))))) == nodes


def test_terms_are_alternatives() -> None:
    """One must hold as a whole, and the reason names what each lacks."""
    big, first = Requirement("disk", "Gt", ("3",)), Requirement("metadata.name", "In", ("n1",))
    wanted = workload("w", PerNode(), terms=((big, Requirement("zone", "In", ("b",))), (first,)))
    assert sorted(standing(placed(wanted))) == ["n1", "n4"]
    assert objections(wanted, NODES)["n2"] == "is not disk>3 and zone=b nor name=n1"


def test_taints() -> None:
    """They keep away what does not tolerate them; PreferNoSchedule is only a wish."""
    tainted = (
        Node("hard", taints=(Taint("gpu", "a100", "NoExecute"),)),
        Node("soft", taints=(Taint("gpu", effect="PreferNoSchedule"),)),
        Node("cordoned", taints=(Taint("node.kubernetes.io/unschedulable"),)),
    )
    assert sorted(standing(placed(workload("w", PerNode()), nodes=tainted))) == ["cordoned", "soft"]
    assert objections(workload("w"), tainted) == {
        "hard": "has the taint gpu=a100:NoExecute",
        "soft": "",
        "cordoned": "has the taint node.kubernetes.io/unschedulable:NoSchedule",
    }
    tolerant = workload("w", PerNode(), tolerations=(Toleration("gpu", value="a100"),))
    assert "hard" in standing(placed(tolerant, nodes=tainted))


def test_a_cordoned_node() -> None:
    """It keeps away what does not tolerate that, as it does in Kubernetes; what runs on every node stays."""
    cordoned = (Node("n", unschedulable=True),)
    tolerant = workload("w", tolerations=(Toleration("node.kubernetes.io/unschedulable", "Exists"),))
    assert objections(workload("w"), cordoned) == {"n": "is marked unschedulable"}
    assert objections(workload("w", PerNode()), cordoned) == {"n": ""}
    assert (objections(tolerant, cordoned), tolerant.admits(cordoned[0])) == ({"n": ""}, True)


def test_a_gate_is_lifted_by_a_commit() -> None:
    """While there is one the workload stands nowhere, and every node says what it waits for."""
    gated = workload("w")
    gated = replace(gated, where=replace(gated.where, gates=("quota", "data")))
    assert set(objections(gated, NODES).values()) == {"waits for its schedulingGates: quota, data"}
    assert not any(map(gated.admits, NODES))
    assert [str(one.instance) for one in placed(gated).pending] == ["shop/Deployment/w#0"]


def test_every_filter_that_objects_gives_its_reason() -> None:
    """So that nobody repairs one only to meet the next."""
    wanted = replace(workload("w", terms=((Requirement("x", "Exists"),),)), node_selector={"role": "web"})
    node = Node("n", unschedulable=True, taints=(Taint("t"),))
    assert objections(wanted, (node,)) == {
        "n": "lacks the label role=web; is not x; is marked unschedulable; has the taint t:NoSchedule"
    }


def test_no_more_than_so_many_on_a_node() -> None:
    """The rest is pending, with the reason of each node."""
    found = placed(workload("w", Fixed(5), per_node=2), nodes=NODES[:2])
    assert [len(mine) for mine in standing(found).values()] == [2, 2]
    assert reasons(found) == {
        "shop/Deployment/w#4": {"n1": "takes no more than 2 of them", "n2": "takes no more than 2 of them"}
    }


def test_a_port_of_the_node_is_held_by_one() -> None:
    """Two replicas, or two workloads, that need the same one never share a node."""
    found = placed(workload("a", Fixed(1), port=80), workload("b", Fixed(2), port=80), nodes=NODES[:2])
    (node,) = (node for node, mine in standing(found).items() if "shop/Deployment/a#0" in mine)
    assert [len(mine) for mine in standing(found).values()] == [1, 1]
    assert reasons(found)["shop/Deployment/b#1"][node] == "its port 80/tcp is taken by shop/Deployment/a#0"


def test_a_port_keeps_what_runs_on_every_node_away_from_one() -> None:
    """It is pending there, and runs elsewhere."""
    found = placed(workload("a", Fixed(1), port=80), workload("b", PerNode(), port=80), nodes=NODES[:2])
    ((name, why),) = reasons(found).items()
    assert name.removeprefix("shop/Deployment/b#") in why
    assert len(standing(found)) == 2


def test_together() -> None:
    """All on one node that fits all, or all pending."""
    one = workload("one", Fixed(2), together="g", terms=((Requirement("zone", "In", ("a",)),),))
    two = workload("two", together="g", terms=((Requirement("disk", "Gt", ("1",)),),))
    assert standing(placed(one, two)) == {
        "n2": ["shop/Deployment/one#0", "shop/Deployment/one#1", "shop/Deployment/two#0"]
    }
    nowhere = replace(two, where=replace(two.where, terms=((Requirement("zone", "In", ("b",)),),)))
    found = placed(one, nowhere)
    assert standing(found) == {}
    assert reasons(found)["shop/Deployment/one#1"]["n1"] == (
        "shop/Deployment/two, which must stand with it: is not zone=b"
    )


def test_together_with_the_same_port() -> None:
    """Cannot be."""
    found = placed(workload("one", port=80, together="g"), workload("two", port=80, together="g"))
    assert standing(found) == {}
    assert "need the same port" in reasons(found)["shop/Deployment/two#0"]["n1"]


def test_pinned() -> None:
    """Data must not move: with one fitting node it stands there, with more it is pending."""
    wanted = workload("w", Fixed(2), pinned="its data stays")
    assert standing(placed(wanted, nodes=NODES[:1])) == {"n1": ["shop/Deployment/w#0", "shop/Deployment/w#1"]}
    assert reasons(placed(wanted, nodes=NODES[:2]))["shop/Deployment/w#0"] == {
        "n1": "its data stays, and 2 nodes fit",
        "n2": "its data stays, and 2 nodes fit",
    }


def test_a_job_stands_on_one_node_as_a_whole() -> None:
    """Its limits count over all its pods, and agents do not talk."""
    found = standing(placed(replace(workload("w", Fixed(3)), lifetime=Finite(completions=3))))
    assert [len(mine) for mine in found.values()] == [3]
    everywhere = placed(replace(workload("w", PerNode()), lifetime=Finite()))
    assert len(standing(everywhere)) == len(NODES)


def test_ordinals_begin_where_they_are_told() -> None:
    """As in a StatefulSet with ordinals.start."""
    assert standing(placed(workload("w", Fixed(2, start=5)), nodes=NODES[:1])) == {
        "n1": ["shop/Deployment/w#5", "shop/Deployment/w#6"]
    }


WORKLOADS = st.builds(
    workload,
    st.sampled_from("abcdefgh"),
    st.one_of(st.builds(Fixed, st.integers(0, 6)), st.just(PerNode())),
    st.sampled_from([None, None, 80, 81]),
    per_node=st.sampled_from([None, 1, 2]),
    together=st.sampled_from(["", "", "g", "h"]),
    pinned=st.sampled_from(["", "", "stays"]),
    terms=st.sampled_from(
        [(), ((Requirement("zone", "In", ("a",)),),), ((Requirement("disk", "Gt", ("3",)),),)]
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORKLOADS, max_size=6, unique_by=lambda one: one.name), st.randoms())
def test_what_holds_of_every_placement(workloads: list[Workload], random: object) -> None:
    """Nothing is lost, no bound is broken, and no order of the input matters."""
    found = placed(*workloads)
    shuffled = sorted(workloads, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert place(Catalog(workloads=tuple(shuffled)), NODES[::-1]) == found
    stands = {one: node for node, mine in found.nodes.items() for one in mine}
    waits = {one.instance for one in found.pending}
    assert not stands.keys() & waits
    for one in workloads:
        mine = [node for name, node in stands.items() if name.workload == one.name]
        if isinstance(one.count, Fixed):
            assert len(mine) + sum(name.workload == one.name for name in waits) == one.count.replicas
        most = Counter(mine).most_common(1)
        assert not most or most[0][1] <= (1 if one.pod.host_ports else one.where.per_node or 99)
        assert len(set(mine)) <= 1 or not (one.where.pinned or one.where.together)
    for standing_there in found.nodes.values():
        by_name = {one.name: one for one in workloads}
        held = [port for name in standing_there for port in by_name[name.workload].pod.host_ports]
        assert len(held) == len(set(held))
