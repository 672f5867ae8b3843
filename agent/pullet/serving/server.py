"""The HTTP server in a thread of its own; the loop neither waits for it nor is waited for."""

from __future__ import annotations

import errno
import socket
import threading

import structlog
import uvicorn

from pullet.model.errors import Refused
from pullet.serving.address import Address
from pullet.serving.app import Endpoints, Hooks
from pullet.serving.board import Board
from pullet.serving.guard import Guard

log = structlog.get_logger()

AT_ONCE = 64
PATIENCE = 2  # seconds that requests get to end when the agent stops


class Server:
    """`listen` as the settings say it; with a token, everything but health, readiness and the webhook needs it."""

    def __init__(self, listen: str, token: str | None, board: Board, hooks: Hooks) -> None:
        self._address = Address.parse(listen)
        self._token = token
        self._endpoints = Endpoints(board, hooks)
        _check(self._address, token)

    def start(self) -> None:
        """Returns when it listens. Raises Refused where it cannot."""
        self._listener = _listener(self._address)
        self._server = uvicorn.Server(self._config())
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="http", daemon=True
        )
        self._thread.start()
        log.info("http_listened", url=self.url)

    @property
    def url(self) -> str:
        """Without a slash at its end; with the port that was chosen. Known from `start` on."""
        return f"http://{Address(self._address.here.host, self._listener.getsockname()[1])}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def _config(self) -> uvicorn.Config:
        hosts = self._address.host_names if self._address.is_loopback else None
        return uvicorn.Config(
            Guard(self._endpoints.application(), self._token, hosts),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=AT_ONCE + 1,  # it refuses from this one on
            timeout_graceful_shutdown=PATIENCE,
        )


def _check(address: Address, token: str | None) -> None:
    if token == "":
        raise Refused("the token for HTTP is empty", hint="write one into status.token_file")
    if token is None and not address.is_loopback:
        raise Refused(
            f"{address} can be reached from other machines, and no token is asked for",
            hint="set status.token_file, or listen at 127.0.0.1",
        )


def _listener(address: Address) -> socket.socket:
    try:
        family, *_, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place[:2], family=family, backlog=AT_ONCE)
    except OSError as error:
        raise Refused(f"cannot listen at {address}: {_reason(error)}", hint=_hint(error)) from None


def _reason(error: OSError) -> str:
    return "it is in use already" if error.errno == errno.EADDRINUSE else error.strerror or str(error)


def _hint(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "does another agent run here? Give each its own status.listen"
    return "see status.listen"
