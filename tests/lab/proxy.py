"""A tap on an engine's socket: forwards every byte and keeps the requests that went by."""

from __future__ import annotations

import contextlib
import re
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

REQUEST = re.compile(rb"^(GET|POST|PUT|DELETE|HEAD) /v[\d.]+(\S+) HTTP/1\.1\r\n")


class Tap:
    """`requests` are method and path, in order, such as `GET /containers/json?…`."""

    def __init__(self, path: str, behind: str) -> None:
        self.url = f"unix://{path}"
        self.requests: list[str] = []
        self._behind = behind
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
                threading.Thread(target=self._pump, args=(client, engine, True), daemon=True).start()
                threading.Thread(target=self._pump, args=(engine, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, requests: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if requests and (found := REQUEST.match(chunk)):
                    self.requests.append(b" ".join(found.groups()).decode())
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def tapped(url: str) -> Iterator[Tap]:
    """A tap before the engine at this `unix://` address."""
    with tempfile.TemporaryDirectory(prefix="pullet-tap-", dir="/tmp") as home:
        tap = Tap(str(Path(home, "tap.sock")), url.removeprefix("unix://"))
        try:
            yield tap
        finally:
            tap.close()
