"""The private engine itself: alone, beside others, and gone without a trace."""

import os
from pathlib import Path

import pytest

from tests.lab.engine import (
    LabEngine,
    _daemons_of,
    _links_of,
    _mounts_below,
    _processes_of,
    engine_below,
    private_engine,
    remove_engine,
)
from tests.lab.images import BUSYBOX, make_images

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a private engine needs root")


def with_a_container(engine: LabEngine) -> str:
    make_images(engine.client)
    engine.client.create_network("net")
    host = {"NetworkMode": "net", "RestartPolicy": {"Name": "unless-stopped"}}
    container = engine.client.create({"Image": BUSYBOX, "Cmd": ["sleep", "600"], "HostConfig": host}, "same")
    engine.client.start(container)
    return container


def traces(home: Path) -> list[object]:
    rest = [home] if home.exists() else []
    return [*_daemons_of(home), *_processes_of(home), *_mounts_below(home), *_links_of(home), *rest]


def test_two_side_by_side_leave_nothing_even_when_killed() -> None:
    """Each has its own containers, networks and addresses; a killed one starts again."""
    with private_engine() as one, private_engine() as other:
        with_a_container(one)
        container = with_a_container(other)
        assert one.client.info()["ID"] != other.client.info()["ID"]
        other.kill()
        other.start()
        assert [row["Id"] for row in other.client.containers(all=True)] == [container]
        other.client.start(container)
        other.kill()
        homes = [engine.home for engine in (one, other) if engine.home]
        assert all(traces(home) for home in homes)
    assert [traces(home) for home in homes] == [[], []]


def test_another_process_can_take_it_away() -> None:
    """Whoever knows the directory of an engine that somebody else started can end it and leave nothing of it."""
    with private_engine() as theirs:
        assert theirs.home
        with_a_container(theirs)
        remove_engine(engine_below(theirs.home))
        assert traces(theirs.home) == []
