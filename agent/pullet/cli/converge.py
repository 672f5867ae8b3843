"""One convergence with a beginning and an end, shown while it happens."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

import typer

from pullet.cli.progress import Lines, Live, Progress
from pullet.loop import Tick, turn
from pullet.model.report import State
from pullet.settings import Settings
from pullet.wiring import House, build, only_writer

FINISH = 10.0
"""Seconds for the last note to reach the repository."""

SETTLED = frozenset({State.CONVERGED, State.HELD, State.REFUSED, State.ROLLED_BACK})


def converge(settings: Settings, timeout: float) -> bool:
    """True if the newest revision could be fetched and everything of it is ready within `timeout` seconds."""
    with only_writer(settings.state):
        house = build(settings)
        progress: Progress = Live() if sys.stdout.isatty() else Lines()
        end = _End(progress, time.monotonic() + timeout)
        try:
            house.start()
            house.wait_for_first_fetch(timeout)
            house.wait_for_first_answers()
            with progress:
                turn(house.loop, house.wake, end, longest_wait=1.0)
        finally:
            house.stop(FINISH)
    return _verdict(house, end)


@dataclass(slots=True)
class _End:
    """Called after each tick: shows it, and says whether to go on."""

    progress: Progress
    deadline: float
    last: Tick | None = field(default=None)

    def __call__(self, tick: Tick, _: float) -> bool:
        self.last = tick
        self.progress.show(tick)
        if time.monotonic() >= self.deadline:
            return False
        return not settled(tick)


def settled(tick: Tick) -> bool:
    """Nothing more will happen by itself: done, or stuck until a person acts."""
    moving = any(one.state is State.PROGRESSING for one in tick.report.workloads.values())
    failing = any(one.state is State.DEGRADED for one in tick.report.workloads.values())
    return tick.report.state in SETTLED and not tick.plan.steps and not moving and not failing


def _verdict(house: House, end: _End) -> bool:
    fetched = house.follower.fetched()
    if fetched.error:
        typer.echo(f"the newest revision is not known: {fetched.error}", err=True)
    if house.notes.error:
        typer.echo(f"the note could not be pushed: {house.notes.error}", err=True)
    if end.last is None:
        return False
    report = end.last.report
    typer.echo(report.headline, err=report.state is not State.CONVERGED)
    for problem in report.problems:
        typer.echo(str(problem), err=True)
    return report.state is State.CONVERGED and not fetched.error
