"""`pullet rollout status` and `history`: how far a workload has come here, and which specifications it has had."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config, Format, Output

app = typer.Typer(
    help="Show how rollouts go here, and how they went.", rich_markup_mode=None, no_args_is_help=True
)


@app.command()
def status(
    workloads: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORKLOAD]...",
            help="Only these: as namespace/Kind/name, or shorter where that is clear.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Go on until nothing more comes by itself.")
    ] = False,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="How long to watch at most [default: as long as it takes]."),
    ] = None,
    config: Config = None,
    output: Output = Format.TABLE,
) -> int:
    """Show how far each workload has come here, a line each.

    From the running agent; where none answers, from the engine and what the last one remembered. Exit 0 only where
    all of it is complete: with --watch at the end, which a rollback, a hold or a deadline that is over is too.
    """
    from pullet.cli.output import data
    from pullet.cli.rolling import line, look, watched
    from pullet.settings import load_settings

    settings = load_settings(config, assumed={"repo": {"url": "."}})
    shows = output is Format.TABLE
    targets = tuple(workloads or ())
    if watch or timeout is not None:
        found = watched(settings, targets, timeout, typer.echo if shows else None)
    else:
        found = look(settings, targets)
        for one in found if shows else ():
            typer.echo(line(one))
    if not shows:
        data({"node": settings.node, "rollouts": found}, output)
    elif not found:
        typer.echo(f"nothing is wanted on {settings.node}", err=True)
    return 0 if found and all(one["state"] == "converged" for one in found) else 1


@app.command()
def history(
    workload: Annotated[
        str,
        typer.Argument(metavar="WORKLOAD", help="As namespace/Kind/name, or shorter where that is clear."),
    ],
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many specifications to go back.")] = 10,
    config: Config = None,
    output: Output = Format.TABLE,
) -> None:
    """Show the specifications that a workload has had here.

    Newest first, with the revision that brought each and what became of it. Needs no running agent.
    """
    from pullet.cli.output import data
    from pullet.cli.specifications import known, lines
    from pullet.settings import load_settings

    settings = load_settings(config, assumed={"repo": {"url": "."}})
    name, found = known(settings, workload, limit)
    if output is Format.TABLE:
        for text in lines(found):
            typer.echo(text)
    else:
        data({"node": settings.node, "workload": str(name), "specifications": found}, output)
