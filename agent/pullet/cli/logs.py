"""`pullet logs TARGET`: what the containers of a workload or an instance wrote."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pullet.cli.options import Config, ContainerName, Target
from pullet.model.errors import PulletError

if TYPE_CHECKING:
    from pullet.cli.following import Line
    from pullet.cli.targets import Spot
    from pullet.engine.docker_engine import DockerEngine
    from pullet.engine.logs import Excerpt
    from pullet.model.observed import ObservedContainer

NOTED_LATE = 0.05
"""Seconds: the engine notes a start when the process writes already, and waits twice as long before each restart."""


def duration(text: str) -> float:
    """Seconds, from `10m`."""
    from pullet.settings import seconds

    try:
        return seconds(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def logs(
    target: Target,
    container: ContainerName = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is written, also by what comes later.")
    ] = False,
    previous: Annotated[
        bool,
        typer.Option("--previous", "-p", help="What they wrote before they were last started, and no more."),
    ] = False,
    since: Annotated[
        float | None,
        typer.Option("--since", metavar="TIME", parser=duration, help="Not what is older, such as 10m."),
    ] = None,
    tail: Annotated[
        int | None,
        typer.Option("--tail", metavar="N", min=0, help="Only the last N lines of each container."),
    ] = None,
    config: Config = None,
) -> int:
    """Show what a workload or an instance here wrote.

    Asks the engine, and no agent. Where there are several containers, each line says whose it is. With --follow it
    goes on until all have ended for good or it is interrupted, with what replaces them too. The engine keeps one log
    for each container: --previous is what all its earlier runs wrote, and with the container that is gone.
    """
    from pullet.cli.following import Following
    from pullet.cli.targets import containers_of, engine_here, meant_by, spots
    from pullet.engine.logs import Excerpt

    if previous and follow:
        raise typer.BadParameter("what is over cannot be followed", param_hint="--previous")
    engine, node = engine_here(config)
    standing = engine.observe().incarnations
    meant = meant_by(target, dict.fromkeys(one.instance for one in standing), node)
    mine = [one for one in standing if meant in (one.instance, one.instance.workload)]
    found = spots(mine, container)
    part = Excerpt(follow, None if since is None else time.time() - since, None, tail)
    if not follow:
        return _show(_in_turn(engine, found, part, previous=previous), found)

    def look() -> Sequence[Spot]:
        there = engine.observe().incarnations
        every = containers_of(one for one in there if meant in (one.instance, one.instance.workload))
        return [spot for spot in every if container in (None, spot.container.name)]

    return _show(Following(look, engine.logs).lines(part), found)


def _show(lines: Iterable[Line], found: Sequence[Spot]) -> int:
    """What fails of one container does not keep the others back."""
    code, prefixes = 0, Prefixes(found)
    for spot, line in lines:
        if isinstance(line, PulletError):
            typer.echo(f"pullet: {spot}: {line}", err=True)
            code = 1
        elif line is not None:
            sys.stdout.buffer.write(prefixes.of(spot) + line)
            sys.stdout.buffer.flush()
    return code


class Prefixes:
    """None while there is a single container; where an instance was replaced, the specification tells them apart."""

    def __init__(self, found: Iterable[Spot]) -> None:
        self._names = {spot.container.id: str(spot) for spot in found}

    def of(self, spot: Spot) -> bytes:
        self._names[spot.container.id] = str(spot)
        if len(self._names) == 1:
            return b""
        is_shared = list(self._names.values()).count(str(spot)) > 1
        return f"[{spot}@{spot.incarnation.hash[:7]}] ".encode() if is_shared else f"[{spot}] ".encode()


def _in_turn(engine: DockerEngine, found: Iterable[Spot], part: Excerpt, *, previous: bool) -> Iterator[Line]:
    from pullet.cli.following import lines_of, told

    for spot in found:
        one = spot.container
        lines = _earlier(engine, one, part) if previous else lines_of(engine.logs(one.id, part))
        yield from told(spot, lines)


def _earlier(engine: DockerEngine, one: ObservedContainer, part: Excerpt) -> Iterator[bytes]:
    """What was written before its last start; the engine would count the last lines from the end of all."""
    from dataclasses import replace

    from pullet.cli.following import lines_of

    until = (one.started_at or 0.0) - NOTED_LATE
    if until > 0:
        yield from deque(lines_of(engine.logs(one.id, replace(part, until=until, tail=None))), part.tail)
