"""`pullet logs TARGET`: what the containers of a workload or an instance wrote."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from pullet.cli.options import Config, ContainerName, Target
from pullet.model.errors import PulletError

if TYPE_CHECKING:
    from pullet.cli.targets import Spot

    Line = tuple[Spot, bytes | PulletError | None]
    """What came of a container: a line, why there are no more, or None at its end."""


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
        bool, typer.Option("--follow", "-f", help="Go on with what is written, until they end.")
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

    Asks the engine, and no agent. Where there are several containers, each line says whose it is.
    """
    from pullet.cli.targets import engine_here, matching, spots

    engine, node = engine_here(config)
    found = spots(matching(target, engine.observe().incarnations, node), container)
    start = None if since is None else time.time() - since
    streams = [(spot, _lines(engine.logs(spot.container.id, follow, start, tail))) for spot in found]
    return _show(_together(streams) if follow else _in_turn(streams), _prefixes(found))


def _show(lines: Iterable[Line], prefixes: dict[Spot, bytes]) -> int:
    """What fails of one container does not keep the others back."""
    code = 0
    for spot, line in lines:
        if isinstance(line, PulletError):
            typer.echo(f"pullet: {spot}: {line}", err=True)
            code = 1
        elif line is not None:
            sys.stdout.buffer.write(prefixes[spot] + line)
            sys.stdout.buffer.flush()
    return code


def _prefixes(found: Sequence[Spot]) -> dict[Spot, bytes]:
    """None for a single container; while an instance is replaced, the specification tells old and new apart."""
    if len(found) == 1:
        return {found[0]: b""}
    names = Counter(map(str, found))
    return {
        spot: f"[{spot}@{spot.incarnation.hash[:7]}] ".encode()
        if names[str(spot)] > 1
        else f"[{spot}] ".encode()
        for spot in found
    }


def _in_turn(streams: Iterable[tuple[Spot, Iterator[bytes]]]) -> Iterator[Line]:
    for spot, lines in streams:
        yield from _told(spot, lines)


def _together(streams: Sequence[tuple[Spot, Iterator[bytes]]]) -> Iterator[Line]:
    """As they come, until all have ended."""
    queue: SimpleQueue[Line] = SimpleQueue()

    def read(spot: Spot, lines: Iterator[bytes]) -> None:
        for told in _told(spot, lines):
            queue.put(told)

    for stream in streams:
        Thread(target=read, args=stream, daemon=True).start()
    open_ones = len(streams)
    while open_ones:
        spot, line = queue.get()
        open_ones -= line is None
        yield spot, line


def _told(spot: Spot, lines: Iterator[bytes]) -> Iterator[Line]:
    try:
        for line in lines:
            yield spot, line
    except PulletError as error:
        yield spot, error
    yield spot, None


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines, each with its end; the last one gets it where it has none."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest + b"\n"
