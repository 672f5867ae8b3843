"""Commands inside containers."""

import pytest

from pullet.engine.checks import TAIL, Output
from pullet.engine.docker_engine import DockerEngine
from pullet.model.errors import Transient
from tests.lab.hand import Hand
from tests.lab.pods import instance


def frame(text: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def test_frames_in_any_pieces() -> None:
    """Both streams are one text, however the bytes arrive."""
    whole, output = frame(b"a") + frame(b"b", 2) + frame(b"c"), Output()
    for byte in whole:
        output.feed(bytes([byte]))
    assert output.text() == "abc"


def test_only_the_end_of_much_output_is_kept() -> None:
    """A command that chatters costs no memory."""
    output = Output()
    for _ in range(100):
        output.feed(frame(b"x" * 1000))
    output.feed(frame(b"end"))
    assert (len(output.text()), output.text()[-3:]) == (TAIL, "end")


def test_exit_code_and_output(hand: Hand, docker_engine: DockerEngine) -> None:
    """Of a command that succeeds, one that fails, and one that is not there."""
    container = hand.starts(instance()).containers[0].id
    assert docker_engine.run_check(container, ("echo", "hi"), 10) == (0, "hi")
    assert docker_engine.run_check(container, ("sh", "-c", "echo no >&2; exit 3"), 10) == (3, "no")
    code, text = docker_engine.run_check(container, ("nonsense",), 10)
    assert code == 126
    assert "not found" in text


def test_a_command_that_takes_too_long_is_transient(hand: Hand, docker_engine: DockerEngine) -> None:
    """Silent or chattering, the time is the time."""
    container = hand.starts(instance()).containers[0].id
    for command in ("sleep 60", "while :; do echo x; done"):
        with pytest.raises(Transient, match="did not end within"):
            docker_engine.run_check(container, ("timeout", "5", "sh", "-c", command), 0.3)


def test_a_container_that_is_gone_is_transient(docker_engine: DockerEngine) -> None:
    """Nothing to ask a person for: the next look will not have it."""
    with pytest.raises(Transient):
        docker_engine.run_check("0" * 64, ("true",), 5)
