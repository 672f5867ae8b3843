"""What `install` and `uninstall` would do and do, on the tree of a system that does not run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pullet.cli._changes import Systemctl, perform
from pullet.cli._service import Host, Service, installing, uninstalling
from pullet.cli._settings_file import Wanted
from pullet.cli._units import refuse_foreign
from pullet.model.errors import Refused

UNITS = Path("etc/systemd/system")
SETTINGS = Path("etc/pullet/agent.yaml")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def service(root: Path) -> Service:
    root.mkdir()
    wanted = Wanted(url="https://git.example/fleet.git", node="edge-1")
    return Service(wanted, command=Path("/opt/pullet/bin/pullet"), host=Host(root))


def install(service: Service) -> list[str]:
    """Carry it out; what was done, in words, with paths below the root."""
    changes = installing(service)
    for change in changes:
        perform(change)
    return [str(change).replace(str(service.host.root), "ROOT") for change in changes]


def test_from_nothing(service: Service, root: Path) -> None:
    """Settings that only root reads, the unit with the command's path in it, enabled for boot."""
    assert install(service) == [
        "write ROOT/etc/pullet/agent.yaml",
        "write ROOT/etc/systemd/system/pullet.service",
        "systemctl --root=ROOT enable pullet.service",
    ]
    settings = root / SETTINGS
    assert settings.stat().st_mode & 0o777 == 0o600
    assert yaml.safe_load(settings.read_text()) == {
        "node": "edge-1",
        "repo": {"url": "https://git.example/fleet.git"},
    }
    unit = (root / UNITS / "pullet.service").read_text()
    assert "ExecStart=/opt/pullet/bin/pullet run --config /etc/pullet/agent.yaml\n" in unit
    assert not re.search("@[A-Z]+@", unit)


def test_again_there_is_nothing_to_do(service: Service) -> None:
    """The same words a second time find all of it done."""
    install(service)
    assert install(service) == []


def test_planning_touches_nothing(service: Service, root: Path) -> None:
    """What --dry-run shows is worked out without a trace."""
    assert installing(service)
    assert list(root.rglob("*")) == []


def test_settings_of_a_person_stay(service: Service, root: Path) -> None:
    """A file that agrees with what was said is kept as it is, however it is written."""
    settings = root / SETTINGS
    settings.parent.mkdir(parents=True)
    written = "node: edge-1\nlabels: {role: web}  # mine\nrepo: {url: https://git.example/fleet.git}\n"
    settings.write_text(written)
    install(service)
    install(replace(service, wanted=Wanted()))
    assert settings.read_text() == written


def test_settings_that_say_otherwise_are_not_overwritten(service: Service) -> None:
    """The refusal names the key, what stands there and what was said; --replace-config is leave to do it."""
    install(service)
    other = replace(service, wanted=replace(service.wanted, node="edge-2"))
    with pytest.raises(Refused, match=r"has 'edge-1' as node, and not 'edge-2'.*--replace-config"):
        installing(other)
    replacing = replace(other, wanted=replace(other.wanted, replace=True))
    assert install(replacing) == ["write ROOT/etc/pullet/agent.yaml"]
    assert install(other) == []


@pytest.mark.parametrize("broken", ["repo: [", "\0", "just words", "repo: {url: x}\nfoo: 1"])
def test_settings_that_cannot_be_read_are_refused(service: Service, root: Path, broken: str) -> None:
    """What was not understood is not overwritten either; the message says where the mistake is."""
    settings = root / SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text(broken)
    with pytest.raises(Refused, match=r"agent\.yaml"):
        installing(service)


def test_what_the_agent_would_refuse_is_not_written(service: Service) -> None:
    """A mistake shows now, and not in the journal of a service that does not start."""
    with pytest.raises(Refused, match="as node"):
        installing(replace(service, wanted=replace(service.wanted, node="Edge 1")))


def test_a_repository_is_needed(service: Service) -> None:
    """Without settings and without --repo there is nothing to follow."""
    with pytest.raises(Refused, match="use --repo URL"):
        installing(replace(service, wanted=Wanted()))


def test_a_password_has_no_place_in_the_url(service: Service) -> None:
    """It would stand on the command line; the message does not repeat it."""
    url = "https://me:secret@git.example/fleet.git"
    with pytest.raises(Refused, match="--token-file") as refusal:
        installing(replace(service, wanted=Wanted(url=url)))
    assert "secret" not in str(refusal.value)


def test_the_timer_takes_the_place_of_the_service(service: Service, root: Path) -> None:
    """Never both: the one that was there goes first."""
    install(service)
    assert install(replace(service, timed=True)) == [
        "systemctl --root=ROOT disable pullet.service",
        "remove ROOT/etc/systemd/system/pullet.service",
        "write ROOT/etc/systemd/system/pullet-once.service",
        "write ROOT/etc/systemd/system/pullet-once.timer",
        "systemctl --root=ROOT enable pullet-once.timer",
    ]
    assert install(replace(service, timed=True)) == []
    enabled = [link.name for link in (root / UNITS).glob("*.wants/*")]
    assert enabled == ["pullet-once.timer"]


def test_a_repository_on_this_machine_is_writable(service: Service, root: Path) -> None:
    """Git writes the notes into it itself, so the sandbox is opened there, and closed again after a move."""
    local = replace(service, wanted=replace(service.wanted, url="file:///srv/fleet.git"))
    install(local)
    drop_in = root / UNITS / "pullet.service.d" / "local-repository.conf"
    assert "ReadWritePaths=-/srv/fleet.git\n" in drop_in.read_text()
    install(replace(service, wanted=replace(service.wanted, replace=True)))
    assert not drop_in.exists()


def test_uninstall_leaves_what_people_made(service: Service, root: Path) -> None:
    """The units go; the settings and the state stay until --purge."""
    install(service)
    state = root / "var/lib/pullet"
    state.mkdir(parents=True)
    for change in uninstalling(service.host, purge=False):
        perform(change)
    assert not list((root / UNITS).rglob("*pullet*"))
    assert (root / SETTINGS).exists()
    for change in uninstalling(service.host, purge=True):
        perform(change)
    assert not (root / SETTINGS).exists()
    assert not state.exists()
    assert uninstalling(service.host, purge=True) == []


def test_a_service_of_root_runs_nobody_elses_command(tmp_path: Path) -> None:
    """A command that others than root may change is refused, with the way that is safe."""
    command = tmp_path / "pullet"
    command.touch()
    command.chmod(0o777)
    with pytest.raises(Refused, match=r"others than root may change .*pipx install"):
        refuse_foreign(command)


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    """Nothing is installed that could not start."""
    with pytest.raises(Refused, match=r"no command at .*--command"):
        refuse_foreign(tmp_path / "pullet")


def test_a_failing_systemctl_is_quoted(root: Path) -> None:
    """Its own words and where to look, not a traceback."""
    with pytest.raises(Refused, match=r"no-such\.service.*\(look there\)"):
        perform(Systemctl((f"--root={root}", "enable", "no-such.service"), hint="look there"))


def test_a_directory_that_cannot_be_written(service: Service, root: Path) -> None:
    """The operating system's reason, with the path."""
    (root / "etc").write_text("a file where a directory should be")
    with pytest.raises(Refused, match=r"cannot write .*agent\.yaml: "):
        install(service)
