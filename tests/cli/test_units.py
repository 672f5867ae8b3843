"""The units as systemd itself judges them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pullet.cli._units import ALL, command_here, local_repository, rendered
from pullet.model.errors import Refused

SERVICES = ("pullet.service", "pullet-once.service")
EXPOSURE = 23  # tenths, as in docs/reference/systemd.md: 0 is a box, 100 is bare


@pytest.fixture
def units(tmp_path: Path) -> Path:
    for name in ALL:
        text = rendered(name, command=Path("/bin/true"), config=Path("/etc/pullet/agent.yaml"))
        (tmp_path / name).write_text(text)
    return tmp_path


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_has_nothing_to_say(units: Path) -> None:
    """No unknown key, no bad value: verify exits 0 on those, so what counts is that it is silent."""
    done = analyze("verify", *(units / name for name in ALL))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_the_sandbox_does_not_wear_out(units: Path, name: str) -> None:
    """The exposure that systemd computes stays at what is on record."""
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", units / name)
    assert done.returncode == 0, done.stdout[-300:]


def test_both_services_stand_in_the_same_sandbox(units: Path) -> None:
    """Everything from the state directory on is equal, but for how they are started."""
    running, once = (sandbox((units / name).read_text()) for name in SERVICES)
    assert "ProtectSystem=strict" in running
    assert running == once


def sandbox(unit: str) -> str:
    return unit.partition("StateDirectory=")[2].partition("[Install]")[0].strip()


def test_the_path_of_the_command_may_have_blanks() -> None:
    """Blanks are quoted and percent signs doubled; what no quoting can save is refused."""
    unit = rendered("pullet.service", command=Path("/opt/my 100%/pullet"), config=Path("/etc/a.yaml"))
    assert 'ExecStart="/opt/my 100%%/pullet" run --config /etc/a.yaml\n' in unit
    with pytest.raises(Refused, match="cannot stand in a unit file"):
        rendered("pullet.service", command=Path('/opt/"/pullet'), config=Path("/etc/a.yaml"))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/srv/fleet.git", Path("/srv/fleet.git")),
        ("file:///srv/fleet.git", Path("/srv/fleet.git")),
        ("https://git.example/fleet.git", None),
        ("git@git.example:fleet.git", None),
        ("", None),
    ],
)
def test_which_repository_is_local(url: str, path: Path | None) -> None:
    """A path or file://, nothing else."""
    assert local_repository(url) == path


def test_the_command_beside_this_interpreter() -> None:
    """What runs this test is what the service would run."""
    assert command_here().name == "pullet"
