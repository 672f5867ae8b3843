"""Near which others, and away from which, a workload stands."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.model.catalog import Catalog
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.placement import Placement
from pullet.model.pod import Container, Pod
from pullet.model.problem import Origin
from pullet.model.where import Company, Requirement, Where
from pullet.model.workload import Count, Fixed, PerNode, Workload
from pullet.placement import place

HOST = "kubernetes.io/hostname"
NODES = (*(Node(f"n{n}", {"zone": "a" if n < 3 else "b"}) for n in range(1, 5)), Node("n5"))


def company(topology: str = HOST, namespaces: frozenset[str] | None = None, **labels: str) -> Company:
    """Pods with these labels."""
    selector = tuple(Requirement(key, "In", (value,)) for key, value in labels.items())
    return Company(selector, namespaces, topology)


def workload(
    name: str, count: Count | None = None, near: Company | None = None, apart: Company | None = None
) -> Workload:
    own = (apart,) if apart else ()
    wanted = Workload(
        WorkloadName("shop", "Deployment", name),
        Origin("a.yaml"),
        count or Fixed(1),
        Pod((Container("c", "i"),), labels={"app": name}),
        where=Where(near=(near,) if near else (), apart=own),
    )
    bound = 1 if any(wanted.falls_under(one) for one in own) else None
    return replace(wanted, where=replace(wanted.where, per_node=bound))


def placed(*workloads: Workload) -> Placement:
    return place(Catalog(workloads=workloads), NODES)


def nodes(placement: Placement, name: str) -> list[str]:
    return [node for node, mine in placement.nodes.items() for one in mine if one.workload.name == name]


def reasons(placement: Placement, name: str) -> set[str]:
    return {
        reason
        for one in placement.pending
        if one.instance.workload.name == name
        for reason in one.reasons.values()
    }


def test_near_another() -> None:
    """On its node, or in its zone; whoever is waited for is placed first, whatever the names."""
    cache = workload("z-cache")
    same_node = placed(workload("web", Fixed(3), near=company(app="z-cache")), cache)
    assert nodes(same_node, "web") == nodes(same_node, "z-cache") * 3
    (node,) = nodes(same_node, "z-cache")
    zone = placed(workload("web", Fixed(6), near=company("zone", app="z-cache")), cache)
    expected = {
        one.name
        for one in NODES
        if one.labels.get("zone", "-") == dict(NODES[int(node[1]) - 1].labels)["zone"]
    }
    assert set(nodes(zone, "web")) == expected


def test_near_what_is_not_there() -> None:
    """Nothing is guessed: it is pending, and says whom it waits for."""
    found = placed(workload("web", near=company(app="gone")))
    assert reasons(found, "web") == {f"app=gone, which it must be near, has not the same {HOST}"}


def test_near_its_own() -> None:
    """The first may stand anywhere that has the label, and the others stand with it."""
    found = placed(workload("web", Fixed(4), near=company("zone", app="web")))
    zones = {NODES[int(node[1]) - 1].labels.get("zone") for node in nodes(found, "web")}
    assert len(zones) == 1
    assert None not in zones


def test_away_from_another() -> None:
    """It says who is there; the other way round too, as nobody comes to one that keeps away from it."""
    loud = workload("loud", PerNode())
    found = placed(loud, workload("quiet", apart=company(app="loud")))
    assert reasons(found, "quiet") == {f"must be away from shop/Deployment/loud, which has the same {HOST}"}
    found = placed(workload("a", PerNode(), apart=company(app="loud")), loud)
    assert reasons(found, "loud") == {f"what must be away from app=loud has the same {HOST}"}


def test_apart_from_its_own() -> None:
    """One in each zone; the rest is pending."""
    found = placed(workload("web", Fixed(6), apart=company("zone", app="web")))
    zones = [NODES[int(node[1]) - 1].labels.get("zone") for node in nodes(found, "web")]
    assert sorted(zones, key=str) == [None, "a", "b"]
    assert "takes none, as another node of the same zone takes one" in reasons(found, "web")


def test_another_namespace() -> None:
    """Only pods of the namespaces that are named count."""
    found = placed(
        workload("loud", PerNode()),
        workload("quiet", apart=company(namespaces=frozenset({"other"}), app="loud")),
    )
    assert len(nodes(found, "quiet")) == 1


def test_together_and_apart() -> None:
    """Who shares a volume with somebody it must be away from stands nowhere."""
    one, other = workload("one"), workload("other", apart=company(app="one"))
    both = [replace(each, where=replace(each.where, together="v")) for each in (one, other)]
    found = placed(*both)
    assert reasons(found, "one") == {
        "shop/Deployment/one and shop/Deployment/other must stand together, and away from each other"
    }


NAMES = ("a", "b", "c", "d")
TERMS = st.none() | st.builds(
    lambda topology, app: company(topology, app=app), st.sampled_from([HOST, "zone"]), st.sampled_from(NAMES)
)
COUNTS = st.builds(Fixed, st.integers(0, 5)) | st.just(PerNode())


@settings(deadline=None)
@given(st.tuples(*(st.builds(workload, st.just(name), COUNTS, TERMS, TERMS) for name in NAMES)))
def test_no_term_is_broken(workloads: tuple[Workload, ...]) -> None:
    """Whatever is asked for: who stands has all that it must be near, and nothing that it must be away from."""
    known = {one.name: one for one in workloads}
    standing = [
        (known[instance.workload], instance, node)
        for node, mine in place(Catalog(workloads=workloads), NODES).nodes.items()
        for instance in mine
    ]

    def close(one: str, other: str, topology: str) -> bool:
        if topology == HOST:
            return one == other
        domains = [
            next(node for node in NODES if node.name == name).labels.get(topology) for name in (one, other)
        ]
        return domains[0] is not None and domains[0] == domains[1]

    for mine, instance, node in standing:
        others = [(each, where) for each, it, where in standing if it != instance]
        for term in mine.where.apart:
            assert not any(
                each.falls_under(term) and close(node, where, term.topology) for each, where in others
            )
        for term in mine.where.near:
            chosen = [where for each, where in others if each.falls_under(term)]
            assert any(close(node, where, term.topology) for where in chosen) or (
                not chosen and mine.falls_under(term)
            )
