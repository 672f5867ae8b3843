"""`pullet accept REV`: let a held revision remove what it no longer declares, on this node."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config


def accept(
    rev: Annotated[str, typer.Argument(metavar="REV", help="The revision that is held.")],
    config: Config = None,
) -> None:
    """Let a held revision remove what it no longer declares.

    On this node only; for the whole fleet, commit with the trailer `Pullet-Prune: yes`.
    """
    from pullet.cli.local import kept_mirror
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    revision = kept_mirror(settings).revision(rev)
    WordFiles(settings.state).accept(revision.commit)
    typer.echo(f"accepted {revision.short} on {settings.node}: {revision.subject}")
