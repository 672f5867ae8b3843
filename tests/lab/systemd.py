"""A machine with a real systemd, as a container of a private engine that also is the engine of that machine.

What it is made of comes from `tests.lab.debian`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab import debian
from tests.lab.engine import LabEngine, NoEngine
from tests.lab.wait import eventually

TREE = "pullet.test/debian:1"
IMAGE = "pullet.test/systemd:1"
INSTALL = """
    set -e
    python3 -m venv /opt/pullet
    pip="/opt/pullet/bin/pip --quiet --disable-pip-version-check install --no-index --find-links /wheels"
    $pip --require-hashes -r /wheels/requirements.txt
    $pip --no-deps /wheels/pullet-*.whl
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command on the machine ended; `output` is both streams."""

    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A booted machine. Everything is done as its root."""

    engine: LabEngine
    container: str

    def run(self, *command: str, check: bool = True) -> Done:
        """Raises AssertionError with the output when the command fails and `check` says that it must not."""
        call = self.engine.client.exec_create(self.container, command)["Id"]
        output = self.engine.client.exec_start(call).decode(errors="replace")
        done = Done(self.engine.client.exec_inspect(call)["ExitCode"], output)
        assert done.exit_code == 0 or not check, f"{' '.join(command)}: exit {done.exit_code}: {output}"
        return done

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        script = 'mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1" && chmod "$3" "$1"'
        self.run("sh", "-c", script, "sh", path, text, f"{mode:o}")

    def property(self, unit: str, name: str) -> str:
        """What systemd says of a unit, such as ActiveState or NRestarts."""
        return self.run("systemctl", "show", "--value", "--property", name, unit).output.strip()

    def is_active(self, unit: str) -> bool:
        return self.property(unit, "ActiveState") == "active"

    def journal(self, unit: str) -> str:
        return self.run("journalctl", "--no-pager", "--output", "cat", "--unit", unit).output


@contextmanager
def machine(engine: LabEngine, *, mounts: Mapping[Path, str] | None = None) -> Iterator[Machine]:
    """Boot one, with the command at /opt/pullet/bin/pullet and `mounts` of this machine's directories in it."""
    container = engine.client.create_container(
        _image(engine),
        ["/sbin/init"],
        stop_signal="SIGRTMIN+3",
        environment={"container": "docker", "PATH": "/opt/pullet/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        host_config=_host_config(engine, mounts or {}),
        hostname="machine",
    )["Id"]
    try:
        engine.client.start(container)
        booted = Machine(engine, container)
        eventually(lambda: _has_booted(booted), 60, "systemd has booted")
        yield booted
    finally:
        engine.client.remove_container(container, force=True, v=True)


def _has_booted(booted: Machine) -> bool:
    """`degraded` will do: not every unit of Debian can start in a container."""
    state = booted.run("systemctl", "is-system-running", check=False).output.strip()
    return state in {"running", "degraded"}


def _host_config(engine: LabEngine, mounts: Mapping[Path, str]) -> dict[str, object]:
    """Not privileged, as some machines lack SYS_RESOURCE themselves; what systemd and its sandboxes need instead."""
    cgroups = Path("/sys/fs/cgroup")
    unified = (cgroups / "cgroup.controllers").exists()
    tmpfs = {"/run": "", "/run/lock": "", "/tmp": ""}
    binds = [f"{here}:{there}" for here, there in mounts.items()]
    binds.append(f"{engine.url.removeprefix('unix://')}:/run/docker.sock")
    if not unified:
        tmpfs[str(cgroups)] = ""
        binds.append(f"{cgroups}/systemd:{cgroups}/systemd:rw")
    config = engine.client.create_host_config(
        binds=binds,
        cap_add=["ALL"],
        cap_drop=["SYS_RESOURCE"],
        network_mode="none",
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        tmpfs=tmpfs,
    )
    # `systempaths=unconfined` of the command line, and a namespace of control groups, have no word in the SDK.
    return {
        **config,
        "MaskedPaths": [],
        "ReadonlyPaths": [],
        "CgroupnsMode": "private" if unified else "host",
    }


def _image(engine: LabEngine) -> str:
    """The tree with the command installed in it from its wheel, as a person would; made once for each engine."""
    if not engine.private:
        raise NoEngine("a machine with systemd needs a private engine: run the tests as root")
    if not engine.client.images(name=IMAGE):
        repository, tag = TREE.split(":")
        engine.client.import_image(src=str(debian.tree()), repository=repository, tag=tag)
        with tempfile.TemporaryDirectory() as here:
            wheels = Path(here)
            shutil.copytree(debian.wheels(), wheels, dirs_exist_ok=True)
            shutil.copy(debian.REQUIREMENTS, wheels / "requirements.txt")
            debian.build_wheel(wheels)
            _install(engine, wheels)
    return IMAGE


def _install(engine: LabEngine, wheels: Path) -> None:
    client = engine.client
    container = client.create_container(
        TREE,
        ["sh", "-c", INSTALL],
        host_config=client.create_host_config(binds=[f"{wheels}:/wheels:ro"], network_mode="none"),
    )["Id"]
    try:
        client.start(container)
        code = client.wait(container)["StatusCode"]
        assert code == 0, client.logs(container).decode(errors="replace")
        repository, tag = IMAGE.split(":")
        client.commit(container, repository=repository, tag=tag)
    finally:
        client.remove_container(container, force=True)
