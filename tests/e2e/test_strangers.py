"""What Pullet did not make it never touches, however it is called."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.lab.agents import Agent, Fleet
from tests.lab.declare import deployment
from tests.lab.engine import LabEngine
from tests.lab.images import BUSYBOX, BUSYBOX_2
from tests.lab.pods import SLEEP

WEB = "shop/Deployment/web#0"


@contextlib.contextmanager
def stranger(engine: LabEngine, name: str, **body: Any) -> Iterator[str]:
    """A container that somebody else made and that runs; its id."""
    made = engine.client.create({"Image": BUSYBOX, "Cmd": list(SLEEP), **body}, name)
    engine.client.start(made)
    try:
        yield made
    finally:
        engine.client.remove_container(made, force=True)


def untouched(engine: LabEngine, container: str, before: dict[str, Any]) -> bool:
    now = engine.client.inspect_container(container)
    keys = ("Name", "State", "Config", "HostConfig")
    return all(now[key] == before[key] for key in keys)


def test_similar_names_and_labels(agent: Agent) -> None:
    """A container with nearly our name, one with another node's label, a network and a volume: all as before."""
    client = agent.engine.client
    agent.follows({"web.yaml": deployment("web")})
    name = agent.stands()[WEB].name
    network = client.create_network(f"pullet-{agent.node}-shop-2")["Id"]
    volume = client.create_volume(f"pullet-{agent.node}-shop")["Name"]
    labels = {"pullet.dev/node": f"{agent.node}x", "pullet.dev/instance": WEB, "pullet.dev/hash": "0"}
    try:
        with (
            stranger(agent.engine, f"{name}x") as similar,
            stranger(agent.engine, f"{agent.node}-labelled", Labels=labels) as labelled,
        ):
            before = {one: client.inspect_container(one) for one in (similar, labelled)}
            agent.follows({"web.yaml": deployment("web", image=BUSYBOX_2)})
            agent.follows({"web.yaml": None, "api.yaml": deployment("api")})
            assert set(agent.stands()) == {"shop/Deployment/api#0"}
            assert all(untouched(agent.engine, one, known) for one, known in before.items())
            assert client.inspect_network(network)["Id"] == network
            assert client.inspect_volume(volume)["Name"] == volume
    finally:
        client.remove_network(network)
        client.remove_volume(volume)


def test_a_name_in_the_way(agent: Agent) -> None:
    """A stranger has the name that a container of ours needs: it stays, degraded says so, and freeing it heals."""
    agent.follows({"web.yaml": deployment("web")})
    name = agent.stands()[WEB].name
    agent.stop()
    client = agent.engine.client
    client.remove_container(agent.ids()[WEB], force=True)
    with stranger(agent.engine, name) as taken:
        before = client.inspect_container(taken)
        status = agent.start().reaches("degraded")
        assert name in status["message"]
        assert untouched(agent.engine, taken, before)
    agent.reaches("converged")
    assert agent.stands()[WEB].name == name


def test_a_network_name_in_the_way(agent: Agent) -> None:
    """A stranger's network of our name is neither used nor removed."""
    client = agent.engine.client
    network = client.create_network(f"pullet-{agent.node}-shop")["Id"]
    try:
        commit = agent.work.deploy({"web.yaml": deployment("web")})
        status = agent.reaches("degraded", commit)
        assert f"pullet-{agent.node}-shop" in status["message"]
        assert client.inspect_network(network)["Containers"] == {}
    finally:
        client.remove_network(network)
    agent.reaches("converged")
    assert agent.networks() == {"shop"}


def test_agents_share_an_engine(fleet: Fleet) -> None:
    """Two nodes on one engine with the same workloads: what one removes is not the other's."""
    a, b = fleet.agent("a").start(), fleet.agent("b", {"repo": {"branch": "other"}}).start()
    fleet.work.commit({"web.yaml": deployment("web")})
    fleet.work.push()
    fleet.work.push(branch="other")
    for agent in (a, b):
        agent.reaches("converged", fleet.work.head)
    theirs = b.ids()
    a.follows({"web.yaml": None, "api.yaml": deployment("api")})
    assert a.ids().keys() == {"shop/Deployment/api#0"}
    assert b.ids() == theirs
