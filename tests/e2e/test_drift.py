"""What somebody changes by hand on a node is put right, or only told of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.wait import eventually

WEB = "shop/Deployment/web#0"
MIB = 1 << 20


@pytest.fixture
def web(agent: Agent) -> Agent:
    """An agent of which one instance runs, with a memory limit."""
    agent.follows({"web.yaml": deployment("web", resources={"limits": {"memory": "128Mi"}})})
    return agent


def inspected(agent: Agent) -> dict[str, Any]:
    return dict(agent.engine.client.inspect_container(agent.ids()[WEB]))


def update(agent: Agent) -> None:
    limits = {"Memory": 64 * MIB, "MemorySwap": 64 * MIB}
    agent.engine.client.ask("POST", f"/containers/{agent.ids()[WEB]}/update", json=limits)


def rename(agent: Agent) -> None:
    agent.engine.client.rename(agent.ids()[WEB], f"mine-{agent.node}")


def disconnect(agent: Agent) -> None:
    (network,) = inspected(agent)["NetworkSettings"]["Networks"]
    agent.engine.client.disconnect_container_from_network(agent.ids()[WEB], network)


def traits(agent: Agent) -> tuple[Any, ...]:
    now = inspected(agent)
    return now["HostConfig"]["Memory"], now["Name"], sorted(now["NetworkSettings"]["Networks"])


def told(agent: Agent) -> list[str]:
    (found,) = agent.status().get("instances") or [{}]
    return list(found.get("drift", ()))


@pytest.mark.parametrize("change", [update, rename, disconnect])
def test_it_is_put_back(web: Agent, change: Callable[[Agent], None]) -> None:
    """In the same container, within moments."""
    before, container = traits(web), web.ids()[WEB]
    change(web)
    eventually(lambda: traits(web) == before, 30, "as it was")
    web.reaches("converged")
    assert web.ids()[WEB] == container


def test_one_that_was_made_anew_by_hand_is_made_anew(web: Agent) -> None:
    """With our labels and another command: only another container is right."""
    client, was = web.engine.client, inspected(web)
    (network,) = was["NetworkSettings"]["Networks"]
    config = {**was["Config"], "Env": ["MORE=1"], "Cmd": ["more"], "HostConfig": was["HostConfig"]}
    wired = {
        "EndpointsConfig": {network: {"Aliases": was["NetworkSettings"]["Networks"][network]["Aliases"]}}
    }
    web.stop()
    client.remove_container(was["Id"], force=True)
    client.start(client.create({**config, "NetworkingConfig": wired}, was["Name"].removeprefix("/")))
    assert "its command is not what was asked for" in web.pullet("plan").out
    web.start()
    web.reaches("converged")
    assert inspected(web)["Config"]["Cmd"] == was["Config"]["Cmd"]


def test_a_node_may_only_tell(web: Agent) -> None:
    """Nothing is done, and status, description, metrics and log say what was changed."""
    web.stop()
    web.change({"drift": "report"})
    web.start()
    update(web)
    words = "its memory limit is 64 MiB, 128 MiB was asked for"
    eventually(lambda: words in told(web), 30, "told")
    assert web.status()["state"] == "converged"
    assert words in web.pullet("describe", "web").out
    assert "pullet_drifted_instances 1.0" in web.ask("/metrics").text
    assert "changed_by_hand" in (web.home / "log").read_text()
    assert traits(web)[0] == 64 * MIB


def test_an_upgrade_makes_nothing_anew(web: Agent) -> None:
    """What an older version made carries nothing of what was asked for, and so differs from nothing."""
    client, was = web.engine.client, inspected(web)
    (network,) = was["NetworkSettings"]["Networks"]
    marks = {key: value for key, value in was["Config"]["Labels"].items() if key != "pullet.dev/asked"}
    wired = {
        "EndpointsConfig": {network: {"Aliases": was["NetworkSettings"]["Networks"][network]["Aliases"]}}
    }
    body = {**was["Config"], "Labels": marks, "HostConfig": was["HostConfig"], "NetworkingConfig": wired}
    web.stop()
    client.remove_container(was["Id"], force=True)
    older = client.create(body, was["Name"].removeprefix("/"))
    client.start(older)
    web.start()
    web.reaches("converged")
    assert web.ids() == {WEB: older}
