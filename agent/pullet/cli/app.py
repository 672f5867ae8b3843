"""The verbs by name, and the one boundary where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from pullet import __version__
from pullet.cli.accept import accept
from pullet.cli.describe import describe
from pullet.cli.doctor import doctor
from pullet.cli.exec_ import exec_
from pullet.cli.get import get
from pullet.cli.history import history
from pullet.cli.init import init
from pullet.cli.install import install
from pullet.cli.logs import logs
from pullet.cli.once import once
from pullet.cli.options import Config
from pullet.cli.pause import pause, resume
from pullet.cli.place import place
from pullet.cli.plan import plan
from pullet.cli.promote import promote
from pullet.cli.retry import retry
from pullet.cli.rollout import app as rollout
from pullet.cli.run import run
from pullet.cli.status import status
from pullet.cli.sync import sync
from pullet.cli.uninstall import uninstall
from pullet.cli.validate import validate
from pullet.model.errors import PulletError

NOT_GOOD, INTERRUPTED = 1, 130


def leave(code: int | None, **_: object) -> None:
    """What a verb returns is the exit code."""
    raise typer.Exit(code or 0)


app = typer.Typer(
    name="pullet",
    help="A GitOps pull agent for plain container hosts: git push deploys, git revert rolls back.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    result_callback=leave,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verb in (
    run,
    once,
    plan,
    validate,
    place,
    status,
    get,
    describe,
    logs,
    exec_,
    history,
    sync,
    pause,
    resume,
    accept,
    retry,
    promote,
    init,
    install,
    uninstall,
    doctor,
):
    app.command(verb.__name__.rstrip("_"))(verb)  # of `exec_`, as Python has an `exec`

app.add_typer(rollout, name="rollout")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pullet {__version__}")
        raise typer.Exit


@app.callback()
def settings_for_every_verb(
    config: Config = None,
    _: Annotated[
        bool,
        typer.Option("--version", help="Show the version and leave.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """A GitOps pull agent for plain container hosts: git push deploys, git revert rolls back."""
    if config is not None:
        os.environ["PULLET_CONFIG"] = str(config)


def main() -> None:
    """The console script. Exit 0 good, 1 not, 2 wrong use; typer itself sees to the last, and to a closed pipe."""
    try:
        app()
    except PulletError as error:
        typer.echo(f"pullet: {error}", err=True)
        sys.exit(NOT_GOOD)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
