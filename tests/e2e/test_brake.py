"""Prune has a brake: a commit that would empty a node waits for a person's word."""

from __future__ import annotations

import pytest

from tests.lab.agents import Agent
from tests.lab.declare import deployment

NAMES = ("web", "api", "db", "log", "job")
REMOVAL: dict[str, str | None] = {f"{name}.yaml": None for name in NAMES[1:]}


@pytest.fixture
def five(agent: Agent) -> Agent:
    """An agent with five workloads."""
    agent.follows({f"{name}.yaml": deployment(name) for name in NAMES})
    return agent


def only_web(agent: Agent, before: dict[str, str]) -> bool:
    return agent.ids() == {"shop/Deployment/web#0": before["shop/Deployment/web#0"]}


def test_most_of_a_node_is_not_removed_by_a_commit_alone(five: Agent) -> None:
    """Four of five gone is held, with what to do; what else the commit says is done."""
    before = five.ids()
    commit = five.work.deploy({**REMOVAL, "web.yaml": deployment("web", 2)})
    status = five.reaches("held", commit)
    assert "4 of 5" in status["message"]
    assert "Pullet-Prune: yes" in status["message"]
    five.runs(*before, "shop/Deployment/web#1")
    assert before.items() <= five.ids().items()
    five.notes("held", commit)


def test_a_trailer_releases_it(five: Agent) -> None:
    """The commit's own message may say that it is meant."""
    before = five.ids()
    five.follows(REMOVAL, "Close the shop\n\nPullet-Prune: yes")
    assert only_web(five, before)


def test_a_later_trailer_releases_it(five: Agent) -> None:
    """A held removal is released by a next commit that says so."""
    before = five.ids()
    five.reaches("held", five.work.deploy(REMOVAL))
    five.follows({}, "Yes, really\n\nPullet-Prune: yes")
    assert only_web(five, before)


def test_a_word_on_the_node_releases_it(five: Agent) -> None:
    """`pullet accept` of the held revision, also by its short name, and of no other."""
    before = five.ids()
    older = five.work.head
    commit = five.work.deploy(REMOVAL)
    five.reaches("held", commit)
    assert five.pullet("accept", older).code == 0
    assert five.pullet("accept", "nonsense").code == 1
    assert five.pullet("sync").code == 0
    assert five.ids() == before
    done = five.pullet("accept", commit[:10])
    assert (done.code, commit[:10] in done.out) == (0, True)
    five.reaches("converged", commit)
    assert only_web(five, before)


def test_few_may_go(five: Agent) -> None:
    """Three at a time need no word."""
    five.follows(dict.fromkeys(list(REMOVAL)[:3]))
    assert set(five.stands()) == {"shop/Deployment/web#0", "shop/Deployment/job#0"}
