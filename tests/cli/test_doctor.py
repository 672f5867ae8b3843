"""`pullet doctor` on nodes where something is really wrong: it says what, and what to do."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pullet.cli.examine import Level, examine
from tests.cli.conftest import FLEET
from tests.lab.agents import Agent, Done, Fleet, new_fleet
from tests.lab.declare import deployment, node
from tests.lab.engine import LabEngine
from tests.lab.git_servers import git_daemon, http_server, ssh_key, ssh_server
from tests.lab.users import nobody

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def fleet(engine: LabEngine, tmp_path: Path) -> Iterator[Fleet]:
    with new_fleet(tmp_path, engine) as fleet:
        fleet.work.deploy({"nodes/a.yaml": node(fleet.node())}, "Start the fleet")
        yield fleet


@pytest.fixture
def patient(fleet: Fleet) -> Agent:
    """A node where all is well, but for its agent, which does not run."""
    return fleet.agent()


def findings(done: Done) -> dict[str, tuple[str, str]]:
    """Level and message with hint, by subject."""
    assert done.err == ""
    return {
        one["subject"]: (one["level"], f"{one['message']} → {one['hint']}") for one in done.json["findings"]
    }


def finding(patient: Agent, subject: str, settings: Mapping[str, Any] | None = None, code: int = 1) -> str:
    """The bad finding about this subject, when these settings are laid over the patient's."""
    patient.change(settings or {})
    done = patient.pullet("doctor", "-o", "json")
    level, text = findings(done)[subject]
    assert (level, done.code) == ("bad" if code else "warn", code)
    return text


def test_a_healthy_node(patient: Agent) -> None:
    """Everything is good, in the order in which one thing needs the other; exit 0."""
    patient.start()
    patient.reaches("converged")
    done = patient.pullet("doctor")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[:2] for line in done.out.splitlines()] == [
        ["good", subject]
        for subject in ("settings", "policy", "disk", "engine", "repository", "clock", "notes", "agent")
    ]


def test_no_agent(patient: Agent) -> None:
    """A warning: it may not be installed yet, and what else is wrong comes first."""
    said = finding(patient, "agent", code=0)
    assert "Connection refused" in said
    assert "systemctl status pullet" in said


def test_an_agent_in_trouble(patient: Agent) -> None:
    """Its state and reason are repeated here."""
    patient.start()
    patient.work.deploy({"web.yaml": "kind: [\n"})
    patient.reaches("refused")
    assert "refused at" in finding(patient, "agent", code=0)


def test_settings_with_a_mistake(patient: Agent) -> None:
    """Nothing else can be looked at."""
    patient.change({"brunch": "main"})
    done = patient.pullet("doctor", "-o", "json")
    assert (done.code, list(findings(done))) == (1, ["settings"])
    assert "brunch: unknown key" in findings(done)["settings"][1]


def test_a_policy_with_a_mistake(patient: Agent) -> None:
    """With its place."""
    policy = patient.home / "policy.yaml"
    policy.write_text("privileged: perhaps\n")
    assert "policy.yaml:1:13" in finding(patient, "policy", {"policy_file": str(policy)})
    policy.unlink()
    assert "does not exist" in finding(patient, "policy")


def test_no_engine(patient: Agent) -> None:
    """Where it was looked for, and how to look at it."""
    said = finding(patient, "engine", {"engine": f"unix://{patient.home}/none.sock"})
    assert said.startswith(f"no engine answers at unix://{patient.home}/none.sock → ")
    assert "systemctl status docker" in said


