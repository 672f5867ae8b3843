"""`pullet accept REV`: let a held revision remove what it no longer declares, on this node."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config


def accept(
    rev: Annotated[str, typer.Argument(help="The revision that is held.")],
    config: Config = None,
) -> None:
    """Let a held revision remove what it no longer declares."""
    from pullet.cli.local import local_mirror
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    revision = local_mirror(settings).revision(rev)
    WordFiles(settings.state).accept(revision.commit)
    typer.echo(f"accepted {revision.short} on {settings.node}: {revision.subject}")
