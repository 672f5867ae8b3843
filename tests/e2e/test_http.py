"""What an agent tells over HTTP while it works."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from tests.lab.agents import Agent, Fleet
from tests.lab.declare import deployment
from tests.lab.git_servers import git_daemon
from tests.lab.wait import eventually

SECRET = "only the forge knows"


def metrics(agent: Agent) -> dict[str, float]:
    lines = agent.ask("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_the_endpoints_follow_the_state(agent: Agent) -> None:
    """Alive throughout; ready only while converged; status, metrics and page say the same."""
    agent.reaches("held")
    assert (agent.ask("/healthz").status, agent.ask("/readyz").status) == (200, 503)
    commit = agent.follows({"web.yaml": deployment("web", 2)})
    assert (agent.ask("/healthz").status, agent.ask("/readyz").status) == (200, 200)
    told = metrics(agent)
    assert told['pullet_state{state="converged"}'] == 1
    assert told[f'pullet_converged_commit_info{{commit="{commit}"}}'] == 1
    workload = 'workload="shop/Deployment/web"'
    assert told[f'pullet_instances{{state="wanted",{workload}}}'] == 2
    assert told[f'pullet_instances{{state="ready",{workload}}}'] == len(agent.stands())
    assert told['pullet_steps_total{do="start"}'] == 2
    assert commit[:10] in agent.ask("/").text
    bad = agent.work.deploy({"bad.yaml": "kind: Deployment\napiVersion: apps/v1\n"})
    agent.reaches("refused", bad)
    assert (agent.ask("/healthz").status, agent.ask("/readyz").status) == (200, 503)
    assert metrics(agent)['pullet_problems{severity="error"}'] >= 1
    assert "bad.yaml" in agent.ask("/").text


def test_a_token_closes_what_tells_a_lot(fleet: Fleet) -> None:
    """Without it only health and readiness; with it everything, also for `pullet status`."""
    token = fleet.home / "token"
    token.write_text("let-me-see\n")
    agent = fleet.agent(settings={"status": {"token_file": str(token)}})
    agent.launch()
    eventually(lambda: agent.pullet("status").code == 1 and agent.log("agent_started"), 30, "it runs")
    eventually(lambda: agent.ask("/healthz").status == 200, 30, "it answers")
    assert [agent.ask(path).status for path in ("/status", "/metrics", "/")] == [401, 401, 401]
    known = {"Authorization": "Bearer let-me-see"}
    eventually(lambda: agent.ask("/status", known).status == 200, 30, "the report is there")
    assert json.loads(agent.pullet("status", "-o", "json").out)["node"] == agent.node


@pytest.fixture
def far(fleet: Fleet) -> Agent:
    """An agent that looks at a remote once an hour, unless a webhook wakes it."""
    (fleet.home / "secret").write_text(f"{SECRET}\n")
    return fleet.agent(settings={"webhook": {"secret_file": str(fleet.home / "secret")}})


def test_a_signed_webhook_fetches_at_once(fleet: Fleet, far: Agent) -> None:
    """What a forge signs wakes the agent; what nobody signed does not, and a push alone is not seen."""
    with git_daemon(fleet.home) as url:
        far.change({"repo": {"url": f"{url}/fleet.git", "poll": "1h"}})
        first = fleet.work.deploy({"web.yaml": deployment("web")})
        far.start().reaches("converged", first)
        second = fleet.work.deploy({"web.yaml": deployment("web", 2)})
        body = json.dumps({"ref": "refs/heads/main", "after": second}).encode()
        forged = {"X-Hub-Signature-256": "sha256=" + "0" * 64, "X-GitHub-Event": "push"}
        assert far.ask("/webhook", forged, body).status == 401
        assert far.status()["commit"] == first
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        signed = {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Event": "push"}
        assert far.ask("/webhook", signed, body).status == 202
        far.reaches("converged", second)
        assert len(far.stands()) == 2
        far.notes("converged", second)


def test_no_webhook_without_a_secret(agent: Agent) -> None:
    """It is not there."""
    assert agent.ask("/webhook", {}, b"{}").status == 404
