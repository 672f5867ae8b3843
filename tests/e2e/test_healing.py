"""What ends without anybody's word runs again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.wait import eventually

WEB = "shop/Deployment/web#0"


@pytest.fixture
def web(agent: Agent) -> Agent:
    """An agent of which one instance runs."""
    agent.follows({"web.yaml": deployment("web")})
    return agent


def state(agent: Agent, container: str) -> dict[str, Any]:
    return dict(agent.engine.client.inspect_container(container)["State"])


def runs_again(agent: Agent, container: str, before: dict[str, Any]) -> None:
    """The same container, in another process than before."""

    def again() -> bool:
        now = state(agent, container)
        return bool(now["Status"] == "running" and now["Pid"] not in (0, before["Pid"]))

    eventually(again, 30, "the container runs again")


def test_a_killed_container_runs_again(web: Agent) -> None:
    """`docker kill` ends it against the engine's own restart; the agent starts the same container."""
    container = web.ids()[WEB]
    before = state(web, container)
    web.engine.client.kill(container)
    runs_again(web, container, before)
    assert web.ids() == {WEB: container}
    web.reaches("converged")


def test_a_stopped_container_runs_again(web: Agent) -> None:
    """`docker stop` is not how one stops a workload here."""
    container = web.ids()[WEB]
    before = state(web, container)
    web.engine.client.stop(container)
    runs_again(web, container, before)


def test_a_removed_container_is_made_anew(web: Agent) -> None:
    """`docker rm -f` costs the container, and a new one of the same specification takes its place."""
    before = web.stands()[WEB]
    web.engine.client.remove_container(before.id, force=True)
    web.runs(WEB)
    after = web.stands()[WEB]
    assert (after.hash, after.name) == (before.hash, before.name)
    assert after.id != before.id


def test_a_paused_container_goes_on(web: Agent) -> None:
    """`docker pause` is noticed and undone, without a restart."""
    container = web.ids()[WEB]
    before = state(web, container)
    web.engine.client.pause(container)
    eventually(lambda: state(web, container)["Status"] == "running", 30, "it is no longer paused")
    assert state(web, container)["Pid"] == before["Pid"]


def test_a_crash_is_healed_without_an_agent(web: Agent) -> None:
    """With the agent killed, a process that ends is started again by the engine; the next agent agrees."""
    container = web.ids()[WEB]
    web.kill()
    before = state(web, container)
    web.inside(WEB, "kill", "-TERM", "1")
    runs_again(web, container, before)
    web.start().reaches("converged")
    assert web.ids() == {WEB: container}


def test_what_was_removed_while_nobody_looked_comes_back(web: Agent) -> None:
    """An agent that starts heals what happened while it was down."""
    web.stop()
    web.engine.client.remove_container(web.ids()[WEB], force=True)
    web.start().reaches("converged")
    assert set(web.stands()) == {WEB}


def test_a_lost_network_is_made_again(web: Agent) -> None:
    """With the network removed by hand, what is started next gets a new one."""
    network = f"pullet-{web.node}-shop"
    web.engine.client.disconnect_container_from_network(web.ids()[WEB], network, force=True)
    web.engine.client.remove_network(network)
    web.engine.client.remove_container(web.ids()[WEB], force=True)
    eventually(lambda: web.networks() == {"shop"}, 30, "the network is back")
    web.runs(WEB)
    assert web.inside(WEB, "hostname", "-i")[0] == 0
    web.reaches("converged")


def test_a_crash_loop_is_degraded_and_harms_nobody(web: Agent) -> None:
    """A workload that ends again and again is reported as it is, its neighbour keeps running, a fix heals it."""
    before = web.ids()
    bad = deployment("bad", command=["sh", "-c", "exit 3"], ready=None)
    commit = web.work.deploy({"bad.yaml": bad})
    status = web.reaches("degraded", commit)
    assert "exit code 3" in status["workloads"]["shop/Deployment/bad"]["message"] or "restarted" in str(
        status
    )
    assert before.items() <= {one.instance: one.id for one in web.containers()}.items()
    web.follows({"bad.yaml": deployment("bad")})
    assert web.ids()[WEB] == before[WEB]
