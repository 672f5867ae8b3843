"""Absence of information never deletes: whatever is not known keeps what runs, and the report says why."""

from __future__ import annotations

import shutil

import pytest

from tests.lab.agents import Agent, Fleet, pullet
from tests.lab.declare import deployment, node
from tests.lab.git_servers import git, git_daemon
from tests.lab.images import tag
from tests.lab.wait import eventually

WEB = "shop/Deployment/web#0"
API = "shop/Deployment/api#0"
BROKEN = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web\n  spec: [\n"


@pytest.fixture
def two(agent: Agent) -> Agent:
    """An agent with two workloads, each in its own file."""
    agent.follows({"web.yaml": deployment("web"), "api.yaml": deployment("api")})
    return agent


def test_a_file_that_does_not_parse(two: Agent) -> None:
    """What it declared stays as it is, the rest of the commit goes on, and the place of the mistake is told."""
    before = two.ids()
    commit = two.work.deploy({"web.yaml": BROKEN, "api.yaml": deployment("api", 2)})
    two.reaches("refused", commit)
    after = two.runs(WEB, API, "shop/Deployment/api#1")
    assert before.items() <= after.items()
    (problem,) = two.notes("refused", commit)["problems"]
    assert (problem["path"], problem["severity"]) == ("web.yaml", "error")
    assert problem["line"] > 1
    two.follows({"web.yaml": deployment("web"), "api.yaml": deployment("api")})
    assert two.ids() == before


def test_a_file_that_does_not_parse_and_a_rename(two: Agent) -> None:
    """A workload that moved into a file that cannot be read is not taken for removed."""
    before = two.ids()
    commit = two.work.deploy({"web.yaml": None, "moved.yaml": BROKEN})
    two.reaches("refused", commit)
    assert two.ids() == before


def test_an_invalid_manifest_names_its_line(two: Agent) -> None:
    """A field that does not exist is refused with file, line and column, in note, status and `validate` alike."""
    before = two.ids()
    text = deployment("web", replicas=2).replace("image:", "imagee:")
    line = next(at for at, words in enumerate(text.splitlines(), 1) if "imagee:" in words)
    commit = two.work.deploy({"web.yaml": text})
    status = two.reaches("refused", commit)
    assert two.ids() == before
    problems = two.notes("refused", commit)["problems"]
    assert problems == status["problems"]
    unknown = next(problem for problem in problems if "imagee" in problem["message"] + problem["field"])
    assert (unknown["path"], unknown["line"]) == ("web.yaml", line)
    assert "image" in unknown["hint"]
    validated = pullet("validate", str(two.work.path))
    assert validated.code == 1
    assert f"web.yaml:{line}:{unknown['column']}: " in validated.out
    assert two.note_text(commit).startswith(f"{two.node}: refused, ")


def test_a_remote_that_is_away(fleet: Fleet) -> None:
    """The last good revision is kept and healed, also by an agent that starts without the remote."""
    with git_daemon(fleet.home) as url:
        repo = {"url": f"{url}/fleet.git", "poll": "1s"}
        agent = fleet.agent(settings={"repo": repo, "status": {"notes": "local"}}).start()
        agent.follows({"web.yaml": deployment("web")})
    eventually(lambda: agent.log("fetch_failed"), 30, "the agent notices that the remote is away")
    agent.engine.client.remove_container(agent.ids()[WEB], force=True)
    kept = agent.runs(WEB)
    agent.stop()
    agent.start().reaches("converged", fleet.work.head)
    assert agent.ids() == kept
    assert agent.ask("/readyz").status == 503
    assert "never fetched" in agent.ask("/readyz").text
    assert agent.ask("/healthz").status == 200


def test_an_empty_repository(agent: Agent) -> None:
    """No commit yet: held, with the reason, and good as soon as there is one."""
    status = agent.reaches("held")
    assert status["commit"] == ""
    assert status["message"]
    agent.follows({"web.yaml": deployment("web")})
    assert set(agent.stands()) == {WEB}


def test_a_deleted_branch(two: Agent) -> None:
    """The branch is gone from the remote: everything runs on, and the branch is followed when it is back."""
    before = two.ids()
    two.work.push(branch="another")
    git(two.work.bare, "update-ref", "-d", "refs/heads/main")
    eventually(lambda: two.log("fetch_failed"), 30, "the agent notices")
    assert "main" in two.log("fetch_failed")[-1]["because"]
    assert two.ids() == before
    two.stop()
    two.start()
    assert two.ids() == before
    two.follows({"api.yaml": deployment("api", 2)})
    assert before.items() <= two.ids().items()


def test_a_node_that_is_not_listed(two: Agent) -> None:
    """With an inventory that does not name this node, nothing is known of what should run here."""
    before = two.ids()
    commit = two.work.deploy({"nodes.yaml": node("somebody-else"), "web.yaml": None})
    status = two.reaches("held", commit)
    assert two.node in status["message"]
    assert two.ids() == before
    two.follows({"nodes.yaml": node(two.node)})
    assert two.ids() == {API: before[API]}


def test_an_unlisted_node_still_heals(two: Agent) -> None:
    """What is kept is kept running."""
    commit = two.work.deploy({"nodes.yaml": node("somebody-else")})
    two.reaches("held", commit)
    two.engine.client.kill(two.ids()[WEB])
    eventually(lambda: two.running() == {WEB, API}, 30, "it runs again")


def test_an_empty_commit(two: Agent) -> None:
    """All manifests gone is held like a mistake, whatever their number; a revert makes it good."""
    before = two.ids()
    commit = two.work.deploy({"web.yaml": None, "api.yaml": None})
    status = two.reaches("held", commit)
    assert "pullet accept" in status["message"]
    assert two.ids() == before
    git(two.work.path, "revert", "--no-edit", "HEAD")
    two.work.push()
    two.reaches("converged", two.work.head)
    assert two.ids() == before


def test_an_image_that_is_nowhere(two: Agent) -> None:
    """The old instance serves on while the new one's image cannot be had; degraded, and the reason names it."""
    before = two.ids()
    nowhere = "registry.invalid:5000/nobody/nothing:1"
    commit = two.work.deploy({"web.yaml": deployment("web", image=nowhere, imagePullPolicy="Always")})
    status = two.reaches("degraded", commit)
    assert nowhere in status["workloads"]["shop/Deployment/web"]["message"]
    assert two.ids() == before
    assert two.notes("degraded", commit)["workloads"]["shop/Deployment/api"]["state"] == "converged"


def test_an_image_that_never_comes_by_itself(two: Agent) -> None:
    """Pull policy Never and no such image: the reason is told, and when somebody loads it, it starts."""
    before = two.ids()
    image = f"pullet.test/{two.node}:1"
    commit = two.work.deploy({"web.yaml": deployment("web", image=image, imagePullPolicy="Never")})
    status = two.reaches("degraded", commit)
    assert image in status["workloads"]["shop/Deployment/web"]["message"]
    assert two.ids() == before
    tag(two.engine.client, image)
    try:
        two.reaches("converged", commit)
        assert two.stands()[WEB].image == image
    finally:
        two.tidy()
        two.engine.client.remove_image(image)


def test_a_successor_that_never_gets_ready(two: Agent) -> None:
    """The old instance stays as long as the new one has not proved itself."""
    before = two.ids()
    commit = two.work.deploy(
        {"web.yaml": deployment("web", ready={"exec": {"command": ["sh", "-c", "exit 7"]}})}
    )
    status = two.reaches("progressing", commit)
    eventually(lambda: len(two.containers()) == 3, 30, "old and new stand side by side")
    assert before[WEB] in {one.id for one in two.containers() if one.state == "running"}
    assert status["workloads"]["shop/Deployment/web"]["ready"] == 0


def test_a_state_directory_that_was_deleted(two: Agent) -> None:
    """It costs the history, and neither a container nor a note."""
    before = two.ids()
    old = two.work.head
    two.notes("converged", old)
    two.stop()
    shutil.rmtree(two.state)
    two.start().reaches("converged", old)
    assert two.ids() == before
    assert [one["commit"] for one in two.pullet("history", "-o", "json").json] == [old]
    new = two.follows({"api.yaml": deployment("api", 2)})
    two.notes("converged", new)
    assert two.note(old)["state"] == "converged"
