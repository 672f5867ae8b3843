"""The verbs around a running agent, and `init` before there is one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Pullet
from tests.lab.agents import Agent, Fleet, pullet
from tests.lab.declare import deployment, node
from tests.lab.git_servers import git
from tests.lab.images import BUSYBOX, BUSYBOX_2

WEB = "shop/Deployment/web"
IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Ada"), ("EMAIL", "ada@fleet.test"))
}


def test_status(agent: Agent) -> None:
    """For people a table, for programs the contract's keys; exit 0 only where it converged."""
    commit = agent.follows({"web.yaml": deployment("web")})
    done = agent.pullet("status")
    assert (done.code, done.err) == (0, "")
    first, second, blank, *table = done.out.splitlines()
    assert first == f"{agent.node} at {commit[:10]}: converged"
    assert second.startswith("since 2")
    assert blank == ""
    assert [line.split()[:3] for line in table] == [
        ["INSTANCE", "STATE", "READY"],
        [f"{WEB}#0", "ready", "yes"],
    ]
    found = agent.pullet("status", "-o", "json").json
    assert {
        "node",
        "commit",
        "state",
        "since",
        "workloads",
        "problems",
        "fetched_at",
        "instances",
    } <= found.keys()
    assert datetime.fromisoformat(found["fetched_at"]).tzinfo is not None
    assert yaml.safe_load(agent.pullet("status", "-o", "yaml").out)["instances"] == found["instances"]


def test_status_of_a_refused_revision(agent: Agent) -> None:
    """Exit 1, and the problem with its place."""
    agent.work.deploy({"web.yaml": deployment("web").replace("replicas", "replica")})
    agent.reaches("refused")
    done = agent.pullet("status")
    assert done.code == 1
    assert "refused: web.yaml:7:3: " in done.out.splitlines()[0]
    assert "spec.replica: unknown field (did you mean replicas?)" in done.err


def test_status_without_a_revision(agent: Agent) -> None:
    """An empty repository is no failure, and nothing to be green about."""
    done = agent.pullet("status")
    assert done.code == 1
    assert done.out.startswith(
        f"{agent.node} at no revision: held: no revision to follow yet; what runs is kept\n"
    )


def test_status_of_the_fleet(fleet: Fleet) -> None:
    """From the notes, without any agent: a row for each node."""
    names = [fleet.node("a"), fleet.node("b")]
    fleet.work.deploy({f"{name}.yaml": node(name) for name in names})
    done = pullet("status", "--repo", fleet.work.bare)
    assert (done.code, done.out.split()[:2], done.err) == (
        1,
        ["NODE", "COMMIT"],
        "no node has left a note yet\n",
    )
    commit = fleet.work.head
    for name in "ab":
        fleet.agent(name).start().notes("converged", commit)
    done = pullet("status", "--repo", fleet.work.bare)
    assert done.code == 0
    rows = [line.split()[:4] for line in done.out.splitlines()[1:]]
    assert rows == [[name, commit[:10], "converged", "0/0"] for name in names]
    assert [
        one["node"] for one in pullet("status", "--repo", fleet.work.bare, "-o", "json").json["nodes"]
    ] == names


def test_sync(agent: Agent) -> None:
    """When it returns, the agent has looked, and follows what was pushed before."""
    agent.change({"repo": {"poll": "1h"}})
    commit = agent.work.deploy({"web.yaml": deployment("web")})
    done = agent.pullet("sync")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{agent.node} follows {commit[:10]}: ")


def test_sync_when_git_is_away(agent: Agent) -> None:
    """It says why instead of waiting for nothing, and status says it too."""
    agent.follows({"web.yaml": deployment("web")})
    agent.work.bare.rename(agent.work.bare.with_name("gone.git"))
    done = agent.pullet("sync", "--timeout", "20")
    assert done.code == 1
    assert "pullet: the agent cannot fetch: there is no repository at" in done.err
    assert "the last fetch failed: there is no repository at" in agent.pullet("status").out
    assert agent.status()["state"] == "converged"


def test_pause_and_resume(agent: Agent) -> None:
    """A paused agent reports and keeps its hands off; who paused it and why is shown."""
    done = agent.pullet("pause", "moving\nhouse", environment={"SUDO_USER": "ada"})
    assert (done.code, done.out) == (0, f"{agent.node} is paused; `pullet resume` lets it go on\n")
    agent.work.deploy({"web.yaml": deployment("web")})
    seen = agent.reaches("held", agent.work.head)
    assert seen["message"] == "paused: by ada: moving house"
    assert agent.containers() == []
    assert agent.pullet("resume").out == f"{agent.node} goes on\n"
    agent.reaches("converged")
    assert agent.pullet("resume").out == f"{agent.node} was not paused\n"


