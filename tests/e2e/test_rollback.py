"""A bad push on a real engine: what was good comes back by itself, and everybody is told what failed and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.images import BUSYBOX, BUSYBOX_2

WEB, DB = "shop/Deployment/web", "shop/Deployment/db"
SOON = {"progressDeadlineSeconds": 4}
NEVER = {"exec": {"command": ["false"]}, "periodSeconds": 1}
EATS = ["sh", "-c", "echo eating; exec tail /dev/zero"]

BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a crash loop": (
        {"command": ["sh", "-c", "echo no such table: hens; exit 7"]},
        ("exit code 7",),
    ),
    "never ready": ({"ready": NEVER}, ("no progress for 4 s", "`false` exited with 1")),
    "out of memory": (
        {"command": EATS, "resources": {"limits": {"memory": "16Mi"}}},
        ("ran out of memory", "16 MiB"),
    ),
    "a missing tag": ({"image": "pullet.test/busybox:gone"}, ("no progress for 4 s", "pull failed")),
    "a missing program": ({"command": ["/bin/nothing"]}, ("no progress for 4 s", "/bin/nothing")),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_push_goes_back(agent: Agent, bad: str) -> None:
    """The old one never stopped; the note, the status and the exit code say what failed."""
    good = agent.follows({"web.yaml": deployment("web", spec=SOON)})
    before = agent.ids()
    how, told = BAD[bad]
    commit = agent.work.deploy({"web.yaml": deployment("web", spec=SOON, **{"image": BUSYBOX_2, **how})})
    status = agent.reaches("rolled-back", commit)
    report = status["workloads"][WEB]
    assert (report["state"], report["ready"], report["wanted"]) == ("rolled-back", 1, 1)
    assert report["failed"]["commit"] == commit
    for word in told:
        assert word in report["failed"]["because"]
    agent.waits(lambda: len(agent.containers()) == 1, "only what was good stands")
    assert agent.ids() == before
    assert agent.stands()[f"{WEB}#0"].commit == good
    assert agent.pullet("status").code == 1


def test_the_last_words_are_kept(agent: Agent) -> None:
    """In the note, so that who pushed can read why without a way to the node."""
    agent.follows({"web.yaml": deployment("web", spec=SOON)})
    how: dict[str, Any] = {"command": ["sh", "-c", "echo no such table: hens; exit 7"]}
    commit = agent.work.deploy({"web.yaml": deployment("web", spec=SOON, **how)})
    agent.reaches("rolled-back", commit)
    agent.waits(lambda: "no such table: hens" in agent.note_text(commit), "the note has the last words")
    assert agent.note_text(commit).startswith(f"{agent.node}: rolled-back, 1 of 1 instances ready")


def runs(agent: Agent) -> list[tuple[str, str]]:
    return [(one.image, one.state) for one in agent.containers()]


def test_what_was_good_is_remembered_by_the_next_agent(agent: Agent) -> None:
    """Killed in between, with Git away and the tag moved on: the same image comes back, from the ledger alone."""
    good = agent.follows({"web.yaml": deployment("web", spec={**SOON, "strategy": {"type": "Recreate"}})})
    before = agent.inspected()["Image"]
    how: dict[str, Any] = {"image": BUSYBOX_2, "ready": NEVER}
    spec = {"progressDeadlineSeconds": 8, "strategy": {"type": "Recreate"}}
    commit = agent.work.deploy({"web.yaml": deployment("web", spec=spec, **how)})
    agent.waits(lambda: {one.image for one in agent.containers()} == {BUSYBOX_2}, "only what is bad stands")
    agent.kill()
    with agent.work.away():
        agent.start()
        agent.reaches("rolled-back", commit)
        agent.waits(lambda: runs(agent) == [(BUSYBOX, "running")], "what was good runs")
    assert agent.inspected()["Image"] == before
    assert agent.stands()[f"{WEB}#0"].commit == good


def test_another_try(agent: Agent) -> None:
    """What failed is left alone until a person says retry."""
    agent.follows({"web.yaml": deployment("web", spec=SOON)})
    gate = {"exec": {"command": ["test", "-e", "/srv/open"]}, "periodSeconds": 1}
    commit = agent.work.deploy({"web.yaml": deployment("web", spec=SOON, image=BUSYBOX_2, ready=gate)})
    agent.reaches("rolled-back", commit)
    agent.waits(lambda: len(agent.containers()) == 1, "only what was good stands")
    assert agent.pullet("retry", WEB).code == 0
    agent.waits(lambda: BUSYBOX_2 in [one.image for one in agent.containers()], "it is tried again")
    agent.reaches("rolled-back", commit)


def test_what_is_committed_together_comes_in_its_order(agent: Agent) -> None:
    """The new one waits for the new one of what it needs, though the old one serves still."""
    after = {"after": DB}
    agent.follows({"db.yaml": deployment("db"), "web.yaml": deployment("web", ours=after)})
    web = agent.stands()[f"{WEB}#0"]
    both: dict[str, Any] = {"image": BUSYBOX_2}
    agent.work.deploy(
        {"db.yaml": deployment("db", ready=NEVER, **both), "web.yaml": deployment("web", ours=after, **both)}
    )
    message = f"needs {DB}#0 to be replaced and ready first"
    agent.waits(lambda: agent.status()["workloads"][WEB]["message"] == message, "waits for the new one")
    assert web in agent.containers()
    agent.follows({"db.yaml": deployment("db", **both)})
    assert {one.image for one in agent.containers()} == {BUSYBOX_2}


def test_who_depends_on_it_is_looked_at_again(agent: Agent) -> None:
    """A change of what comes after it waits while it is bad, serves as it was, and comes when it has gone back."""
    slow = {"progressDeadlineSeconds": 8, "strategy": {"type": "Recreate"}}
    after = {"after": DB}
    agent.follows({"db.yaml": deployment("db", spec=slow), "web.yaml": deployment("web", ours=after)})
    web = agent.stands()[f"{WEB}#0"]
    agent.work.deploy({"db.yaml": deployment("db", spec=slow, image=BUSYBOX_2, ready=NEVER)})
    agent.waits(lambda: BUSYBOX_2 in [one.image for one in agent.containers()], "only what is bad stands")
    commit = agent.work.deploy({"web.yaml": deployment("web", ours=after, image=BUSYBOX_2)})
    message = f"needs {DB}#0 to be ready first"
    agent.waits(lambda: agent.status()["workloads"][WEB]["message"] == message, "waits for what is bad")
    assert web in agent.containers()
    agent.reaches("rolled-back", commit)
    images = {f"{DB}#0": BUSYBOX, f"{WEB}#0": BUSYBOX_2}
    agent.waits(lambda: {one.instance: one.image for one in agent.containers()} == images, "goes on")
    agent.waits(lambda: agent.status()["workloads"][WEB]["state"] == "converged", "is what was asked for")
    assert agent.status()["workloads"][DB]["state"] == "rolled-back"
