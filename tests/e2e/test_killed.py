"""`kill -9` of the agent at every point of its work: the next one carries on, and nothing is doubled or lost."""

from __future__ import annotations

import itertools

import pytest

from tests.lab.agents import Agent, Fleet
from tests.lab.declare import deployment
from tests.lab.pods import clear_node
from tests.lab.proxy import Moment, Trap, tapped
from tests.lab.wait import eventually

WEB, LEFT, RIGHT = (f"shop/Deployment/{name}" for name in ("web", "left", "right"))
MOMENTS = pytest.mark.parametrize("moment", ["before", "after"])


def generation(number: int) -> dict[str, str]:
    """From one to the next: one instance is replaced, one workload scaled up and the other down, by one."""
    odd = number % 2
    return {
        "web.yaml": deployment("web", env=[{"name": "GENERATION", "value": str(number)}]),
        "left.yaml": deployment("left", 1 + odd),
        "right.yaml": deployment("right", 2 - odd),
    }


def wanted(number: int) -> set[str]:
    odd = number % 2
    return {f"{WEB}#0", f"{LEFT}#0", f"{RIGHT}#0", f"{LEFT if odd else RIGHT}#1"}


def runs_into(agent: Agent, commit: str, number: int, moment: Moment) -> bool:
    """Whether the agent was killed at its `number`-th change; if not, it has converged."""
    trap = Trap(number, moment, agent.kill)
    with tapped(agent.engine.url, trap) as tap:
        agent.change({"engine": tap.url})
        agent.launch()
        eventually(
            lambda: trap.sprung or _done(agent, commit), 60, f"killed at change {number}, or converged"
        )
        if not trap.sprung:
            agent.kill()
    agent.change({"engine": agent.engine.url})
    return trap.sprung


def _done(agent: Agent, commit: str) -> bool:
    status = agent.status()
    return bool(status) and (status["state"], status["commit"]) == ("converged", commit)


@MOMENTS
def test_killed_at_every_change_of_a_rollout(fleet: Fleet, moment: Moment) -> None:
    """A replacement, a removal and a scale-up, cut at each of their eight calls: all is as wanted, once."""
    agent = fleet.agent()
    fleet.work.deploy(generation(0))
    assert agent.pullet("once").code == 0
    constant = {name: agent.ids()[name] for name in (f"{LEFT}#0", f"{RIGHT}#0")}
    fleet.engine.client.create_volume(f"precious-{agent.node}")
    try:
        for number in itertools.count(1):
            commit = fleet.work.deploy(generation(number))
            killed = runs_into(agent, commit, number, moment)
            done = agent.pullet("once")
            assert done.code == 0, f"change {number}: {done.text}"
            ids = agent.ids()
            assert ids.keys() == wanted(number), f"change {number}"
            assert constant.items() <= ids.items()
            assert agent.inside(f"{WEB}#0", "sh", "-c", "echo $GENERATION") == (0, f"{number}\n")
            assert agent.networks() == {"shop"}
            if not killed:
                break
    finally:
        fleet.engine.client.remove_volume(f"precious-{agent.node}")
    assert number == 9


def test_killed_after_every_change_from_nothing(fleet: Fleet) -> None:
    """The first network and the first container: made once, whichever call was the last of a life."""
    agent = fleet.agent()
    commit = fleet.work.deploy({"web.yaml": deployment("web")})
    for number in itertools.count(1):
        killed = runs_into(agent, commit, number, "after")
        done = agent.pullet("once")
        assert done.code == 0, f"change {number}: {done.text}"
        assert agent.ids().keys() == {f"{WEB}#0"}
        assert agent.networks() == {"shop"}
        clear_node(fleet.engine.client, agent.node)
        if not killed:
            break
    assert number == 4


def test_killed_while_many_start(fleet: Fleet) -> None:
    """Killed in the middle of twelve starts side by side, several times: twelve run, each once."""
    agent = fleet.agent()
    commit = fleet.work.deploy({"web.yaml": deployment("web", 12)})
    for number in (5, 7, 9):
        assert runs_into(agent, commit, number, "after")
    assert agent.pullet("once").code == 0
    assert agent.ids().keys() == {f"{WEB}#{ordinal}" for ordinal in range(12)}


def test_a_state_that_was_cut_off_is_no_obstacle(fleet: Fleet) -> None:
    """What a crash leaves half written below the state directory does not keep the next agent from starting."""
    agent = fleet.agent().start()
    agent.follows({"web.yaml": deployment("web")})
    before = agent.ids()
    agent.kill()
    (agent.state / "ledger.json").write_text('{"followed": [{"com')
    (agent.state / "ledger.new").write_text("{")
    (agent.state / "mirror.git" / "shallow.lock").write_text("")
    (agent.state / "mirror.git" / "packed-refs.lock").write_text("")
    agent.start()
    agent.follows({"web.yaml": deployment("web", 2)})
    assert before.items() <= agent.ids().items()