def test_accept(agent: Agent) -> None:
    """A commit that declares nothing waits for a word; then what ran here goes."""
    agent.follows({"web.yaml": deployment("web")})
    commit = agent.work.deploy({"web.yaml": None}, "Clear everything")
    held = agent.reaches("held", commit)
    assert f"run `pullet accept {commit[:10]}` here" in held["message"]
    done = agent.pullet("accept", commit[:10])
    assert (done.code, done.out) == (0, f"accepted {commit[:10]} on {agent.node}: Clear everything\n")
    agent.reaches("converged", commit)
    assert agent.containers() == []


def test_retry(agent: Agent) -> None:
    """A workload that runs here is tried again, by any clear name; for another, those that do are named."""
    agent.follows({"web.yaml": deployment("web")})
    done = agent.pullet("retry", "web")
    said = f"{WEB} is tried again on {agent.node}: it is converged, so there is nothing to do\n"
    assert (done.code, done.err, done.out) == (0, "", said)
    agent.pullet("pause")
    assert f"{WEB} is tried again on {agent.node} once it is resumed: " in agent.pullet("retry", "web").out
    agent.pullet("resume")
    done = agent.pullet("retry", "shop/Deployment/wep")
    assert done.code == 1
    assert f"nothing on {agent.node} is called shop/Deployment/wep (did you mean {WEB}?)" in done.err


def test_promote(agent: Agent) -> None:
    """What waits for a person goes on; what does not is told as it is, and nothing is said to the agent."""
    how = {"strategy": "blue-green", "promotion": "manual"}
    agent.follows({"web.yaml": deployment("web", ours=how)})
    done = agent.pullet("promote", "web")
    assert done.code == 1
    assert f"{WEB} does not wait to be promoted on {agent.node} (it is converged)" in done.err
    commit = agent.work.deploy({"web.yaml": deployment("web", ours=how, image=BUSYBOX_2)})
    status = agent.reaches("held", commit)
    assert status["workloads"][WEB]["message"] == f"waits for pullet promote {WEB}"
    assert sorted(one.image for one in agent.containers()) == [BUSYBOX, BUSYBOX_2]
    done = agent.pullet("promote", "web")
    wanted = status["workloads"][WEB]["hash"][:8]
    assert (done.code, done.err, done.out) == (0, "", f"{WEB} goes on with {wanted} on {agent.node}\n")
    agent.reaches("converged", commit)
    assert [one.image for one in agent.containers()] == [BUSYBOX_2]


def test_accept_what_is_not_known(agent: Agent) -> None:
    """A commit that the agent has never seen."""
    agent.follows({"web.yaml": deployment("web")})
    done = agent.pullet("accept", "0123456789")
    assert done.code == 1
    assert "there is no such revision in the mirror" in done.err


def test_history(agent: Agent) -> None:
    """Newest first, also when the agent does not run."""
    first = agent.follows({"web.yaml": deployment("web")})
    second = agent.work.deploy({"web.yaml": "kind: ["}, "A mistake")
    agent.reaches("refused", second)
    assert agent.stop() == 0
    done = agent.pullet("history")
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[0] == ["COMMIT", "SEEN", "STATE", "SINCE", "SUBJECT"]
    assert [(row[0], row[2], row[-1]) for row in rows[1:]] == [
        (second[:10], "refused", "mistake"),
        (first[:10], "converged", "change"),
    ]
    newest = agent.pullet("history", "-o", "json").json[0]
    assert (newest["commit"], newest["subject"], newest["state"]) == (second, "A mistake", "refused")
    assert newest["message"].startswith("web.yaml:2:1: is not valid YAML") or newest["message"].startswith(
        "web.yaml:1:"
    )


def test_plan_sees_what_stands(agent: Agent) -> None:
    """Nothing to do where all is well; the output is JSON and nothing else."""
    agent.follows({"web.yaml": deployment("web")})
    assert agent.pullet("plan").out.splitlines()[1] == "nothing to do"
    done = agent.pullet("plan", "-o", "json", "--detailed-exitcode")
    assert (done.code, done.json["steps"], done.err) == (0, [], "")
    agent.stop()
    agent.work.deploy({"web.yaml": deployment("web", image=BUSYBOX_2)})
    done = agent.pullet("plan", "-o", "json", "--detailed-exitcode")
    assert (done.code, [one["do"] for one in done.json["steps"]]) == (2, ["start"])
    assert [(one["do"], one["instance"]) for one in done.json["then"]] == [("remove", f"{WEB}#0")]
    assert "then, if all goes well:\nremove " in agent.pullet("plan").out


