"""The lab's machine has a systemd that does what the units count on, shown with a stand-in for the agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pullet.cli._units import rendered
from tests.lab.engine import LabEngine
from tests.lab.systemd import Machine, machine
from tests.lab.wait import eventually

STAND_IN = """#!/opt/pullet/bin/python
import time
from pullet import notify

notify.ready()
notify.status("turning")
while True:
    notify.turning()
    time.sleep(0.1)
"""
IMPATIENT = "[Service]\nWatchdogSec=1\nTimeoutAbortSec=1\nRestartSec=100ms\n"
FETCH = """#!/bin/sh
set -e
export GIT_SSH_COMMAND='ssh -i /root/.ssh/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/var/lib/pullet/known'
git init --quiet --bare /var/lib/pullet/mirror.git
cd /var/lib/pullet/mirror.git
git fetch --quiet ssh://root@127.0.0.1/srv/fleet.git '+refs/heads/*:refs/heads/*'
git fsck --strict
/opt/pullet/bin/python - <<END
import docker, git, prometheus_client, pydantic, starlette, tenacity, uvicorn, watchfiles, yaml
docker.APIClient("unix:///var/run/docker.sock", version="1.41").ping()
END
for path in /etc/pullet/written /srv/fleet.git/written /usr/written; do
    if touch "$path" 2>/dev/null; then echo "$path could be written"; exit 1; fi
done
exec /opt/stand-in
"""


@pytest.fixture(scope="module")
def booted(engine: LabEngine) -> Iterator[Machine]:
    with machine(engine) as one:
        yield one


@pytest.fixture
def service(booted: Machine) -> Iterator[Machine]:
    """The shipped unit, with a stand-in that feeds its watchdog, not started yet."""
    command, config = Path("/opt/stand-in"), Path("/etc/pullet/agent.yaml")
    booted.write("/opt/stand-in", STAND_IN, 0o755)
    booted.write(
        "/etc/systemd/system/pullet.service", rendered("pullet.service", command=command, config=config)
    )
    booted.write("/etc/systemd/system/pullet.service.d/impatient.conf", IMPATIENT)
    booted.run("systemctl", "daemon-reload")
    yield booted
    booted.run("systemctl", "stop", "pullet.service", check=False)


def test_the_engine_of_the_machine_answers_in_it(booted: Machine) -> None:
    """The private engine is the machine's own, at the usual socket."""
    ask = "import docker; print(docker.APIClient('unix:///var/run/docker.sock', version='1.41').info()['ID'])"
    assert booted.run("/opt/pullet/bin/python", "-c", ask).output.strip() == booted.engine.client.info()["ID"]


def test_ready_is_what_start_waits_for(service: Machine) -> None:
    """The service is active once it said so, and its status line is shown."""
    service.run("systemctl", "start", "pullet.service")
    assert service.is_active("pullet.service")
    eventually(
        lambda: service.property("pullet.service", "StatusText") == "turning", 5, "the status is shown"
    )


def test_a_silent_process_is_killed_and_restarted(service: Machine) -> None:
    """A process that stands still misses its watchdog, leaves its stack in the journal, and is started again."""
    service.run("systemctl", "start", "pullet.service")
    process = service.property("pullet.service", "MainPID")
    service.run("kill", "-STOP", process)
    eventually(lambda: service.property("pullet.service", "NRestarts") != "0", 30, "it was restarted")
    eventually(lambda: service.is_active("pullet.service"), 10, "it is active again")
    assert service.property("pullet.service", "MainPID") != process
    journal = service.journal("pullet.service")
    assert "Failed with result 'watchdog'" in journal
    assert "Fatal Python error: Aborted" in journal


def test_the_sandbox_lets_the_agent_work(service: Machine) -> None:
    """Git over ssh, the engine's socket and every library work in it; what is not the agent's is read-only."""
    service.run("sh", "-ec", SSH_REPOSITORY)
    service.write("/opt/fetch", FETCH, 0o755)
    unit = rendered("pullet.service", command=Path("/opt/fetch"), config=Path("/etc/pullet/agent.yaml"))
    service.write("/etc/systemd/system/pullet.service", unit)
    service.run("systemctl", "daemon-reload")
    started = service.run("systemctl", "start", "pullet.service", check=False)
    assert started.exit_code == 0, service.journal("pullet.service")


SSH_REPOSITORY = """
    mkdir -p /run/sshd /root/.ssh
    systemctl start ssh.service
    [ -e /root/.ssh/id ] || ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id
    cp /root/.ssh/id.pub /root/.ssh/authorized_keys
    git init --quiet --initial-branch main /srv/fleet
    git -C /srv/fleet -c user.name=test -c user.email=test@example.invalid commit --quiet --allow-empty -m one
    git clone --quiet --bare /srv/fleet /srv/fleet.git
"""
