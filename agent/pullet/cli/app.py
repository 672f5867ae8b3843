"""The verbs by name, and the one boundary where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import click
import typer

from pullet import __version__
from pullet.cli.accept import accept
from pullet.cli.doctor import doctor
from pullet.cli.history import history
from pullet.cli.init import init
from pullet.cli.install import install
from pullet.cli.once import once
from pullet.cli.options import Config
from pullet.cli.pause import pause, resume
from pullet.cli.place import place
from pullet.cli.plan import plan
from pullet.cli.run import run
from pullet.cli.status import status
from pullet.cli.sync import sync
from pullet.cli.uninstall import uninstall
from pullet.cli.validate import validate
from pullet.model.errors import PulletError

GOOD, NOT_GOOD, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="pullet",
    help="A GitOps pull agent for plain container hosts: git push deploys, git revert rolls back.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verb in (
    run,
    once,
    plan,
    validate,
    place,
    status,
    history,
    sync,
    pause,
    resume,
    accept,
    init,
    install,
    uninstall,
    doctor,
):
    app.command()(verb)


@app.callback()
def settings_for_every_verb(
    config: Config = None,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)
    ] = False,
) -> None:
    """A GitOps pull agent for plain container hosts: git push deploys, git revert rolls back."""
    if version:
        typer.echo(f"pullet {__version__}")
        raise typer.Exit
    if config is not None:
        os.environ["PULLET_CONFIG"] = str(Path(config))


def main() -> None:
    """The console script. Exit 0 good, 1 not, 2 wrong use."""
    sys.exit(_run())


def _run() -> int:
    try:
        result = app(standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return WRONG_USE
    except PulletError as error:
        typer.echo(f"pullet: {error}", err=True)
        return NOT_GOOD
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_GOOD
    return result if isinstance(result, int) else GOOD
