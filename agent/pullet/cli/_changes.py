"""What `install` and `uninstall` change on a host, as data that is shown before it is done."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from pullet.model.errors import Refused


@dataclass(frozen=True, slots=True)
class Write:
    """A file with this text and mode, put in place in one piece."""

    path: Path
    text: str = field(repr=False)
    mode: int = 0o644

    def __str__(self) -> str:
        return f"write {self.path}"

    def is_done(self) -> bool:
        return self.path.is_file() and self.path.read_text() == self.text


@dataclass(frozen=True, slots=True)
class Remove:
    """A file, or a directory with everything in it."""

    path: Path

    def __str__(self) -> str:
        return f"remove {self.path}"


@dataclass(frozen=True, slots=True)
class Systemctl:
    """One call of the service manager; `hint` says where to look when it fails."""

    arguments: tuple[str, ...]
    hint: str = ""

    def __str__(self) -> str:
        return f"systemctl {' '.join(self.arguments)}"


Change = Write | Remove | Systemctl


def perform(change: Change) -> None:
    """Raises Refused with what the operating system or systemctl says."""
    try:
        match change:
            case Write():
                _write(change)
            case Remove(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            case Systemctl(arguments, hint):
                systemctl(*arguments, hint=hint)
    except OSError as error:
        raise Refused(f"cannot {change}: {error.strerror}") from error


def systemctl(*arguments: str, hint: str = "") -> None:
    done = _call(*arguments)
    if done.returncode != 0:
        says = done.stderr.strip().partition("\n")[0] or f"exit {done.returncode}"
        raise Refused(f"systemctl {' '.join(arguments)} failed: {says}", hint=hint)


def asks(*arguments: str) -> bool:
    """A yes or no from systemctl, such as `is-active`."""
    return _call(*arguments).returncode == 0


def _call(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(("systemctl", *arguments), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refused("there is no systemctl here", hint="a service needs a host with systemd") from None


def _write(change: Write) -> None:
    change.path.parent.mkdir(parents=True, exist_ok=True)
    beside = change.path.with_name(f".{change.path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, change.mode), "w") as file:  # noqa: PTH123 - created with its mode
        os.fchmod(file.fileno(), change.mode)
        file.write(change.text)
    beside.replace(change.path)
