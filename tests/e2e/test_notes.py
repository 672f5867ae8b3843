"""What came of a commit, written back onto it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import yaml

from tests.lab.agents import Fleet
from tests.lab.declare import deployment
from tests.lab.git_servers import git
from tests.lab.wait import eventually


def history(bare: Path, node: str) -> list[str]:
    """The commits of a node's notes, oldest first; each is one write."""
    return git(bare, "rev-list", "--reverse", f"refs/notes/pullet/{node}").split()


def test_a_note_reads_as_described(fleet: Fleet) -> None:
    """A line for people, a blank one, YAML with the keys of the contract; on the commit, in the node's own ref."""
    agent = fleet.agent().start()
    commit = agent.follows({"web.yaml": deployment("web", 2)})
    agent.notes("converged", commit)
    first, blank, body = agent.note_text(commit).split("\n", 2)
    assert first.startswith(f"{agent.node}: converged, 2 of 2 instances ready, ")
    assert first.endswith("s")
    assert blank == ""
    note = yaml.safe_load(body)
    assert list(note) == ["node", "commit", "state", "since", "workloads", "problems"]
    assert (note["node"], note["commit"], note["state"], note["problems"]) == (
        agent.node,
        commit,
        "converged",
        [],
    )
    assert datetime.fromisoformat(note["since"]).tzinfo == UTC
    assert note["since"].endswith("Z")
    (hash_,) = {one.hash for one in agent.stands().values()}
    assert note["workloads"] == {
        "shop/Deployment/web": {"state": "converged", "ready": 2, "wanted": 2, "hash": hash_, "message": ""}
    }
    shown = git(fleet.work.bare, "log", "-1", "--notes=pullet/*", "main")
    assert f"Notes (pullet/{agent.node}):" in shown
    assert git(fleet.work.bare, "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        f"refs/notes/pullet/{agent.node}",
    ]


def test_notes_are_no_heartbeat(fleet: Fleet) -> None:
    """A state is written once, and nothing more while nothing changes, also by an agent that begins anew."""
    agent = fleet.agent().start()
    commit = agent.follows({"web.yaml": deployment("web")})
    agent.notes("converged", commit)
    written = history(fleet.work.bare, agent.node)
    states = [
        yaml.safe_load(git(fleet.work.bare, "show", f"{one}:{commit}").partition("\n\n")[2])["state"]
        for one in written
    ]
    assert states[-1] == "converged"
    assert len(states) == len(set(states)) <= 2
    ticks = ticks_of(agent.ask("/metrics").text)
    for _ in range(3):
        agent.pullet("sync")
    eventually(lambda: ticks_of(agent.ask("/metrics").text) >= ticks + 3, 60, "three more ticks")
    agent.stop()
    agent.start().reaches("converged", commit)
    agent.stop()
    assert agent.pullet("once").code == 0
    assert history(fleet.work.bare, agent.node) == written


def ticks_of(metrics: str) -> float:
    (line,) = (line for line in metrics.splitlines() if line.startswith("pullet_ticks_total "))
    return float(line.split()[1])


def test_three_agents_at_the_same_moment(fleet: Fleet) -> None:
    """Each pushes its note when the others do, commit after commit, and none is lost."""
    agents = [fleet.agent(name).start() for name in "abc"]
    commits = []
    for replicas in (1, 2, 1, 2):
        commits.append(fleet.work.deploy({"web.yaml": deployment("web", replicas)}))
        for agent in agents:
            agent.reaches("converged", commits[-1])
    for agent in agents:
        for commit in commits:
            agent.notes("converged", commit)
        assert agent.stop() == 0
    assert git(fleet.work.bare, "fsck", "--strict") == ""
    shown = git(fleet.work.bare, "log", "--notes=pullet/*", "main")
    assert shown.count(": converged, ") == len(agents) * len(commits)


def test_a_repository_that_refuses_the_push(fleet: Fleet) -> None:
    """One clear warning, however many notes; everything else works, and the notes are there when it is lifted."""
    hook = fleet.work.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nif grep -q refs/notes/; then echo no notes, please >&2; exit 1; fi\n")
    hook.chmod(0o755)
    agent = fleet.agent().start()
    commits = [agent.follows({"web.yaml": deployment("web", replicas)}) for replicas in (1, 2, 3)]
    eventually(lambda: agent.log("note_not_pushed"), 30, "the agent says so")
    assert len(agent.log("note_not_pushed")) == 1
    assert "pre-receive hook declined" in agent.log("note_not_pushed")[0]["because"]
    assert [agent.note_text(commit) for commit in commits] == ["", "", ""]
    assert agent.ask("/readyz").status == 200
    hook.unlink()
    commits.append(agent.follows({"web.yaml": deployment("web", 2)}))
    for commit in commits:
        agent.notes("converged", commit)


def test_notes_stay_here_if_so_wanted(fleet: Fleet) -> None:
    """`notes: local` pushes none and `off` writes none; both follow as ever."""
    for name, mode in (("a", "local"), ("b", "off")):
        fleet.agent(name, {"status": {"notes": mode}}).start()
    commit = fleet.work.deploy({"web.yaml": deployment("web")})
    for agent in fleet.agents:
        agent.reaches("converged", commit)
        assert agent.stop() == 0
    assert git(fleet.work.bare, "for-each-ref", "refs/notes") == ""
    local, off = (git(agent.state / "mirror.git", "for-each-ref", "refs/notes") for agent in fleet.agents)
    assert f"refs/notes/pullet/{fleet.node('a')}" in local
    assert off == ""


def test_secrets_are_told_nowhere(fleet: Fleet) -> None:
    """A Secret's value is in the container, and in no note, status, log, label, plan or file of the agent's."""
    secret = "correct-horse-battery"
    manifest = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: shop}\n"
        f"stringData: {{KEY: {secret}}}\n"
    )
    agent = fleet.agent().start()
    web = deployment("web", envFrom=[{"secretRef": {"name": "keys"}}])
    commit = agent.follows({"web.yaml": web, "keys.yaml": manifest})
    agent.notes("converged", commit)
    (container,) = agent.ids().values()
    assert agent.inside("shop/Deployment/web#0", "sh", "-c", "echo $KEY") == (0, f"{secret}\n")
    assert secret not in str(agent.engine.client.inspect_container(container)["Config"]["Labels"])
    told = [agent.note_text(commit), str(agent.status()), agent.tail(), agent.ask("/metrics").text]
    told += [agent.ask("/").text, agent.pullet("plan", "-o", "json").text, agent.pullet("status").text]
    told += [(agent.state / "ledger.json").read_text()]
    assert not [text for text in told if secret in text]
    for folder, _, files in os.walk(agent.state):
        for file in files:
            path = Path(folder, file)
            assert stat.S_ISLNK(path.lstat().st_mode) or secret.encode() not in path.read_bytes()
