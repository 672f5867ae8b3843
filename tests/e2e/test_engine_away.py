"""The engine ends, crashes or hangs under the agent, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.agents import Agent, Fleet, new_fleet
from tests.lab.declare import daemon_set, deployment
from tests.lab.engine import LabEngine, private_engine
from tests.lab.images import make_images
from tests.lab.wait import eventually

FILES = {"web.yaml": deployment("web", 3), "log.yaml": daemon_set("log")}


@pytest.fixture(scope="module")
def own_engine() -> Iterator[LabEngine]:
    """One that these tests may end, kill and freeze."""
    with private_engine() as engine:
        make_images(engine.client)
        yield engine


@pytest.fixture
def fleet(own_engine: LabEngine, tmp_path: Path) -> Iterator[Fleet]:
    with new_fleet(tmp_path, own_engine) as fleet:
        yield fleet


def test_a_restarted_engine_is_found_again(agent: Agent) -> None:
    """`systemctl restart docker`: everything runs again in the same containers, and nothing twice."""
    agent.follows(FILES)
    before = agent.ids()
    agent.engine.restart()
    agent.runs(*before)
    agent.reaches("converged", agent.work.head)
    assert agent.ids() == before
    agent.follows({"web.yaml": deployment("web", 2)})
    assert len(agent.stands()) == 3


def test_a_killed_engine_is_found_again(agent: Agent) -> None:
    """The daemon dies hard, while containers go on without it; after its next start all is as it was."""
    agent.follows(FILES)
    before = agent.ids()
    agent.engine.kill()
    status = agent.reaches("degraded", timeout=30)
    assert str(agent.engine.url.removeprefix("unix://")) in status["message"]
    agent.engine.start()
    agent.runs(*before)
    agent.reaches("converged", agent.work.head)
    assert agent.ids() == before


def test_a_start_before_the_engine(agent: Agent) -> None:
    """An agent that is up before the engine waits for it, as after a reboot."""
    agent.follows({"web.yaml": deployment("web")})
    before = agent.ids()
    agent.stop()
    agent.engine.stop()
    agent.start()
    agent.reaches("degraded")
    agent.engine.start()
    agent.reaches("converged")
    assert agent.ids() == before


def test_an_engine_that_hangs(agent: Agent) -> None:
    """It accepts and does not answer: soon degraded with the reason, alive all the time, and then good again."""
    commit = agent.follows(FILES)
    before = agent.ids()
    assert agent.process is not None
    with agent.engine.frozen():
        agent.work.deploy({"web.yaml": deployment("web", 2)})
        healthy: list[int] = []

        def noticed() -> bool:
            healthy.append(agent.ask("/healthz").status)
            return str(agent.status()["state"]) == "degraded"

        eventually(noticed, 45, "the report says so")
        assert set(healthy) == {200}
        assert "not answer" in agent.status()["message"]
        assert agent.process.poll() is None
    agent.reaches("converged", agent.work.head)
    assert agent.work.head != commit
    assert agent.ids().items() <= before.items()
    assert len(agent.ids()) == 3
