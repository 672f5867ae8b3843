"""The unit files that come with Pullet, and the command on this host that they are to run."""

from __future__ import annotations

import sysconfig
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pullet
from pullet.model.errors import Refused

ALWAYS = ("pullet.service",)
TIMED = ("pullet-once.service", "pullet-once.timer")
ALL = ALWAYS + TIMED
DIRECTORY = Path("etc/systemd/system")
LOCAL_REPOSITORY = "local-repository.conf"


@dataclass(frozen=True, slots=True)
class Units:
    """`names` are installed together; `entry` is the one that is enabled and started."""

    names: tuple[str, ...]

    @property
    def entry(self) -> str:
        return self.names[-1]

    @property
    def service(self) -> str:
        return self.names[0]


def rendered(name: str, *, command: Path, config: Path) -> str:
    text = (_templates() / name).read_text()
    return text.replace("@PULLET@", _quoted(command)).replace("@CONFIG@", _quoted(config))


def local_repository(url: str) -> Path | None:
    """The directory of a repository on this machine, whose notes the sandbox must let the agent write."""
    if url.startswith("/"):
        return Path(url)
    parts = urlsplit(url)
    return Path(parts.path) if parts.scheme == "file" else None


def writable(repository: Path) -> str:
    """A drop-in; the leading minus lets the service start while the repository is away."""
    return (
        "# The followed repository is on this machine: git writes the notes into it itself.\n"
        f"[Service]\nReadWritePaths=-{_quoted(repository)}\nCapabilityBoundingSet=CAP_DAC_OVERRIDE\n"
    )


def command_here() -> Path:
    """The installed command beside this interpreter."""
    return Path(sysconfig.get_path("scripts")) / "pullet"


def refuse_foreign(command: Path) -> None:
    """A service of root must not run what somebody else may change; raises Refused."""
    if not command.is_file():
        raise Refused(f"there is no command at {command}", hint="name it with --command")
    for path in (command, *command.parents):
        status = path.stat()
        shared = status.st_mode & 0o022 and not status.st_mode & 0o1000
        if status.st_uid != 0 or shared:
            raise Refused(
                f"{command} would run as root, but others than root may change {path}",
                hint="install Pullet as root, such as: sudo pipx install pullet",
            )


def _templates() -> Path:
    """In a wheel inside the package; in a checkout beside `agent/`."""
    package = Path(pullet.__file__).parent
    packaged = package / "units"
    return packaged if packaged.is_dir() else package.parents[1] / "systemd"


def _quoted(path: Path) -> str:
    """As systemd reads a word: https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html#Quoting"""
    text = str(path).replace("%", "%%")
    if any(character in text for character in '\n\r"\\'):
        raise Refused(
            f"{text!r} cannot stand in a unit file", hint="choose a path without quotes and backslashes"
        )
    return f'"{text}"' if " " in text else text
