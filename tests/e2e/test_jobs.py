"""Jobs, CronJobs and hooks on a real engine: each runs once for what it is run for, whoever dies on the way."""

from __future__ import annotations

import time

from tests.lab.agents import Agent, Fleet
from tests.lab.declare import cron_job, deployment, job

JOB, WEB = "shop/Job/migrate", "shop/Deployment/web"
SAYS = 'echo "run $JOB_COMPLETION_INDEX"'
A_MINUTE = 75.0


def states(agent: Agent, workload: str) -> dict[str, str]:
    return {one.instance: one.state for one in agent.containers() if one.instance.startswith(f"{workload}#")}


def test_a_job_is_run_to_its_end_and_not_again(fleet: Fleet) -> None:
    """`once` waits for it; its containers stay to be read, and removing them does not bring it back."""
    agent = fleet.agent()
    spec = {"completions": 2, "completionMode": "Indexed"}
    fleet.work.deploy({"job.yaml": job("migrate", SAYS, spec=spec)})
    first = agent.pullet("once")
    assert first.code == 0, first.text
    assert states(agent, JOB) == {f"{JOB}#0": "exited", f"{JOB}#1": "exited"}
    said = agent.pullet("logs", f"{JOB}#1")
    assert "run 1" in said.out, said.text
    ids = {one.id for one in agent.containers()}
    assert agent.pullet("once").code == 0
    assert {one.id for one in agent.containers()} == ids
    for number in ids:
        agent.engine.client.remove_container(number)
    assert agent.pullet("once").code == 0
    assert agent.containers() == []


def test_a_job_that_fails_is_tried_up_to_its_limit(agent: Agent) -> None:
    """Then the node is degraded, and says how it ended and where to read."""
    spec = {"backoffLimit": 1}
    commit = agent.work.deploy({"job.yaml": job("migrate", "echo no such table; exit 3", spec=spec)})
    status = agent.reaches("degraded", commit)
    report = status["workloads"][JOB]
    assert "failed 2 times, and its backoffLimit is 1" in report["message"]
    assert "exit code 3" in report["message"]
    assert f"pullet logs {JOB}#0" in report["message"]
    assert states(agent, JOB) == {f"{JOB}#0": "exited"}
    assert len([one for one in agent.log("step_done") if one["do"] == "start"]) == 2


def test_a_cron_job_runs_once_for_its_minute(agent: Agent) -> None:
    """Also when the agent is killed while it runs, and another one comes after its end."""
    agent.follows({"cron.yaml": cron_job("backup", "echo begun; sleep 2; echo saved", "* * * * *")})
    agent.waits(lambda: "running" in states(agent, "shop/CronJob/backup").values(), "runs", A_MINUTE)
    minute = int(time.time() // 60)
    agent.kill()
    (run,) = agent.containers()
    assert run.instance in (f"shop/CronJob/backup#{minute}", f"shop/CronJob/backup#{minute - 1}")
    agent.waits(lambda: states(agent, "shop/CronJob/backup")[run.instance] == "exited", "ends by itself")
    agent.start().reaches("converged")
    assert [one.id for one in agent.containers() if one.instance == run.instance] == [run.id]
    assert agent.engine.client.logs(run.id).decode() == "begun\nsaved\n"


def test_a_migration_comes_before_the_rollout(agent: Agent) -> None:
    """The old serves until it is done, whoever dies meanwhile; one that fails leaves the old as it is."""
    hook = {"hook": "pre-deploy", "of": "Deployment/web"}
    migrate = job("migrate", "echo begun; sleep 4", ours=hook)
    agent.follows({"web.yaml": deployment("web"), "job.yaml": migrate})
    first = {one.id for one in agent.containers()}
    commit = agent.work.deploy({"web.yaml": deployment("web", env=[{"name": "RELEASE", "value": "2"}])})
    agent.waits(
        lambda: any(one.id not in first and one.state == "running" for one in agent.containers()),
        "runs the migration",
    )
    (run,) = [one for one in agent.containers() if one.id not in first]
    assert run.instance == f"{JOB}#0"
    agent.kill()
    agent.start()
    agent.reaches("converged", commit)
    now = {one.instance: one for one in agent.containers()}
    assert now[f"{JOB}#0"].id == run.id
    assert agent.engine.client.logs(run.id).decode() == "begun\n"
    assert now[f"{WEB}#0"].id not in first
    serving = now[f"{WEB}#0"].id
    broken = job("migrate", "exit 7", ours=hook, spec={"backoffLimit": 0})
    release = deployment("web", env=[{"name": "RELEASE", "value": "3"}])
    commit = agent.work.deploy({"web.yaml": release, "job.yaml": broken})
    status = agent.reaches("degraded", commit)
    assert f"its pre-deploy hook {JOB} failed" in status["workloads"][WEB]["message"]
    assert [one.id for one in agent.containers() if one.instance.startswith(WEB)] == [serving]
