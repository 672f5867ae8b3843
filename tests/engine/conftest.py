"""An engine as the loop has it, on a node of the test's own; and the same beside its fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pullet.engine.docker_engine import DockerEngine
from pullet.engine.stock import LOOKING_ONLY, Shelf
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.pods import unique_node


@pytest.fixture
def node(engine: LabEngine) -> Iterator[str]:
    """A node that nobody else has; whatever it leaves on the engine is removed."""
    with unique_node(engine.client) as name:
        yield name


@pytest.fixture
def wake() -> Wake:
    return Wake()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where the engine room keeps what it makes: state/ and run/ below it."""
    return tmp_path / "shelf"


@pytest.fixture
def docker_engine(engine: LabEngine, node: str, wake: Wake, shelf: Path) -> Iterator[DockerEngine]:
    """Listening to the real engine."""
    kept = Shelf(shelf / "state", shelf / "run", LOOKING_ONLY.export)
    ours = DockerEngine(engine.url, node, wake, shelf=kept)
    ours.start()
    yield ours
    ours.stop()


@pytest.fixture
def hand(docker_engine: DockerEngine) -> Hand:
    """Gives steps to the real engine and waits for what comes of them."""
    return Hand(docker_engine)
