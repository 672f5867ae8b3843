"""A command inside a running container with a time limit: for exec probes and hooks."""

from __future__ import annotations

import select
import time

from urllib3 import HTTPResponse

from pullet.engine.client import Client, Connection
from pullet.engine.frames import Frames
from pullet.model.errors import Transient
from pullet.model.probe import Exec

TAIL = 4096  # bytes of output that are kept, from the end


class Output:
    """The end of both streams as one text."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        for _, written in self._frames.feed(chunk):
            self._tail = (self._tail + written)[-TAIL:]

    def text(self) -> str:
        return self._tail.decode(errors="replace").strip()


def run_check(
    connection: Connection, container: str, command: tuple[str, ...], timeout: float
) -> tuple[int, str]:
    """The exit code and the end of the output. Raises Transient after `timeout` seconds, leaving the command."""
    with connection.calling(f"run {command[0]} in container {container[:12]}") as client:
        return run_inside(client, container, Exec(command), timeout)


def run_inside(client: Client, container: str, what: Exec, timeout: float) -> tuple[int, str]:
    """As `run_check`, for who has a client already, with all that a command may ask for; raises APIError besides."""
    deadline = time.monotonic() + timeout
    created = client.exec_create(
        container,
        list(what.command),
        user=what.user,
        workdir=what.working_dir or None,
        environment=list(what.environment) or None,
        privileged=what.privileged,
    )["Id"]
    with client.exec_stream(created) as response:
        text = _read(response.raw, deadline)
    if text is None:
        raise Transient(f"{what.command[0]} did not end within {timeout:g}s")
    return int(client.exec_inspect(created)["ExitCode"]), text


def _read(stream: HTTPResponse, deadline: float) -> str | None:
    """To the end of the stream; None if that is after the deadline (of time.monotonic)."""
    output, poll = Output(), select.poll()
    poll.register(stream.fileno(), select.POLLIN | select.POLLHUP)
    while poll.poll(max(0, deadline - time.monotonic()) * 1000):
        chunk = stream.read1()
        if not chunk:
            return output.text()
        output.feed(chunk)
    return None