def test_once_without_an_agent(fleet: Fleet) -> None:
    """A line a step, and the outcome; again there is nothing to do; beside an agent it is refused."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": deployment("web")})
    done = agent.pullet("once", "--timeout", "60")
    assert (done.code, done.err) == (0, "")
    assert any("start    shop/Deployment/web#0" in line for line in done.out.splitlines())
    assert done.out.splitlines()[-1].startswith(f"{agent.node}: converged, 1 of 1 instances ready")
    assert agent.pullet("once").code == 0
    agent.start()
    done = agent.pullet("once")
    assert done.code == 1
    assert "another agent (process " in done.err


def test_once_with_a_mistake(fleet: Fleet) -> None:
    """It ends at once, says what is wrong, and is not green."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": "kind: ["})
    done = agent.pullet("once", "--timeout", "60")
    assert done.code == 1
    assert "refused" in done.err
    assert "web.yaml:" in done.err


@pytest.mark.parametrize("verb", ["status", "sync"])
def test_no_agent_answers(here: Pullet, verb: str) -> None:
    """Which address was asked, and how to look."""
    done = here(verb)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "pullet: the agent does not answer at 127.0.0.1:1: Connection refused "
        "(is it running? `systemctl status pullet`)\n"
    )


def test_no_state_yet(here: Pullet, tmp_path: Path) -> None:
    """A node on which no agent has ever run: a sentence, and no directory that was not there."""
    assert here("history").err == f"edge-1 has followed no revision yet, as {tmp_path}/state tells\n"
    assert here("history", "-o", "json").out == "[]\n"
    assert f"no agent has worked with {tmp_path}/state yet" in here("accept", "HEAD").err
    assert not (tmp_path / "state").exists()


def test_a_word_before_the_agent_starts(fleet: Fleet) -> None:
    """A pause needs no agent to be heard later."""
    agent = fleet.agent()
    assert agent.pullet("pause").code == 0
    commit = fleet.work.deploy({"web.yaml": deployment("web")})
    agent.start()
    assert agent.reaches("held", commit)["message"].startswith("paused: by ")


# init


def test_init(tmp_path: Path) -> None:
    """A repository that is right as it is, with one commit."""
    done = pullet("init", str(tmp_path / "fleet"), "--node", "edge-1", environment=IDENTITY)
    assert (done.code, done.err) == (0, "")
    assert (
        done.out.splitlines()[-1] == "next: push it, then on edge-1: pullet install --repo URL --node edge-1"
    )
    assert git(tmp_path / "fleet", "log", "--format=%s") == "Start the fleet"
    assert git(tmp_path / "fleet", "status", "--porcelain") == ""
    assert pullet("validate", tmp_path / "fleet").code == 0
    assert pullet("place", tmp_path / "fleet", "-o", "json").json["nodes"] == {
        "edge-1": ["demo/Deployment/hello#0"]
    }


def test_init_when_git_does_not_know_who(tmp_path: Path) -> None:
    """The files stay, and what is left to do can be copied."""
    nobody = {"HOME": str(tmp_path), "GIT_CONFIG_COUNT": "1"}
    nobody |= {"GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}
    done = pullet("init", "fleet", "--node", "edge-1", environment=nobody, cwd=tmp_path)
    assert done.code == 1
    assert "the files are there, and git could not commit them" in done.err
    assert (
        "git config --global user.name and user.email, then: git -C fleet commit -m 'Start the fleet'"
        in done.err
    )
    git(tmp_path / "fleet", "commit", "--quiet", "-m", "Start the fleet")
    assert pullet("validate", tmp_path / "fleet").code == 0


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is in the way is named, and none is written."""
    (tmp_path / "README.md").write_text("mine\n")
    done = pullet("init", str(tmp_path), "--node", "edge-1")
    assert (done.code, done.err) == (
        1,
        f"pullet: {tmp_path}/README.md exists already (choose an empty directory)\n",
    )
    assert sorted(tmp_path.iterdir()) == [tmp_path / "README.md"]


def test_init_with_a_name_that_no_node_can_have(tmp_path: Path) -> None:
    """Said before anything is written."""
    done = pullet("init", str(tmp_path / "fleet"), "--node", "Edge_1")
    assert (done.code, (tmp_path / "fleet").exists()) == (1, False)
    assert "'Edge_1' cannot name a node; use small letters" in done.err


def test_describing_what_does_not_stand_yet(agent: Agent) -> None:
    """What the agent wants and waits for is known, though the engine has nothing of it."""
    agent.work.deploy({"web.yaml": deployment("web", image="pullet.test/nowhere:1", imagePullPolicy="Never")})
    agent.waits(lambda: agent.status().get("instances"), "wants an instance")
    (missing,) = agent.pullet("describe", "web", "-o", "json").json["missing"]
    assert missing["instance"] == f"{WEB}#0"
    assert "pullet.test/nowhere:1" in missing["agent_says"]
    assert f"{WEB}#0: missing" in agent.pullet("describe", "web").out
