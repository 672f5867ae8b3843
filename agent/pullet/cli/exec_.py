"""`pullet exec TARGET -- COMMAND…`: a command inside a container, joined to this terminal."""

from __future__ import annotations

import os
import termios
import tty as terminals
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pullet.cli.options import Config, ContainerName, Target
from pullet.model.errors import Refused

if TYPE_CHECKING:
    from pullet.cli.targets import Spot

STDIN = 0


def exec_(
    target: Target,
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND…", help="The program and its arguments, behind --.")
    ],
    container: ContainerName = None,
    stdin: Annotated[bool, typer.Option("--stdin", "-i", help="Give it what is typed or piped in.")] = False,
    tty: Annotated[bool, typer.Option("--tty", "-t", help="Give it a terminal.")] = False,
    config: Config = None,
) -> int:
    """Run a command inside a container here, and exit as it does.

    Of several containers it is the first main one that runs, and a line on standard error says which. Asks the
    engine, and no agent.
    """
    from pullet.cli.targets import engine_here, matching, spots

    engine, node = engine_here(config)
    found = spots(matching(target, engine.observe().incarnations, node), container)
    chosen = _first_running(found)
    if len(found) > 1:
        typer.echo(f"in {chosen}, one of {len(found)} containers", err=True)
    if tty and not os.isatty(STDIN):
        typer.echo("standard input is no terminal, so the command gets none", err=True)
        tty = False
    with _raw(tty and stdin):
        return engine.exec(chosen.container.id, tuple(command), tty=tty, stdin=stdin)


def _first_running(found: Sequence[Spot]) -> Spot:
    """Main containers before what only serves them, in the order in which they were declared where that is known."""
    from pullet.model.observed import Phase

    running = [spot for spot in found if spot.container.phase is Phase.RUNNING]
    if not running:
        raise Refused(f"{found[0]} does not run, it is {found[0].container.phase}", hint="see `pullet logs`")
    return min(running, key=_rank)


def _rank(spot: Spot) -> tuple[bool, tuple[int, str], int]:
    from pullet.model.observed import Role

    mains, name = spot.incarnation.mains, spot.container.name
    ordinal = spot.incarnation.instance.ordinal
    return (
        spot.container.role is not Role.MAIN,
        (int(ordinal) if ordinal.isdigit() else 0, ordinal),
        mains.index(name) if name in mains else len(mains),
    )


@contextmanager
def _raw(wanted: bool) -> Iterator[None]:
    """Every key goes to the command, Ctrl-C too, and the terminal is afterwards as it was."""
    if not wanted:
        yield
        return
    before = termios.tcgetattr(STDIN)
    try:
        terminals.setraw(STDIN, termios.TCSANOW)  # what was typed ahead stays
        yield
    finally:
        termios.tcsetattr(STDIN, termios.TCSADRAIN, before)
