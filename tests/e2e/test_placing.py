"""Several nodes, one repository: who runs what, and who reaches whom."""

from __future__ import annotations

import pytest

from tests.lab.agents import Agent, Fleet
from tests.lab.declare import daemon_set, deployment, node
from tests.lab.git_servers import git
from tests.lab.wait import eventually


@pytest.fixture
def three(fleet: Fleet) -> tuple[Agent, ...]:
    """Agents a, b and c, of which a and b are listed as web nodes and c as a data node."""
    roles = {"a": "web", "b": "web", "c": "data"}
    nodes = {f"nodes/{name}.yaml": node(fleet.node(name), role=role) for name, role in roles.items()}
    fleet.work.deploy(nodes, "list the nodes")
    agents = tuple(fleet.agent(name) for name in roles)
    for agent in agents:
        agent.launch()
    return agents


def everywhere(agents: tuple[Agent, ...], commit: str) -> dict[str, set[str]]:
    """What runs on each node, once all have converged to the commit."""
    for agent in agents:
        agent.reaches("converged", commit)
    return {agent.node.rpartition("-")[2]: set(agent.stands()) for agent in agents}


def test_labels_decide_where(fleet: Fleet, three: tuple[Agent, ...]) -> None:
    """A selector's replicas are spread over its matches; a DaemonSet runs once on each node it matches."""
    commit = fleet.work.deploy(
        {
            "web.yaml": deployment("web", 4, selector={"role": "web"}),
            "db.yaml": deployment("db", 2, selector={"role": "data"}),
            "log.yaml": daemon_set("log"),
            "edge.yaml": daemon_set("edge", selector={"role": "web"}),
        }
    )
    found = everywhere(three, commit)
    web = {name: {one for one in mine if "/web#" in one} for name, mine in found.items()}
    assert web["a"] | web["b"] == {f"shop/Deployment/web#{ordinal}" for ordinal in range(4)}
    assert (len(web["a"]), len(web["b"]), len(web["c"])) == (2, 2, 0)
    assert {name for name, mine in found.items() if "shop/Deployment/db#0" in mine} == {"c"}
    for name, mine in found.items():
        assert f"ops/DaemonSet/log#{fleet.node(name)}" in mine
    assert [f"ops/DaemonSet/edge#{fleet.node(name)}" in found[name] for name in "abc"] == [True, True, False]


def test_a_change_of_labels_moves_what_must_move(fleet: Fleet, three: tuple[Agent, ...]) -> None:
    """When a node loses its role, its replicas start elsewhere and go here; what stays is not restarted."""
    commit = fleet.work.deploy({"web.yaml": deployment("web", 4, selector={"role": "web"})})
    everywhere(three, commit)
    a, b, _ = three
    kept = a.ids()
    commit = fleet.work.deploy({"nodes/b.yaml": node(b.node, role="idle")})
    found = everywhere(three, commit)
    assert (len(found["a"]), found["b"], found["c"]) == (4, set(), set())
    assert kept.items() <= a.ids().items()
    git(fleet.work.path, "revert", "--no-edit", "HEAD")
    fleet.work.push()
    found = everywhere(three, fleet.work.head)
    assert (len(found["a"]), len(found["b"]), found["c"]) == (2, 2, set())
    assert a.ids() == kept


def test_pending_is_an_answer(fleet: Fleet) -> None:
    """What fits nowhere runs nowhere, and the rest runs."""
    agent = fleet.agent().start()
    agent.follows(
        {
            "node.yaml": node(agent.node, role="web"),
            "web.yaml": deployment("web"),
            "gpu.yaml": deployment("gpu", selector={"role": "gpu"}),
        }
    )
    assert set(agent.stands()) == {"shop/Deployment/web#0"}


def says(word: str, replicas: int = 1) -> str:
    """A server named web that tells everybody this word."""
    command = f"trap 'exit 0' TERM; nc -ll -p 8080 -e echo {word} & wait"
    return deployment("web", replicas, command=["sh", "-c", command], ready={"tcpSocket": {"port": 8080}})


def test_a_namespace_is_a_network(agent: Agent) -> None:
    """Within a namespace pods reach one another by the pod's and the workload's name, which no other knows."""
    agent.follows(
        {
            "web.yaml": says("hello", replicas=2),
            "client.yaml": deployment("client"),
            "stranger.yaml": deployment("stranger", namespace="other"),
        }
    )
    assert agent.networks() == {"shop", "other"}

    def hello(client: str, name: str) -> tuple[int, str]:
        return agent.inside(client, "nc", "-w", "2", name, "8080")

    for name in ("web", "web-0", "web-1"):
        assert hello("shop/Deployment/client#0", name) == (0, "hello\n")
        assert hello("other/Deployment/stranger#0", name)[0] != 0


def test_a_replaced_pod_is_found_by_its_name(agent: Agent) -> None:
    """After a rollout the workload's name leads to the new container."""
    agent.follows({"web.yaml": says("one"), "client.yaml": deployment("client")})
    agent.follows({"web.yaml": says("two")})
    answer = eventually(
        lambda: agent.inside("shop/Deployment/client#0", "nc", "-w", "2", "web", "8080"), 10, "web answers"
    )
    assert answer == (0, "two\n")
