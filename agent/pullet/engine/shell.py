"""A command inside a running container, joined to this process's own input and output: for people."""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import docker.errors
from docker.errors import APIError

from pullet.engine.client import Client, Connection
from pullet.engine.frames import STDERR, Frames
from pullet.engine.transport import dialled

PIECE = 65536
GLANCE = 0.25  # seconds between two looks at the size of the terminal
SWITCHED = (101, 200)


@dataclass(frozen=True, slots=True)
class Ends:
    """File descriptors; `stdin` is None where the command is to have no input."""

    stdin: int | None = 0
    stdout: int = 1
    stderr: int = 2


def run_joined(
    connection: Connection, container: str, command: tuple[str, ...], ends: Ends, *, tty: bool
) -> int:
    """The command's exit code. Raises Transient or Refused. A terminal of the caller is raw already."""
    with connection.calling(f"run {command[0]} in container {container[:12]}") as client:
        created = client.exec_create(container, list(command), stdin=ends.stdin is not None, tty=tty)["Id"]
        with _switched(client, created, tty=tty) as (peer, first):
            _Junction(client, created, ends, tty).carry(peer, first)
        return int(client.exec_inspect(created)["ExitCode"])


class _Junction:
    """Carries bytes both ways until the command's output ends."""

    def __init__(self, client: Client, exec_id: str, ends: Ends, tty: bool) -> None:
        self._client = client
        self._exec = exec_id
        self._ends = ends
        self._tty = tty
        self._frames = Frames()
        self._size: os.terminal_size | None = None

    def carry(self, peer: socket.socket, first: bytes) -> None:
        """`first` came with the engine's answer."""
        self._show(first)
        typing = [] if self._ends.stdin is None else [self._ends.stdin]
        while True:
            self._fit()
            readable = select.select([peer.fileno(), *typing], [], [], GLANCE)[0]
            for end in set(typing) & set(readable):
                if typed := os.read(end, PIECE):
                    peer.sendall(typed)
                else:
                    peer.shutdown(socket.SHUT_WR)
                    typing.clear()
            if peer.fileno() in readable:
                received = peer.recv(PIECE)
                if not received:
                    return
                self._show(received)

    def _show(self, received: bytes) -> None:
        if self._tty:
            _write(self._ends.stdout, received)
            return
        for stream, written in self._frames.feed(received):
            _write(self._ends.stderr if stream == STDERR else self._ends.stdout, written)

    def _fit(self) -> None:
        """The command's terminal gets the size of ours."""
        if not self._tty:
            return
        with suppress(OSError, docker.errors.APIError):
            size = os.get_terminal_size(self._ends.stdout)
            if size != self._size:
                self._client.exec_resize(self._exec, height=size.lines, width=size.columns)
                self._size = size


@contextmanager
def _switched(client: Client, exec_id: str, *, tty: bool) -> Iterator[tuple[socket.socket, bytes]]:
    """The connection after HTTP left it, and what came already; HTTP libraries keep some of that to themselves."""
    body = json.dumps({"Detach": False, "Tty": tty}).encode()
    head = (
        f"POST /v{client.api_version}/exec/{exec_id}/start HTTP/1.1\r\n"
        "Host: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with dialled(client.url, client.timeout) as peer:
        peer.sendall(head.encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            received = peer.recv(PIECE)
            if not received:
                raise ConnectionError("the engine closed the connection")
            answer += received
        told, _, first = answer.partition(b"\r\n\r\n")
        if int(told.split(b" ", 2)[1]) not in SWITCHED:
            raise APIError(first.decode(errors="replace").strip())
        peer.settimeout(None)
        yield peer, first


def _write(end: int, content: bytes) -> None:
    while content:
        content = content[os.write(end, content) :]
