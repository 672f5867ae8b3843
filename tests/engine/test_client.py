"""The connection: version, time-outs, and what is said when there is no engine."""

import os
import signal
from pathlib import Path

import pytest

from pullet.engine.client import NEWEST, Connection, negotiated
from pullet.engine.docker_engine import DockerEngine
from pullet.model.errors import Refused, Transient
from pullet.wake import Wake
from tests.lab.engine import LabEngine, private_engine
from tests.lab.images import BUSYBOX, make_images
from tests.lab.pods import OBSTINATE
from tests.lab.users import nobody
from tests.lab.wait import eventually


@pytest.mark.parametrize(
    ("newest", "oldest", "chosen"),
    [
        ("1.41", "1.12", (1, 41)),
        ("1.44", "1.24", (1, 44)),
        ("1.99", "1.24", NEWEST),
        ("1.99", "1.80", (1, 80)),
    ],
)
def test_the_newest_version_that_both_speak(newest: str, oldest: str, chosen: tuple[int, int]) -> None:
    """Not newer than the SDK was written for, except for an engine that has dropped all of that."""
    assert negotiated({"ApiVersion": newest, "MinAPIVersion": oldest}) == chosen


def test_an_engine_that_is_too_old_is_refused() -> None:
    """The message says what there is and what is needed."""
    with pytest.raises(Refused, match=r"19\.03.*20\.10"):
        negotiated({"ApiVersion": "1.40", "Version": "19.03", "MinAPIVersion": "1.12"})


def test_no_engine_is_transient(tmp_path: Path) -> None:
    """It may still be starting; the hint says how to look."""
    with pytest.raises(Transient, match=r"no engine answers.*systemctl status docker"):
        DockerEngine(f"unix://{tmp_path}/none.sock", "n1", Wake()).observe()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without permission")
def test_no_permission_is_refused_with_what_to_do(engine: LabEngine) -> None:
    """Trying again does not help; the group docker does."""
    ours = DockerEngine(engine.url, "n1", Wake())
    with nobody(), pytest.raises(Refused, match=r"no permission.*group docker"):
        ours.observe()


def test_an_engine_that_hangs_is_transient(engine: LabEngine) -> None:
    """No call waits for ever: neither the first one nor one on a connection that stood."""
    if not engine.private:
        pytest.skip("only a private engine may be frozen")
    standing = DockerEngine(engine.url, "n1", Wake(), patience=0.5)
    standing.observe()
    with engine.frozen():
        for ours in (standing, DockerEngine(engine.url, "n1", Wake(), patience=0.5)):
            with pytest.raises(Transient, match="did not answer in time"):
                ours.observe()
    standing.observe()
    standing.stop()


def test_ping_says_what_the_engine_is(engine: LabEngine) -> None:
    """For doctor: versions, storage, rootless or not."""
    ours = DockerEngine(engine.url, "n1", Wake())
    info = ours.ping()
    assert info.version == engine.client.version()["Version"]
    assert tuple(map(int, info.api.split("."))) >= (1, 41)
    ours.stop()


def test_a_wrong_address_is_refused() -> None:
    """A mistake in the settings is a person's to mend."""
    with pytest.raises(Refused), Connection("smoke://signals").calling("list containers"):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="a private engine needs root")
def test_an_engine_that_is_ending_is_noticed() -> None:
    """It answers on open connections until its containers have stopped, and takes no new ones: nothing may start."""
    with private_engine() as ending:
        make_images(ending.client)
        container = ending.client.create({"Image": BUSYBOX, "Cmd": list(OBSTINATE), "StopTimeout": 3}, "slow")
        ending.client.start(container)
        connection = Connection(ending.url)
        connection.knock()
        assert ending.process is not None
        ending.process.send_signal(signal.SIGTERM)
        eventually(lambda: not welcome(connection), 10, "nobody opens")
        assert ending.client.inspect_container(container)["State"]["Running"]


def welcome(connection: Connection) -> bool:
    try:
        connection.knock()
    except Transient:
        return False
    return True
