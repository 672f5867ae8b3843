"""Blue/green that waits for a person, and a canary that goes back, as who looks after a node sees them."""

from __future__ import annotations

import re
from typing import Any

from tests.lab.agents import Agent, Done, Standing, pullet
from tests.lab.declare import deployment
from tests.lab.images import BUSYBOX, BUSYBOX_2

WEB, PEER = "shop/Deployment/web", "shop/Deployment/peer#0"
BLUE_GREEN = {"strategy": "blue-green", "promotion": "manual"}
CANARY = {"strategy": "canary", "canary-steps": "1, pause", "canary-check": "exec: test -e /srv/good"}


def of_web(agent: Agent, image: str) -> list[Standing]:
    return [one for one in agent.containers() if one.instance.startswith(f"{WEB}#") and one.image == image]


def rollout_status(agent: Agent, *options: str) -> Done:
    return pullet("rollout", "status", WEB, "--config", str(agent.file), *options)


def told(agent: Agent) -> dict[str, Any]:
    (rollout,) = rollout_status(agent, "-o", "json").json["rollouts"]
    return dict(rollout)


def behind_the_name(agent: Agent) -> set[str]:
    """The addresses that a neighbour gets for the name `web`."""
    _, said = agent.inside(PEER, "nslookup", "-type=a", "web")
    return set(re.findall(r"^Address(?: \d+)?: ([0-9.]+)$", said.partition("Name:")[2], re.MULTILINE))


def addresses(agent: Agent, containers: list[Standing]) -> set[str]:
    inspected = [agent.engine.client.inspect_container(one.id) for one in containers]
    return {each["IPAddress"] for one in inspected for each in one["NetworkSettings"]["Networks"].values()}


def test_a_green_set_waits_for_a_word(agent: Agent) -> None:
    """All of it stands ready beside the blue one, and nobody reaches it by name; promoted, it serves alone."""
    agent.follows({"web.yaml": deployment("web", 2, ours=BLUE_GREEN), "peer.yaml": deployment("peer")})
    blue = of_web(agent, BUSYBOX)
    early = agent.pullet("promote", "web")
    assert (early.code, "does not wait to be promoted" in early.err) == (1, True), early.text
    green = agent.work.deploy({"web.yaml": deployment("web", 2, ours=BLUE_GREEN, image=BUSYBOX_2)})
    agent.notes("held", green)
    held = told(agent)
    assert (held["updated"], held["ready"], held["ended"]) == (2, 2, True)
    assert f"pullet promote {WEB}" in held["because"]
    assert rollout_status(agent).code == 1
    assert {one.state for one in of_web(agent, BUSYBOX_2)} == {"running"}
    assert of_web(agent, BUSYBOX) == blue
    assert behind_the_name(agent) == addresses(agent, blue)
    assert agent.pullet("promote", "web").code == 0
    ended = rollout_status(agent, "--watch")
    assert (ended.code, "converged" in ended.out.splitlines()[-1]) == (0, True), ended.text
    agent.reaches("converged", green)
    assert of_web(agent, BUSYBOX) == []
    assert behind_the_name(agent) == addresses(agent, of_web(agent, BUSYBOX_2))


def test_a_canary_whose_check_fails_goes_back(agent: Agent) -> None:
    """What it has not replaced yet never stopped; the state, the note and the exit code say what the check said."""
    agent.follows({"web.yaml": deployment("web", 2, ours=CANARY)})
    kept = agent.ids()[f"{WEB}#1"]
    commit = agent.work.deploy({"web.yaml": deployment("web", 2, ours=CANARY, image=BUSYBOX_2)})
    agent.waits(lambda: "its check: `test" in told(agent)["because"], "waits for the check")
    assert agent.pullet("promote", "web").code == 1
    assert [one.instance for one in of_web(agent, BUSYBOX_2)] == [f"{WEB}#0"]
    note = agent.notes("rolled-back", commit)
    failed = note["workloads"][WEB]["failed"]
    assert (failed["commit"], "the canary's check failed" in failed["because"]) == (commit, True), failed
    ended = rollout_status(agent, "--watch")
    assert (ended.code, failed["because"] in ended.out.splitlines()[-1]) == (1, True), ended.text
    agent.reaches("rolled-back", commit)
    assert of_web(agent, BUSYBOX_2) == []
    assert sorted(agent.ids()) == [f"{WEB}#0", f"{WEB}#1"]
    assert agent.ids()[f"{WEB}#1"] == kept
