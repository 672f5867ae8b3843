"""What a convergence prints where there is no terminal."""

from __future__ import annotations

import pytest

from pullet.cli.progress import Lines
from pullet.loop import Tick
from pullet.model.plan import Plan
from pullet.model.report import ContainerReport, InstanceReport, Report, State

WEB = "shop/Deployment/web#0"


def standing(state: str, container: str) -> InstanceReport:
    containers = (ContainerReport("web", "web:1", "running", container),)
    return InstanceReport(WEB, state, state == "ready", "its probe says so", containers)


def test_old_and_new_side_by_side_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """During a replacement both have one name; neither is told again while nothing changes."""
    both = (standing("ready", "0ld"), standing("starting", "new"))
    report = Report("edge-1", "c0ffee", State.PROGRESSING, since=0, took=0, instances=both)
    lines = Lines()
    for _ in range(3):
        lines.show(Tick(Plan("c0ffee", "edge-1"), report))
    told = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert told == ["ready", "starting"]
