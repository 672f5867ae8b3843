"""`pullet uninstall`: the service goes; what it started stays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def uninstall(
    purge: Annotated[
        bool, typer.Option("--purge", help="Remove settings, state and rendered secrets too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    root: Annotated[
        Path, typer.Option(metavar="DIR", help="Change the system in this directory, such as an image.")
    ] = Path("/"),
) -> None:
    """Take the agent's service off this host.

    Containers and volumes stay, and go on running.
    """
    from pullet.cli import _service
    from pullet.cli._show import do_or_show

    host = _service.Host(root.absolute())
    if not dry_run:
        _service.refuse_unfit(host)
    do_or_show(_service.uninstalling(host, purge=purge), dry_run=dry_run, nothing="no service is installed")
    if not purge:
        typer.echo(
            "kept: the settings in /etc/pullet and the state in /var/lib/pullet (--purge removes them)"
        )
    typer.echo("kept: containers and volumes; to stop and remove all containers that Pullet made:")
    typer.echo(
        "  docker ps --all --quiet --filter label=pullet.dev/node | xargs --no-run-if-empty docker rm --force"
    )
