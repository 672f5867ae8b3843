"""What people get wrong around a node: a line that says what to do, and never a traceback."""

from __future__ import annotations

import pytest

from tests.lab.agents import Agent, Fleet, pullet
from tests.lab.declare import deployment
from tests.lab.git_servers import git
from tests.lab.images import BUSYBOX_2

NEEDS_SETTINGS = ("run", "once", "plan", "status", "history", "sync", "pause", "resume", "accept")


def arguments(verb: str) -> tuple[str, ...]:
    return ("main",) if verb == "accept" else ()


def spoil(agent: Agent, how: str) -> str:
    """Make the settings unusable; what every verb must say then."""
    match how:
        case "missing":
            agent.file.unlink()
            return f"{agent.file} does not exist"
        case "a directory":
            agent.file.unlink()
            agent.file.mkdir()
            return f"{agent.file} cannot be read"
        case "no YAML":
            agent.file.write_text("node: edge\nrepo: {url: [\n")
            return f"{agent.file}:"
        case "a list":
            agent.file.write_text("- node\n")
            return str(agent.file)
        case "an unknown key":
            agent.file.write_text(agent.file.read_text() + "colour: red\n")
            return f"{agent.file}:{len(agent.file.read_text().splitlines())}"
        case _:
            raise AssertionError(how)


@pytest.mark.parametrize("how", ["missing", "a directory", "no YAML", "a list", "an unknown key"])
def test_settings_that_cannot_be_used(fleet: Fleet, how: str) -> None:
    """Which file and why, and exit 1."""
    agent = fleet.agent()
    said = spoil(agent, how)
    done = agent.pullet("run")
    assert done.code == 1
    assert said in done.err


def test_every_verb_minds_its_settings(fleet: Fleet) -> None:
    """Whichever verb needs them says the same of a mistake in them."""
    agent = fleet.agent()
    said = spoil(agent, "an unknown key")
    for verb in NEEDS_SETTINGS:
        done = agent.pullet(verb, *arguments(verb))
        assert (verb, done.code, said in done.err) == (verb, 1, True), done.err


def test_a_variable_outranks_the_file(fleet: Fleet) -> None:
    """`PULLET_CONFIG` names the settings and `PULLET_REPO__BRANCH` the branch that is followed."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": deployment("web")})
    git(fleet.work.path, "checkout", "--quiet", "-b", "next")
    fleet.work.commit({"web.yaml": deployment("web", image=BUSYBOX_2)})
    fleet.work.push(branch="next")
    assert agent.pullet("once").code == 0
    environment = {"PULLET_CONFIG": str(agent.file), "PULLET_REPO__BRANCH": "next"}
    assert pullet("once", environment=environment).code == 0
    assert [one.image for one in agent.stands().values()] == [BUSYBOX_2]


def test_an_engine_that_is_not_there(fleet: Fleet) -> None:
    """`once` gives up with the address; the agent waits for it."""
    agent = fleet.agent(settings={"engine": f"unix://{fleet.home}/no.sock"})
    fleet.work.deploy({"web.yaml": deployment("web")})
    done = agent.pullet("once", "--timeout", "2")
    assert done.code == 1
    assert f"{fleet.home}/no.sock" in done.err
    agent.change({"engine": agent.engine.url})
    assert agent.pullet("once").code == 0


def test_two_agents_with_one_state(agent: Agent) -> None:
    """The second is refused and names the first."""
    assert agent.process is not None
    second = agent.pullet("run")
    assert second.code == 1
    assert str(agent.process.pid) in second.err
    assert agent.process.poll() is None


def test_an_address_that_is_taken(fleet: Fleet) -> None:
    """An agent that cannot listen says where, and ends."""
    first = fleet.agent("a").start()
    second = fleet.agent("b", {"status": {"listen": first.settings["status"]["listen"]}})
    done = second.pullet("run")
    assert done.code == 1
    assert first.settings["status"]["listen"] in done.err


def test_status_beyond_loopback_needs_a_token(fleet: Fleet) -> None:
    """Status tells a lot: no address that others reach without one."""
    agent = fleet.agent(settings={"status": {"listen": "0.0.0.0:0"}})
    done = agent.pullet("run")
    assert done.code == 1
    assert "token" in done.err


@pytest.mark.parametrize("spot", ["words", "ledger.json"])
def test_a_state_directory_in_disorder(fleet: Fleet, spot: str) -> None:
    """A file where a directory should be, or the other way round, is named; nothing is guessed or removed."""
    agent = fleet.agent()
    fleet.work.deploy({"web.yaml": deployment("web")})
    agent.state.mkdir()
    if spot == "ledger.json":
        (agent.state / spot).mkdir()
    else:
        (agent.state / spot).write_text("")
    done = agent.pullet("once", "--timeout", "10")
    assert done.code == 1
    assert str(agent.state / spot) in done.err
    assert (agent.state / spot).exists()
