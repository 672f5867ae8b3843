"""How a verb shows what it read: a table for people, JSON or YAML for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer

from pullet.cli.options import Format


def data(value: Any, form: Format) -> None:
    """As JSON or YAML."""
    if form is Format.JSON:
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
    else:
        import yaml

        typer.echo(yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True), nl=False)


def columns(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on standard output."""
    for line in aligned(header, rows):
        typer.echo(line)


def aligned(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Columns without lines around them, as kubectl shows them; the last column may be long."""
    table = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(row[index]) for row in table) for index in range(len(header))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def seconds_of(moment: str) -> float:
    """Since the epoch, from a time as the agent writes it."""
    from datetime import datetime

    return datetime.fromisoformat(moment).timestamp()


def ago(at: float, now: float) -> str:
    """`12s`, `5m`, `3h`, `9d` before now."""
    passed = max(0, int(now - at))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if passed >= size:
            return f"{passed // size}{unit}"
    return f"{passed}s"
