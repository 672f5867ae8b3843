"""What several rooms' tests share: one engine per worker, with a handful of images, and a fleet per test."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lab.agents import Agent, Fleet, new_fleet
from tests.lab.engine import LabEngine, NoEngine, private_engine, reachable_engine
from tests.lab.images import make_images
from tests.lab.network import leave_the_network

settings.register_profile("nightly", max_examples=1000)  # ten times as much as without it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None]:
    """What needs an engine that cannot be had is skipped, saying why; but not in CI, where nothing may be left out."""
    try:
        yield
    except NoEngine as reason:
        if "CI" in os.environ:
            raise
        pytest.skip(str(reason))


@pytest.fixture(scope="session", autouse=True)
def _network() -> None:
    """Root's tests, and each of several workers, are by themselves on the network.

    A root that may not leave it can start no engine either, and has only what needs none.
    """
    if os.geteuid() == 0:
        with contextlib.suppress(PermissionError):
            leave_the_network()


@pytest.fixture(scope="session")
def engine() -> Iterator[LabEngine]:
    """A real engine: a private one for root, else the one that the user may use already."""
    if os.geteuid() == 0:
        with private_engine() as ours:
            make_images(ours.client)
            yield ours
    else:
        theirs = reachable_engine()
        make_images(theirs.client)
        yield theirs
        theirs.client.close()


@pytest.fixture
def fleet(engine: LabEngine, tmp_path: Path) -> Iterator[Fleet]:
    """An empty repository, and no agent yet."""
    with new_fleet(tmp_path, engine) as fleet:
        yield fleet


@pytest.fixture
def agent(fleet: Fleet) -> Agent:
    """One agent that runs, and has nothing to do yet."""
    return fleet.agent().start()
