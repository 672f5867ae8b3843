"""The verbs that look at a node or speak to its agent, against an engine and a repository that are real."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import yaml

from tests.lab.agents import Agent, Fleet, pullet
from tests.lab.declare import deployment, node
from tests.lab.engine_events import watching
from tests.lab.images import BUSYBOX_2
from tests.lab.wait import eventually

WEB, API = "shop/Deployment/web#0", "shop/Deployment/api#0"


@pytest.fixture
def web(agent: Agent) -> Agent:
    """An agent that has converged to one instance."""
    agent.notes("converged", agent.follows({"web.yaml": deployment("web")}, "Open the shop"))
    return agent


def test_once_converges_and_says_so(fleet: Fleet) -> None:
    """Exit 0 when all is ready; what it did is told line by line; a second run changes nothing."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": deployment("web", 2)})
    done = agent.pullet("once")
    assert done.code == 0
    assert f"{agent.node}: converged, 2 of 2 instances ready" in done.out
    assert "wanted here" in done.out
    before = agent.ids()
    assert len(before) == 2
    agent.notes("converged", fleet.work.head)
    with watching(agent.engine, agent.node) as story:
        again = agent.pullet("once")
    assert again.code == 0
    assert story.actions == []
    assert agent.ids() == before


def test_once_fails_where_it_cannot_converge(fleet: Fleet) -> None:
    """Exit 1 when the time is over, when a manifest is wrong, and when the remote is away; with the reason."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": deployment("web", ready={"exec": {"command": ["false"]}})})
    late = agent.pullet("once", "--timeout", "2")
    assert (late.code, "progressing" in late.err) == (1, True)
    fleet.work.deploy({"web.yaml": deployment("web").replace("replicas", "replica")})
    wrong = agent.pullet("once")
    assert wrong.code == 1
    assert "web.yaml:" in wrong.err
    agent.change({"repo": {"url": str(fleet.home / "nowhere.git")}})
    away = agent.pullet("once", "--timeout", "5")
    assert away.code == 1
    assert "nowhere.git" in away.err


def test_once_beside_an_agent(web: Agent) -> None:
    """Two writers with one state would undo each other's work: the second is refused."""
    assert web.process is not None
    done = web.pullet("once")
    assert done.code == 1
    assert str(web.process.pid) in done.err


