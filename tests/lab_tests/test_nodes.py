"""The lab's nodes are machines of their own that see one another."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.images import BUSYBOX
from tests.lab.nodes import Node, nodes
from tests.lab.wait import eventually


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Node, ...]]:
    with nodes(2) as both:
        yield both


def reaches(node: Node, address: str) -> bool:
    """Whether a packet comes back within half a second."""
    return node.run("busybox", "ping", "-c1", "-W1", address, check=False).returncode == 0


def test_each_has_its_own_name_and_engine(pair: tuple[Node, ...]) -> None:
    """Host names, engine ids and sockets differ, and this machine's host name stays."""
    first, second = pair
    names = [node.run("hostname").stdout.strip() for node in pair]
    assert names == [first.name, second.name]
    assert first.engine.client.info()["ID"] != second.engine.client.info()["ID"]
    assert first.engine_url != second.engine_url


def test_a_cut_node_is_alone_until_it_is_healed(pair: tuple[Node, ...]) -> None:
    """Nodes reach one another and what this machine serves; a cut one reaches nobody."""
    first, second = pair
    here = first.address.rpartition(".")[0] + ".1"
    assert reaches(first, second.address)
    assert reaches(first, here)
    second.cut()
    assert not reaches(first, second.address)
    second.heal()
    eventually(lambda: reaches(first, second.address), 10, "the healed node answers")


def test_a_container_runs_on_one_node_only(pair: tuple[Node, ...]) -> None:
    """Each engine runs containers, and knows nothing of its neighbour's."""
    for node in pair:
        container = node.engine.client.create_container(BUSYBOX, ["hostname"], name=f"on-{node.name}")
        node.engine.client.start(container)
        assert node.engine.client.wait(container)["StatusCode"] == 0
    for node in pair:
        names = [name for found in node.engine.client.containers(all=True) for name in found["Names"]]
        assert names == [f"/on-{node.name}"]


def test_nothing_is_left() -> None:
    """Namespaces and interfaces go with the nodes."""
    with nodes(1) as (only,):
        mark = Path(only.namespace).name.rpartition("-")[0]
        assert mark in namespaces_and_interfaces()
    eventually(lambda: mark not in namespaces_and_interfaces(), 10, f"everything of {mark} is gone")


def namespaces_and_interfaces() -> str:
    command = "ip netns; ip link"
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout
