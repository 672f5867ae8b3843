"""A tap on an engine's socket: forwards every byte and keeps the requests that went by; it may hold a trap."""

from __future__ import annotations

import contextlib
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

REQUEST = re.compile(rb"^(GET|POST|PUT|DELETE|HEAD) /v[\d.]+(\S+) HTTP/1\.1\r\n")

Moment = Literal["before", "after"]


@dataclass(slots=True)
class Trap:
    """Springs once: right before the `number`-th request that changes something, or right after it was carried out.

    From then on no such request gets through. A command in a container, as probes run it, changes nothing.
    """

    number: int
    moment: Moment
    spring: Callable[[], None]
    sprung: bool = False
    _count: int = 0
    _caught: socket.socket | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets_pass(self, request: str, client: socket.socket) -> bool:
        """Called before a request goes on to the engine."""
        if request.startswith(("GET", "HEAD")) or "/exec" in request:
            return True
        with self._lock:
            self._count += 1
            if self._count > self.number:
                return False
            if self._count < self.number:
                return True
            if self.moment == "after":
                self._caught = client
                return True
            self._close()
            return False

    def lets_answer(self, client: socket.socket) -> bool:
        """Called before an answer goes back."""
        with self._lock:
            if client is not self._caught:
                return True
            if not self.sprung:
                self._close()
            return False

    def _close(self) -> None:
        self.sprung = True
        self.spring()


class Tap:
    """`requests` are method and path, in order, such as `GET /containers/json?…`."""

    def __init__(self, path: str, behind: str, trap: Trap | None = None) -> None:
        self.url = f"unix://{path}"
        self.requests: list[str] = []
        self._behind = behind
        self._trap = trap
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self._sockets: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def since(self, start: int) -> list[str]:
        return [request.partition("?")[0] for request in self.requests[start:]]

    def close(self) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(self._behind)
                self._sockets += [client, engine]
                threading.Thread(target=self._ask, args=(client, engine), daemon=True).start()
                threading.Thread(target=self._answer, args=(engine, client), daemon=True).start()

    def _ask(self, client: socket.socket, engine: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := client.recv(65536):
                if found := REQUEST.match(chunk):
                    request = b" ".join(found.groups()).decode()
                    self.requests.append(request)
                    if self._trap and not self._trap.lets_pass(request, client):
                        return
                engine.sendall(chunk)
            engine.shutdown(socket.SHUT_WR)

    def _answer(self, engine: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := engine.recv(65536):
                if self._trap and not self._trap.lets_answer(client):
                    return
                client.sendall(chunk)
            client.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def tapped(url: str, trap: Trap | None = None) -> Iterator[Tap]:
    """A tap before the engine at this `unix://` address."""
    with tempfile.TemporaryDirectory(prefix="pullet-tap-", dir="/tmp") as home:
        tap = Tap(str(Path(home, "tap.sock")), url.removeprefix("unix://"), trap)
        try:
            yield tap
        finally:
            tap.close()