def test_plan_says_what_happens(fleet: Fleet) -> None:
    """The steps of the next commit and their reasons, and nothing is touched: not the engine, not the state."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": deployment("web"), "api.yaml": deployment("api")})
    assert agent.pullet("once").code == 0
    nothing = agent.pullet("plan", "--detailed-exitcode")
    assert (nothing.code, "nothing to do" in nothing.out) == (0, True)
    commit = fleet.work.deploy({"web.yaml": deployment("web", 2, image=BUSYBOX_2), "api.yaml": None})
    before, state = agent.ids(), sorted(agent.state.rglob("*"))
    with watching(agent.engine, agent.node) as story:
        done = agent.pullet("plan", "--detailed-exitcode", "-o", "json")
    assert done.code == 2
    plan = done.json
    assert (plan["revision"], plan["node"]) == (commit, agent.node)
    assert {(step["do"], step["instance"]) for step in plan["steps"]} == {
        ("start", WEB),
        ("start", "shop/Deployment/web#1"),
        ("remove", API),
    }
    assert all(step["because"] for step in plan["steps"])
    assert (story.actions, agent.ids(), sorted(agent.state.rglob("*"))) == ([], before, state)
    assert agent.pullet("plan", "-o", "json").code == 0
    offline = agent.pullet("plan", "--offline", "-o", "json").json
    assert [step["instance"] for step in offline["steps"]] == [WEB, "shop/Deployment/web#1"]


def test_plan_of_another_revision_and_another_node(web: Agent) -> None:
    """Yesterday's commit, somebody else's node, a directory that is not committed yet."""
    old = web.work.head
    new = web.follows({"web.yaml": deployment("web", 2)})
    back = web.pullet("plan", "--rev", old, "-o", "json").json
    assert [(step["do"], step["instance"]) for step in back["steps"]] == [("remove", "shop/Deployment/web#1")]
    other = web.pullet("plan", "--node", f"{web.node}-other", "-o", "json").json
    assert (other["revision"], len(other["steps"])) == (new, 2)
    web.work.commit({"api.yaml": deployment("api")})
    ahead = web.pullet("plan", str(web.work.path), "-o", "json").json
    assert [step["instance"] for step in ahead["steps"]] == [API]


def test_place_is_what_runs(fleet: Fleet) -> None:
    """What `place` answers for the fleet is what the agents do."""
    agents = [fleet.agent(name) for name in "abc"]
    files = {f"{one.node}.yaml": node(one.node, role="web") for one in agents}
    fleet.work.deploy({**files, "web.yaml": deployment("web", 5, selector={"role": "web"})})
    for one in agents:
        assert one.pullet("once").code == 0
    answer = pullet("place", "--repo", str(fleet.work.bare), "-o", "json").json
    assert answer["revision"] == fleet.work.head
    assert {name: set(mine) for name, mine in answer["nodes"].items()} == {
        one.node: set(one.stands()) for one in agents
    }
    assert answer["pending"] == []


def test_status_of_a_node(web: Agent) -> None:
    """The keys of the note and of the moment; exit 0 only where all is well."""
    done = web.pullet("status", "-o", "json")
    assert done.code == 0
    status, note = done.json, web.note(web.work.head)
    keys = ["node", "commit", "state", "since", "workloads", "problems"]
    assert {key: status[key] for key in keys} == note
    assert datetime.fromisoformat(status["fetched_at"]).tzinfo is not None
    (instance,) = status["instances"]
    assert (instance["instance"], instance["state"], instance["ready"]) == (WEB, "ready", True)
    assert instance["because"]
    (container,) = instance["containers"]
    assert web.ids()[WEB].startswith(container["id"])
    assert yaml.safe_load(web.pullet("status", "-o", "yaml").out)["commit"] == web.work.head
    assert WEB in web.pullet("status").out
    web.reaches("refused", web.work.deploy({"bad.yaml": "kind: Deployment\napiVersion: apps/v1\n"}))
    refused = web.pullet("status")
    assert refused.code == 1
    assert "bad.yaml:1:" in refused.text


def test_status_without_an_agent(fleet: Fleet) -> None:
    """One line that says where none answers."""
    agent = fleet.agent()
    done = agent.pullet("status")
    assert done.code == 1
    assert agent.settings["status"]["listen"] in done.err


def test_status_of_the_fleet(fleet: Fleet) -> None:
    """From the notes alone, without any agent: each node with what came of it; of one commit if it is named."""
    a, b = (fleet.agent(name) for name in "ab")
    first = fleet.work.deploy({"web.yaml": deployment("web")})
    assert [one.pullet("once").code for one in (a, b)] == [0, 0]
    second = fleet.work.deploy({"web.yaml": deployment("web", 2)})
    assert a.pullet("once").code == 0
    done = pullet("status", "--repo", str(fleet.work.bare), "-o", "json")
    assert done.code == 0
    found = done.json["nodes"]
    commits = {name: note["commit"] for name, note in by_node(found).items()}
    assert commits == {a.node: second, b.node: first}
    of_first = pullet("status", "--repo", str(fleet.work.bare), "--rev", first, "-o", "json").json["nodes"]
    assert {note["commit"] for note in by_node(of_first).values()} == {first}
    table = pullet("status", "--repo", str(fleet.work.bare)).out
    assert all(one.node in table for one in (a, b))


def by_node(found: object) -> dict[str, dict[str, str]]:
    """The contract has a list of nodes."""
    assert isinstance(found, list), json.dumps(found)
    return {note["node"]: note for note in found}


def test_history(web: Agent) -> None:
    """Revisions newest first, with their subject and what came of each."""
    first = web.work.head
    second = web.work.deploy({"web.yaml": "kind: Deployment\napiVersion: apps/v1\n"}, "Break the shop")
    web.reaches("refused", second)
    third = web.follows({"web.yaml": deployment("web")}, "Mend the shop")
    listed = web.pullet("history", "-o", "json").json
    assert [(one["commit"], one["subject"], one["state"]) for one in listed] == [
        (third, "Mend the shop", "converged"),
        (second, "Break the shop", "refused"),
        (first, "Open the shop", "converged"),
    ]
    assert "Break the shop" in web.pullet("history").out


def test_sync_returns_with_the_new_commit(web: Agent) -> None:
    """Where nothing is watched and the next poll is far, a word is enough."""
    web.stop()
    web.change(
        {"repo": {"url": [str(web.work.bare.with_name("gone.git")), str(web.work.bare)], "poll": "1h"}}
    )
    web.start()
    commit = web.work.deploy({"web.yaml": deployment("web", 2)})
    done = web.pullet("sync")
    assert done.code == 0
    assert commit[:10] in done.out
    web.reaches("converged", commit)
    web.stop()
    assert web.pullet("sync", "--timeout", "1").code == 1


def test_pause_and_resume(web: Agent) -> None:
    """Paused, a push and a crash change nothing and the state says why; after `resume` both are made good."""
    before = web.ids()
    assert web.pullet("pause", "maintenance of the rack").code == 0
    assert "maintenance of the rack" in web.reaches("held")["message"]
    commit = web.work.deploy({"web.yaml": deployment("web", 2), "api.yaml": deployment("api")})
    web.reaches("held", commit)
    with watching(web.engine, web.node) as story:
        web.engine.client.stop(before[WEB])
        eventually(lambda: web.status()["instances"][0]["state"] == "stopped", 30, "the agent sees the end")
        assert web.pullet("sync").code == 0
    assert set(story.actions) == {"kill", "die", "stop"}
    web.stop()
    assert web.start().reaches("held")["commit"] == commit
    assert web.pullet("resume").code == 0
    web.reaches("converged", commit)
    assert before.items() <= web.ids().items()
    assert len(web.ids()) == 3
    assert "was not paused" in web.pullet("resume").out


def test_words_without_an_agent(web: Agent) -> None:
    """A word that is said while no agent runs holds for the next one."""
    web.stop()
    assert web.pullet("pause", "night").code == 0
    commit = web.work.deploy({"web.yaml": deployment("web", 2)})
    web.start().reaches("held", commit)
    assert web.running() == {WEB}