@AS_ROOT
def test_no_right_to_the_socket(engine: LabEngine) -> None:
    """Another user learns which group it takes."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o777)
        file = Path(name, "agent.yaml")
        settings = f"{{repo: {{url: {name}/none.git}}, engine: '{engine.url}', state: {name}/%s}}\n"
        file.write_text(settings % "of-root")
        found = {one.subject: one for one in examine(file)}
        assert found["engine"].level is Level.GOOD  # and whatever is imported late is, before rights are gone
        file.write_text(settings % "of-nobody")
        with nobody():
            found = {one.subject: one for one in examine(file)}
    assert found["engine"].level is Level.BAD
    assert "no permission" in found["engine"].message
    assert "group docker" in found["engine"].hint


def test_no_repository(patient: Agent) -> None:
    """What rests on it is left out."""
    said = finding(patient, "repository", {"repo": {"url": f"{patient.home}/none.git"}})
    assert "there is no repository at" in said
    assert "check repo.url" in said
    assert "notes" not in findings(patient.pullet("doctor", "-o", "json"))


def test_no_such_branch(patient: Agent) -> None:
    """With those that there are."""
    said = finding(patient, "repository", {"repo": {"branch": "prod"}})
    assert "has no branch prod → push it, or set repo.branch to one that exists: main" in said


def test_no_such_directory(patient: Agent) -> None:
    """The branch is there, and what it should hold is not."""
    assert "has no directory apps → what runs stays; check repo.path" in finding(
        patient, "repository", {"repo": {"path": "apps"}}
    )


def test_an_empty_repository(fleet: Fleet, tmp_path: Path) -> None:
    """A beginning, and no mistake."""
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "empty.git"], check=True)
    patient = fleet.agent()
    said = finding(patient, "repository", {"repo": {"url": str(tmp_path / "empty.git")}}, code=0)
    assert "it has no commit yet" in said


@pytest.mark.skipif(not Path("/usr/sbin/sshd").exists(), reason="needs OpenSSH's server")
def test_the_wrong_key(patient: Agent, tmp_path: Path) -> None:
    """Whose public part must be registered where."""
    ours, theirs = ssh_key(tmp_path / "ours"), ssh_key(tmp_path / "theirs")
    with ssh_server(tmp_path / "sshd", theirs) as url:
        there = {"url": f"{url}{patient.work.bare}", "ssh_key_file": str(ours)}
        said = finding(patient, "repository", {"repo": there})
        assert "does not accept the ssh key" in said
        assert "give the public part of repo.ssh_key_file access" in said
        theirs.chmod(0o644)
        there["ssh_key_file"] = str(theirs)
        assert "chmod 600" in finding(patient, "repository", {"repo": there})


def test_the_wrong_token(patient: Agent, tmp_path: Path) -> None:
    """Which file it is in; never the token itself."""
    token = tmp_path / "token"
    token.write_text("expired-token\n")
    with http_server(patient.work.bare.parent, token="right-token") as url:
        there = {"url": f"{url}/{patient.work.bare.name}", "token_file": str(token)}
        said = finding(patient, "repository", {"repo": there})
    assert "does not accept the credentials" in said
    assert "check the token in repo.token_file" in said
    assert "expired" not in said


def test_notes_that_are_refused(patient: Agent) -> None:
    """A repository that may only be read, and the two ways out; with notes off there is nothing to refuse."""
    with git_daemon(patient.work.bare.parent, writable=False) as url:
        there = {"repo": {"url": f"{url}/{patient.work.bare.name}"}}
        assert "set status.notes: local" in finding(patient, "notes", there)
        patient.change({"status": {"notes": "local"}})
        done = patient.pullet("doctor", "-o", "json")
        assert findings(done)["notes"] == ("good", "status.notes is local, nothing is pushed → ")


def test_a_clock_that_is_behind(patient: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit from tomorrow means that this clock is wrong, or the committer's."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{time.time() + 86400:.0f} +0000")
    patient.work.deploy(FLEET)
    said = finding(patient, "clock")
    assert "s in this node's future" in said
    assert "set the clock" in said


@AS_ROOT
def test_a_small_disk(patient: Agent, tmp_path: Path) -> None:
    """Less than a gibibyte is a warning."""
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small], check=True)
    try:
        said = finding(patient, "disk", {"state": str(small / "state")}, code=0)
    finally:
        subprocess.run(["umount", small], check=True)
    assert said == f"0.0 GiB free below {small} → make room: images and the mirror need it"


def test_no_place_for_the_state(patient: Agent) -> None:
    """Whose directory it must be."""
    (patient.home / "file").write_text("")
    said = finding(patient, "repository", {"state": f"{patient.home}/file/state"})
    assert "the state directory" in said


def test_a_table_for_people(patient: Agent) -> None:
    """What to do stands below what is wrong, and the columns are aligned."""
    patient.change({"repo": {"branch": "prod"}})
    lines = patient.pullet("doctor").out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("bad   repository"))
    assert lines[at + 1].startswith(" " * 19 + "→ push it")


def test_looking_changes_nothing(patient: Agent) -> None:
    """No container, no note, and the agent's own work is not disturbed."""
    patient.start()
    commit = patient.follows({"web.yaml": deployment("web"), "nodes/a.yaml": node(patient.node)})
    before, note = patient.ids(), patient.notes("converged", commit)
    assert patient.pullet("doctor").code == 0
    assert (patient.ids(), patient.note(commit)) == (before, note)
