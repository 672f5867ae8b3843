"""`rollout status` and `rollout history` around agents and without one."""

from __future__ import annotations

from tests.cli.conftest import Pullet
from tests.lab.agents import Agent, Done, pullet
from tests.lab.declare import deployment
from tests.lab.images import BUSYBOX_2

WEB = "shop/Deployment/web"
SOON = {"progressDeadlineSeconds": 4}
BROKEN = ["sh", "-c", "echo no such table: hens; exit 7"]


def rollout(agent: Agent, verb: str, *arguments: str) -> Done:
    return pullet("rollout", verb, "--config", agent.file, *arguments)


def test_status_of_what_is_complete(agent: Agent) -> None:
    """A line, the data, and exit 0; of what is named in any clear way."""
    commit = agent.follows({"web.yaml": deployment("web", 2), "api.yaml": deployment("api")})
    done = rollout(agent, "status", "web")
    assert (done.code, done.err) == (0, "")
    digest = agent.status()["workloads"][WEB]["hash"]
    assert done.out.startswith(f"{WEB}: converged to {digest[:8]} of {commit[:10]}, 2 of 2 ready")
    assert len(done.out.splitlines()) == 1
    found = rollout(agent, "status", "-o", "json").json["rollouts"]
    assert [(one["workload"], one["updated"], one["ended"]) for one in found] == [
        ("shop/Deployment/api", 1, True),
        (WEB, 2, True),
    ]


def test_watching_a_rollout_that_completes(agent: Agent) -> None:
    """Ends with exit 0 when the new one is ready and the old is gone."""
    first = agent.follows({"web.yaml": deployment("web")})
    second = agent.work.deploy({"web.yaml": deployment("web", image=BUSYBOX_2)})
    agent.waits(lambda: agent.status()["commit"] == second, "follows the second")
    done = rollout(agent, "status", "web", "--watch", "--timeout", "50")
    assert done.code == 0, done.text
    assert done.out.splitlines()[-1].startswith(f"{WEB}: converged to ")
    assert second[:10] in done.out.splitlines()[-1]
    assert [one.image for one in agent.containers()] == [BUSYBOX_2]
    assert [
        one["commit"] for one in rollout(agent, "history", "web", "-o", "json").json["specifications"]
    ] == [
        second,
        first,
    ]


def test_watching_one_that_fails(agent: Agent) -> None:
    """Exit 1 when what was good is back; what failed, why, and its last words; the history has the verdicts."""
    first = agent.follows({"web.yaml": deployment("web", spec=SOON)}, "Open the shop")
    second = agent.work.deploy({"web.yaml": deployment("web", spec=SOON, command=BROKEN)}, "Break the shop")
    agent.waits(lambda: agent.status()["commit"] == second, "follows the second")
    done = rollout(agent, "status", "--watch", "--timeout", "50")
    assert done.code == 1
    last = done.out.splitlines()[-1]
    assert last.startswith(f"{WEB}: rolled-back to ")
    assert f"of {first[:10]}, 1 of 1 updated, 1 ready; " in last
    assert f"of {second[:10]} failed " in last
    assert last.endswith("its last words: no such table: hens")
    (found,) = rollout(agent, "status", "-o", "json").json["rollouts"]
    assert (found["state"], found["failed"]["commit"], found["ended"]) == ("rolled-back", second, True)
    agent.stop()
    plan = agent.pullet("plan", "-o", "json").json
    assert plan["steps"] == []
    assert "the old one stays, as that failed: " in plan["waits"][0]["because"]
    elsewhere = agent.pullet("plan", "--node", "other", "-o", "json")
    assert "nothing of other stands on this engine" in elsewhere.err
    assert [one["do"] for one in elsewhere.json["steps"]] == ["start"]
    history = rollout(agent, "history", "web", "-o", "json").json
    assert [(one["commit"], one["subject"], one["verdict"]) for one in history["specifications"]] == [
        (second, "Break the shop", "failed"),
        (first, "Open the shop", "good"),
    ]
    shown = rollout(agent, "history", "web").out
    assert "  | no such table: hens" in shown
    assert "exit code 7" in shown


def test_status_without_an_agent(agent: Agent) -> None:
    """What stands and what was remembered; that nothing goes on is said, and there is nothing to watch."""
    agent.follows({"web.yaml": deployment("web")})
    agent.waits(lambda: '"good"' in (agent.state / "ledger.json").read_text(), "has a verdict")
    agent.stop()
    done = rollout(agent, "status", "web")
    assert done.out.startswith(f"{WEB}: converged to ")
    assert (done.code, done.err.startswith("nothing goes on: the agent does not answer")) == (0, True)
    assert rollout(agent, "status", "--watch").code == 1


def test_a_watch_ends_with_its_time(agent: Agent) -> None:
    """Exit 1, and that it was not complete."""
    agent.work.deploy({"web.yaml": deployment("web", ready={"exec": {"command": ["false"]}})})
    agent.waits(lambda: agent.status().get("workloads"), "wants it")
    done = rollout(agent, "status", "web", "--timeout", "1")
    assert (done.code, done.err) == (1, "not complete after 1 s\n")
    assert done.out.startswith(f"{WEB}: progressing to ")


def test_no_agent_has_ever_been_here(here: Pullet) -> None:
    """A line that says so, and no mirror that was not there."""
    for verb in (("status",), ("history", "web")):
        done = here("rollout", *verb)
        assert (done.code, done.out) == (1, "")
        assert "no agent has worked with " in done.err


def test_describe_tells_what_happened(agent: Agent) -> None:
    """The steps since the agent started with their reasons, and the verdict, also when it is gone."""
    agent.follows({"web.yaml": deployment("web")})
    agent.waits(lambda: '"good"' in (agent.state / "ledger.json").read_text(), "has a verdict")
    found = agent.pullet("describe", "web", "-o", "json").json
    whats = [one["what"] for one in found["events"]]
    assert "start begins" in whats
    assert "start done" in whats
    assert found["verdicts"]["good"]["commit"] == agent.work.head
    shown = agent.pullet("describe", "web").out
    assert f"  {WEB}#0  start done: wanted here" in shown.replace(found["events"][-1]["at"], "")
    agent.stop()
    gone = agent.pullet("describe", "web")
    assert "  good       " in gone.out
    assert "events" not in gone.out
