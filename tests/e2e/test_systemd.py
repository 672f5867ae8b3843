"""The installed agent as a service of a host with a real systemd."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.engine import LabEngine
from tests.lab.git_servers import Work, bare_repository
from tests.lab.images import BUSYBOX
from tests.lab.systemd import Machine, machine
from tests.lab.wait import eventually

NODE = "edge-1"
IMPATIENT = "[Service]\nWatchdogSec=3\nTimeoutAbortSec=2\nRestartSec=200ms\n"
OFTEN = "[Timer]\nOnActiveSec=0\nOnUnitInactiveSec=1s\nRandomizedDelaySec=0\n"
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - {{name: web, image: {image}, imagePullPolicy: IfNotPresent, command: [sleep, "10000"]}}
"""


@dataclass(frozen=True)
class Host:
    """A machine that mounts a bare repository of this test's at /srv/fleet.git."""

    machine: Machine
    work: Work

    def install(self, *options: str) -> str:
        command = ("pullet", "install", "--repo", "/srv/fleet.git", "--node", NODE, *options)
        done = self.machine.run(*command, check=False)
        assert done.exit_code == 0, f"{done.output}\n{self.machine.journal('pullet*')}"
        return done.output

    def push(self, replicas: int) -> None:
        self.work.deploy({"web.yaml": WEB.format(replicas=replicas, image=BUSYBOX)}, f"run {replicas}")

    def note(self) -> str:
        """What the node wrote on the commit in the repository, empty while there is none."""
        note = ["git", "-C", str(self.work.bare), "notes", f"--ref=pullet/{NODE}", "show", "main"]
        return subprocess.run(note, capture_output=True, text=True, check=False).stdout

    def running(self) -> set[str]:
        """The ids of the containers that Pullet made for this node."""
        filters = {"label": f"pullet.dev/node={NODE}"}
        return {found["Id"] for found in self.machine.engine.client.containers(filters=filters)}

    def settled(self, count: int, unit: str) -> set[str]:
        """Their ids, once so many run; the unit's journal when they never do."""
        try:
            eventually(lambda: len(self.running()) == count, 60, f"{count} containers run")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.machine.journal(unit)}") from None
        return self.running()


@pytest.fixture
def host(engine: LabEngine, tmp_path: Path) -> Iterator[Host]:
    """With one container declared, and nothing installed yet."""
    bare = bare_repository(tmp_path / "fleet.git")
    try:
        with machine(engine, mounts={bare: "/srv/fleet.git"}) as booted:
            booted.write("/etc/systemd/system/pullet.service.d/impatient.conf", IMPATIENT)
            booted.write("/etc/systemd/system/pullet-once.timer.d/often.conf", OFTEN)
            host = Host(booted, Work.beside(bare))
            host.push(replicas=1)
            yield host
    finally:
        filters = {"label": f"pullet.dev/node={NODE}"}
        for found in engine.client.containers(all=True, filters=filters):
            engine.client.remove_container(found["Id"], force=True)


def test_install_is_all_it_takes(host: Host) -> None:
    """One command on the host, and the service runs what the repository says; a second time changes nothing."""
    host.install()
    assert host.machine.is_active("pullet.service")
    host.settled(1, "pullet.service")
    assert "nothing to do" in host.install()


def test_a_push_arrives_at_the_service(host: Host) -> None:
    """The service follows the repository, and writes what came of it into it as a note."""
    host.install()
    host.settled(1, "pullet.service")
    host.push(replicas=2)
    host.settled(2, "pullet.service")
    eventually(lambda: "converged, 2 of 2" in host.note(), 30, "the note says that it converged")


def test_a_hung_loop_is_restarted(host: Host) -> None:
    """The watchdog of systemd notices that the loop does not turn; the containers notice nothing."""
    host.install()
    before = host.settled(1, "pullet.service")
    process = host.machine.property("pullet.service", "MainPID")
    host.machine.run("kill", "-STOP", process)
    eventually(
        lambda: host.machine.property("pullet.service", "NRestarts") != "0", 30, "the service was restarted"
    )
    eventually(lambda: host.machine.is_active("pullet.service"), 30, "the service is active again")
    assert "Failed with result 'watchdog'" in host.machine.journal("pullet.service")
    assert host.running() == before


def test_an_idle_loop_is_left_alone(host: Host) -> None:
    """Nothing to do is no reason to be killed: the loop feeds its watchdog all the same."""
    host.install()
    host.settled(1, "pullet.service")
    for _ in range(3):
        fed = last_fed(host)
        eventually(lambda seen=fed: last_fed(host) != seen, 10, "the watchdog was fed again")  # type: ignore[misc]
    assert host.machine.property("pullet.service", "NRestarts") == "0"


def last_fed(host: Host) -> str:
    return host.machine.property("pullet.service", "WatchdogTimestampMonotonic")


def test_a_stopped_service_stops_no_container(host: Host) -> None:
    """Stop, and take away, the agent: what it started runs on, and the settings stay."""
    host.install()
    before = host.settled(1, "pullet.service")
    host.machine.run("systemctl", "stop", "pullet.service")
    assert host.machine.property("pullet.service", "Result") == "success"
    assert host.running() == before
    host.machine.run("pullet", "uninstall")
    assert host.running() == before
    assert host.machine.property("pullet.service", "LoadState") == "not-found"
    assert host.machine.run("stat", "--format=%a", "/etc/pullet/agent.yaml").output.strip() == "600"


def test_the_timer_converges_too(host: Host) -> None:
    """The other way to run the loop takes the place of the service and follows the repository as well."""
    host.install()
    host.settled(1, "pullet.service")
    host.install("--timer")
    assert host.machine.property("pullet.service", "LoadState") == "not-found"
    host.push(replicas=2)
    host.settled(2, "pullet-once.service")
    eventually(
        lambda: (
            host.machine.property("pullet-once.service", "Result") == "success"
            and host.machine.property("pullet-once.service", "ActiveState") == "inactive"
        ),
        30,
        "a run ended well",
    )
