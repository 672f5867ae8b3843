"""Reading what a person put on this host, with an error that says which file and why."""

from __future__ import annotations

from pathlib import Path

from pullet.model.errors import Refused


def read_secret_text(file: Path) -> str:
    """The file's text without white space around it. Raises Refused."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(
            f"{file} cannot be read: {error.strerror}", hint="check its path and permissions"
        ) from None
