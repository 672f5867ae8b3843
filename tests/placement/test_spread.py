from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pullet.placement.spread import spread


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{index}" for index in range(count)]


def moved(before: dict[str, str], after: dict[str, str]) -> int:
    return sum(before[replica] != after[replica] for replica in before if replica in after)


@given(st.integers(0, 60), st.integers(1, 12))
def test_counts_differ_by_at_most_one(replicas: int, nodes: int) -> None:
    """No node runs two replicas more than another."""
    load = Counter(spread(names("r", replicas), names("n", nodes)).values())
    counts = [load[node] for node in names("n", nodes)]
    assert max(counts) - min(counts) <= 1
    assert sum(counts) == replicas


@given(st.integers(0, 30), st.lists(st.text("abc", min_size=1), min_size=1, max_size=8, unique=True))
def test_order_of_nodes_does_not_matter(replicas: int, nodes: list[str]) -> None:
    """Agents that read the inventory in another order agree."""
    assert spread(names("r", replicas), nodes) == spread(names("r", replicas), sorted(nodes, reverse=True))


def test_a_new_node_takes_about_its_fair_share() -> None:
    """Over many workloads, adding a node moves little more than what the new node has to take."""
    for replicas, nodes in ((1, 3), (3, 3), (10, 3), (30, 3), (100, 10)):
        fair = replicas / (nodes + 1)
        total = 0
        for workload in range(100):
            these = names(f"w{workload}-", replicas)
            total += moved(spread(these, names("n", nodes)), spread(these, [*names("n", nodes), "new"]))
        assert total / 100 <= 1.75 * fair + 0.2, (replicas, nodes)


def test_one_replica_more_moves_no_other_within_a_round() -> None:
    """Scaling up adds, and leaves what runs where it is."""
    for replicas in (1, 2, 3, 4, 6, 7):
        before = spread(names("r", replicas), names("n", 3))
        if (replicas + 1) % 3 or replicas < 3:
            assert moved(before, spread(names("r", replicas + 1), names("n", 3))) == 0, replicas
