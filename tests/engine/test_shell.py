"""Commands inside containers that people speak to."""

import os
import pty
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from pullet.engine.client import Connection
from pullet.engine.docker_engine import DockerEngine
from pullet.engine.shell import Ends, run_joined
from pullet.model.errors import Transient
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.pods import instance


@dataclass
class Pipes:
    """What stands at the other side of a command's ends."""

    input: tuple[int, int] = field(default_factory=os.pipe)
    output: tuple[int, int] = field(default_factory=os.pipe)
    errors: tuple[int, int] = field(default_factory=os.pipe)

    @property
    def ends(self) -> Ends:
        return Ends(self.input[0], self.output[1], self.errors[1])

    def close(self) -> None:
        for end in (*self.input, *self.output, *self.errors):
            try:
                os.close(end)
            except OSError:
                continue


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    made = Pipes()
    yield made
    made.close()


def test_input_output_and_exit_code(hand: Hand, engine: LabEngine, pipes: Pipes) -> None:
    """Each stream at its own end; the end of the input reaches the command."""
    found = hand.starts(instance()).containers[0].id
    os.write(pipes.input[1], b"hello\n")
    os.close(pipes.input[1])
    script = "cat; echo wrong >&2; exit 7"
    assert run_joined(Connection(engine.url), found, ("sh", "-c", script), pipes.ends, tty=False) == 7
    assert os.read(pipes.output[0], 100) == b"hello\n"
    assert os.read(pipes.errors[0], 100) == b"wrong\n"


def test_a_command_without_input(hand: Hand, engine: LabEngine, pipes: Pipes) -> None:
    """It reads nothing, and what is typed stays with us."""
    found = hand.starts(instance()).containers[0].id
    ends = Ends(None, pipes.output[1], pipes.errors[1])
    assert run_joined(Connection(engine.url), found, ("cat",), ends, tty=False) == 0


def test_a_terminal(hand: Hand, engine: LabEngine) -> None:
    """The command has one, of the size of ours."""
    found = hand.starts(instance()).containers[0].id
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    try:
        os.system(f"stty -F {os.ttyname(theirs)} raw rows 33 cols 99")
        sized = "until [ \"$(stty size)\" = '33 99' ]; do sleep 0.05; done"
        script = f"tty >/dev/null || exit 4; {sized}; read line; exit $line"
        os.write(ours, b"5\n")
        ends = Ends(theirs, theirs, theirs)
        assert run_joined(Connection(engine.url), found, ("sh", "-c", script), ends, tty=True) == 5
    finally:
        os.close(ours)
        os.close(theirs)


def test_much_output(hand: Hand, engine: LabEngine, pipes: Pipes) -> None:
    """Arrives whole, from its first byte on."""
    found = hand.starts(instance()).containers[0].id
    chunks: list[bytes] = []

    def read() -> None:
        while chunk := os.read(pipes.output[0], 1 << 16):
            chunks.append(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    ends = Ends(None, pipes.output[1], pipes.errors[1])
    run_joined(Connection(engine.url), found, ("seq", "200000"), ends, tty=False)
    os.close(pipes.output[1])
    reader.join(10)
    assert b"".join(chunks).split() == [str(number).encode() for number in range(1, 200001)]


def test_a_container_that_is_gone(docker_engine: DockerEngine) -> None:
    """Is said, and nothing else happens."""
    with pytest.raises(Transient, match="No such container"):
        docker_engine.exec("0" * 64, ("true",), tty=False, stdin=False)
