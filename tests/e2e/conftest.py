"""A fleet per test, on the session's engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.agents import Agent, Fleet, new_fleet
from tests.lab.engine import LabEngine


@pytest.fixture
def fleet(engine: LabEngine, tmp_path: Path) -> Iterator[Fleet]:
    """An empty repository, and no agent yet."""
    with new_fleet(tmp_path, engine) as fleet:
        yield fleet


@pytest.fixture
def agent(fleet: Fleet) -> Agent:
    """One agent that runs, and has nothing to do yet."""
    return fleet.agent().start()
