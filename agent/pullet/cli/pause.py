"""`pullet pause` and `pullet resume`: a person takes over, and gives back."""

from __future__ import annotations

import getpass
import os
from contextlib import suppress
from typing import Annotated

import typer

from pullet.cli.options import Config


def pause(
    reason: Annotated[
        str,
        typer.Argument(metavar="REASON", show_default=False, help="Why, for those who look at the status."),
    ] = "",
    config: Config = None,
) -> None:
    """Let the agent change nothing until `pullet resume`.

    It goes on to watch and to report; crashed containers come back by the engine. A pause holds through restarts
    of the agent and of the host.
    """
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    WordFiles(settings.state).pause(" ".join(f"by {_who()}{reason and f': {reason}'}".split()))
    typer.echo(f"{settings.node} is paused; `pullet resume` lets it go on")


def resume(config: Config = None) -> None:
    """Let a paused agent go on."""
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    was_paused = WordFiles(settings.state).resume()
    typer.echo(f"{settings.node} goes on" if was_paused else f"{settings.node} was not paused")


def _who() -> str:
    """The person, also behind sudo; a number where this host knows no name."""
    with suppress(KeyError, OSError):
        return os.environ.get("SUDO_USER") or getpass.getuser()
    return f"user {os.getuid()}"
