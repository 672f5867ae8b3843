"""HTTP over the engine's socket: the SDK's transport, with one pool for all addresses, and nothing left open.

The SDK keeps a pool for each URL, so that hardly any connection is used twice, and leaves sockets that could not
connect or whose answers were not read to the end to the garbage collector. Used by `client`.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool


def dialled(url: str, timeout: float) -> socket.socket:
    """A connection of its own to the engine at `unix://…` or `tcp://…`."""
    kind, _, place = url.partition("://")
    if kind != "unix":
        host, _, port = place.rstrip("/").rpartition(":")
        return socket.create_connection((host, int(port)), timeout)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(timeout)
    made.connect("/" + place.lstrip("/"))
    return made


class UnixConnection(UnixHTTPConnection):
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.unix_socket)

    def __del__(self) -> None:
        if self.sock is not None:
            self.sock.close()


class UnixPool(UnixHTTPConnectionPool):
    def _new_conn(self) -> UnixConnection:  # type: ignore[override]
        return UnixConnection(self.base_url, self.socket_path)


class UnixAdapter(UnixHTTPAdapter):
    """`path` is the socket's; `size` is how many idle connections are kept."""

    def __init__(self, path: str, size: int) -> None:
        super().__init__(f"http+unix://{path}")
        self._pool = UnixPool("http+docker://localhost", path, maxsize=size)

    def get_connection(
        self, url: str | bytes, proxies: Mapping[str, str] | None = None
    ) -> UnixHTTPConnectionPool:
        del url, proxies
        return self._pool

    def close(self) -> None:
        super().close()
        self._pool.close()
