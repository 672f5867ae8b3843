"""`pullet pause` and `pullet resume`: a person takes over, and gives back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from pullet.cli.options import Config


def pause(
    reason: Annotated[str, typer.Argument(help="Why, for those who look at the status.")] = "",
    config: Config = None,
) -> None:
    """Let the agent watch and report, and change nothing, until `pullet resume`."""
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    WordFiles(settings.state).pause(f"by {getpass.getuser()}" + (f": {reason}" if reason else ""))
    typer.echo(f"{settings.node} is paused; `pullet resume` lets it go on")


def resume(config: Config = None) -> None:
    """Let a paused agent go on."""
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    was_paused = WordFiles(settings.state).resume()
    typer.echo(f"{settings.node} goes on" if was_paused else f"{settings.node} was not paused")
