"""`pullet install`: the agent as a service of this host."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pullet.cli.options import Config


def install(
    *,
    repo: Annotated[
        str, typer.Option(metavar="URL", help="The repository to follow; needed until the settings name one.")
    ] = "",
    node: Annotated[str, typer.Option(metavar="N", help="This node's name; without one, the host's.")] = "",
    branch: Annotated[str, typer.Option(metavar="B", help="The branch to follow; without one, main.")] = "",
    ssh_key_file: Annotated[str, typer.Option(metavar="FILE", help="The key for an ssh:// repository.")] = "",
    token_file: Annotated[
        str, typer.Option(metavar="FILE", help="The file with the token for an https:// repository.")
    ] = "",
    config: Config = None,
    timer: Annotated[
        bool, typer.Option("--timer", help="Run once a minute instead of all the time.")
    ] = False,
    start: Annotated[bool, typer.Option(help="Start it now; else at the next boot.")] = True,
    replace_config: Annotated[
        bool, typer.Option("--replace-config", help="Overwrite settings that say something else.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    root: Annotated[
        Path, typer.Option(metavar="DIR", help="Prepare the system in this directory, such as an image.")
    ] = Path("/"),
    command: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The pullet to run; without one, this one.")
    ] = None,
) -> None:
    """Set up the agent as a systemd service.

    Writes the settings and the unit, enables it and starts it. Does only what is not done yet, and never
    overwrites settings that say something else.
    """
    import os

    from pullet.cli import _service, _units
    from pullet.cli._settings_file import Wanted
    from pullet.cli._show import do_or_show
    from pullet.sources import settings_file

    host = _service.Host(root.absolute())
    if not dry_run:
        _service.refuse_unfit(host)
    runs = command or _units.command_here()
    if host.is_live:
        _units.refuse_foreign(runs)
    wanted = Wanted(
        path=settings_file(config, os.environ).absolute(),
        url=repo,
        node=node,
        branch=branch,
        ssh_key_file=ssh_key_file,
        token_file=token_file,
        replace=replace_config,
    )
    service = _service.Service(wanted, command=runs, timed=timer, start=start, host=host)
    do_or_show(_service.installing(service), dry_run=dry_run, nothing="all of it is there and runs")
