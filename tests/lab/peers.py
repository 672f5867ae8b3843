"""Real peers on loopback for probes to ask: HTTP, TLS, and sockets that misbehave on purpose."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Peer:
    """A web server: `status` is its answer from now on, `requests` the path and headers of what it was asked."""

    port: int = 0
    status: int = 200
    requests: list[tuple[str, Message]] = field(default_factory=list)


@contextlib.contextmanager
def web_peer(tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            peer.requests.append((self.path, self.headers))
            self.send_response(peer.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent."""

    class Listener(ThreadingHTTPServer):
        request_queue_size = 1024

    with Listener(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        peer.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def raw_peer(answer: bytes | None) -> Iterator[int]:
    """A port that answers each connection with these bytes and closes it; with None it stays silent."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as silent:
        listener.settimeout(0.02)

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    if answer is None:
                        silent.enter_context(connection)
                        continue
                    with connection:
                        connection.recv(65536)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def free_port() -> int:
    """A port on loopback at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def self_signed(directory: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that nobody has reason to trust."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-subj", "/CN=nobody", "-days", "1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
