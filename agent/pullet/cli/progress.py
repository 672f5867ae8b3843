"""What a convergence looks like while it happens: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import typer

from pullet.loop import Tick
from pullet.model.report import Report

if TYPE_CHECKING:
    from rich.table import Table


class Progress(Protocol):
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def show(self, tick: Tick) -> None: ...


class Lines:
    """A line for each step and each change of an instance's state."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._said: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, tick: Tick) -> None:
        for step in tick.plan.steps:
            self._say(f"{step.do} {step.key}", f"{step.do:<8} {step.instance}  {step.because}")
        for one in tick.report.instances:
            # Old and new stand side by side under one name.
            subject = " ".join([one.instance, *(container.id for container in one.containers)])
            self._say(subject, f"{one.state:<8} {one.instance}  {one.because}", key=one.state)

    def _say(self, subject: str, line: str, *, key: str = "") -> None:
        if self._said.get(subject) != (key or line):
            self._said[subject] = key or line
            typer.echo(f"{time.monotonic() - self._began:6.1f}s  {line}")


class Live:
    """One table of instances that is drawn anew after each tick."""

    def __init__(self) -> None:
        from rich.live import Live as RichLive

        self._live = RichLive(auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, tick: Tick) -> None:
        self._live.update(table(tick.report), refresh=True)


COLOURS = {
    "ready": "green",
    "completed": "green",
    "starting": "yellow",
    "missing": "yellow",
    "stopped": "yellow",
}


def table(report: Report) -> Table:
    """The instances of a report as a rich table."""
    from rich import box
    from rich.table import Table

    drawn = Table("instance", "state", "because", title=report.headline, title_justify="left", box=box.SIMPLE)
    for one in report.instances:
        colour = COLOURS.get(one.state, "red")
        drawn.add_row(one.instance, f"[{colour}]{one.state}[/]", one.because)
    return drawn
