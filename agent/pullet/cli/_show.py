"""Says each change to the host as it is done, or only says it."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from pullet.cli._changes import Change, Write, perform


def do_or_show(changes: Sequence[Change], *, dry_run: bool, nothing: str) -> None:
    if not changes:
        typer.echo(f"nothing to do: {nothing}")
    for change in changes:
        if dry_run:
            typer.echo(f"would {change}")
            _show_text(change)
        else:
            perform(change)
            typer.echo(f"done: {change}")


def _show_text(change: Change) -> None:
    if isinstance(change, Write):
        typer.echo("".join(f"    {line}\n" for line in change.text.splitlines()), nl=False)
