"""A namespace's network on the engine."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pullet.engine import labels
from pullet.engine.client import Connection
from pullet.engine.networks import Networks, network_name
from pullet.model.errors import Refused
from pullet.model.network import Network
from tests.lab.engine import LabEngine


def of(engine: LabEngine, node: str) -> list[str]:
    rows = engine.client.networks(filters={"label": [f"{labels.NODE}={node}"]})
    return [row["Id"] for row in rows]


def test_racing_threads_make_one_network(engine: LabEngine, node: str) -> None:
    """The crew starts the first instances of a namespace side by side; a later agent finds the same network."""
    connection = Connection(engine.url)
    networks = Networks(connection, node)
    with ThreadPoolExecutor(5) as threads:
        found = set(threads.map(networks.ensure, [Network("shop")] * 5))
    assert (
        found == {network_name(node, Network("shop"))} == {Networks(connection, node).ensure(Network("shop"))}
    )
    assert len(of(engine, node)) == 1
    connection.renew()


def test_of_two_with_the_same_name_the_oldest_is_taken(engine: LabEngine, node: str) -> None:
    """By its id, as the name no longer says which."""
    marks = {labels.NODE: node, labels.NAMESPACE: "shop"}
    name = network_name(node, Network("shop"))
    first, _ = (
        engine.client.create_network(name, "bridge", labels=marks, check_duplicate=False)["Id"] for _ in "ab"
    )
    connection = Connection(engine.url)
    assert Networks(connection, node).ensure(Network("shop")) == first
    connection.renew()


def test_a_strangers_network_is_left_alone(engine: LabEngine, node: str) -> None:
    """A network of our name that is not ours is in the way, and named."""
    name = network_name(node, Network("shop"))
    stranger = engine.client.create_network(name, "bridge")["Id"]
    connection = Connection(engine.url)
    try:
        with pytest.raises(Refused, match=f"docker network rm {name}"):
            Networks(connection, node).ensure(Network("shop"))
    finally:
        engine.client.remove_network(stranger)
        connection.renew()
