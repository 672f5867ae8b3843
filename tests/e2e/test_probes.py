"""What hangs is started anew with the reason, and what starts slowly is left in peace."""

from __future__ import annotations

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.wait import eventually

WEB = "shop/Deployment/web#0"
BAD = "shop/Deployment/bad#0"


def started_at(agent: Agent, container: str) -> str:
    return str(agent.engine.client.inspect_container(container)["State"]["StartedAt"])


def test_what_is_not_live_is_started_anew(agent: Agent) -> None:
    """The same container, which ends as it is asked to, with the reason in the log; then all is well again."""
    alive = {"exec": {"command": ["test", "-e", "/tmp/alive"]}, "periodSeconds": 1, "failureThreshold": 2}
    command = ["sh", "-c", "touch /tmp/alive; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    agent.follows({"web.yaml": deployment("web", command=command, livenessProbe=alive, startupProbe=alive)})
    agent.reaches("converged")
    container = agent.ids()[WEB]
    before = started_at(agent, container)
    assert agent.inside(WEB, "rm", "/tmp/alive")[0] == 0
    eventually(lambda: started_at(agent, container) != before, 30, "it was started anew")
    agent.reaches("converged")
    assert agent.ids() == {WEB: container}
    (step,) = [one for one in agent.log("step_done") if one["do"] == "restart"]
    assert step["instance"] == WEB
    assert step["because"] == "its liveness probe fails: `test -e /tmp/alive` exited with 1"


def test_a_slow_starter_is_left_in_peace(agent: Agent) -> None:
    """Its liveness probe would kill it before it is up; its startup probe keeps that from being asked."""
    up = {"exec": {"command": ["test", "-e", "/tmp/up"]}, "periodSeconds": 1}
    command = ["sh", "-c", "sleep 6; touch /tmp/up; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    slow = deployment(
        "web",
        command=command,
        livenessProbe={**up, "failureThreshold": 1},
        startupProbe={**up, "failureThreshold": 60},
        ready=None,
    )
    commit = agent.work.deploy({"web.yaml": slow})
    eventually(lambda: any(one.state == "running" for one in agent.containers()), 30, "it runs")
    before = started_at(agent, agent.ids()[WEB])
    agent.reaches("converged", commit)
    assert agent.inside(WEB, "test", "-e", "/tmp/up")[0] == 0
    assert started_at(agent, agent.ids()[WEB]) == before
    assert not [one for one in agent.log("step_started") if one["do"] == "restart"]


def test_what_hangs_again_and_again_is_degraded(agent: Agent) -> None:
    """Between its restarts it is ready, and nobody calls that well."""
    never = {"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 1}
    commit = agent.work.deploy({"bad.yaml": deployment("bad", livenessProbe=never)})
    agent.reaches("degraded", commit)
    eventually(lambda: len(agent.log("step_done")) >= 4, 60, "started again and again")
    status = agent.reaches("degraded", commit)
    message = status["workloads"]["shop/Deployment/bad"]["message"]
    assert "liveness probe fails" in message or "restarted" in message or "started again" in message
