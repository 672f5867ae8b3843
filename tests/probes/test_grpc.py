"""gRPC health of real servers, and of peers that are none."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import grpc
import pytest
from grpc_health.v1.health import HealthServicer
from grpc_health.v1.health_pb2 import HealthCheckResponse
from hyperframe.frame import GoAwayFrame, HeadersFrame, RstStreamFrame, SettingsFrame

from pullet import __version__
from pullet.model.probe import Grpc
from pullet.probes.grpc import health
from tests.lab.grpc_peers import Calls, frames, grpc_peer
from tests.lab.peers import free_port, raw_peer

WHOLE = "gRPC health of 127.0.0.1:{}"


def said(port: int, service: str = "", *, timeout: float = 5, host: str = "127.0.0.1") -> tuple[bool, str]:
    """Whether it is good, and the words without whom they are of."""
    outcome = asyncio.run(health(Grpc(port, service), host, timeout))
    assert outcome is not None
    return outcome.ok, outcome.message.removeprefix(WHOLE.format(port)).strip()


def test_a_server_that_serves() -> None:
    """Asked without a service, the server answers for the whole of itself; the words name whom was asked."""
    with grpc_peer(HealthServicer()) as port:
        outcome = asyncio.run(health(Grpc(port), "127.0.0.1", 5))
    assert outcome is not None
    assert (outcome.ok, outcome.message) == (True, f"gRPC health of 127.0.0.1:{port} says SERVING")


@pytest.mark.parametrize("status", HealthCheckResponse.ServingStatus.keys())
def test_only_serving_is_good(status: str) -> None:
    """The service's own status decides, whatever the server's as a whole."""
    servicer = HealthServicer()
    servicer.set("shop.Cart", HealthCheckResponse.ServingStatus.Value(status))
    with grpc_peer(servicer) as port:
        assert said(port, "shop.Cart") == (status == "SERVING", f"for shop.Cart says {status}")


def test_what_is_sent() -> None:
    """The service's name, however long, and a name of our own."""
    servicer = Calls()
    with grpc_peer(servicer) as port:
        said(port, "ü" * 300)
    [(service, metadata)] = servicer.calls
    assert service == "ü" * 300
    assert metadata["user-agent"] == f"pullet-probe/{__version__}"


def test_a_service_that_the_server_does_not_know() -> None:
    """Said as such, with its name."""
    with grpc_peer(HealthServicer()) as port:
        assert said(port, "shop.Crat") == (False, "for shop.Crat knows no such service")


@pytest.mark.parametrize(
    ("code", "details", "words"),
    [
        (grpc.StatusCode.NOT_FOUND, "", "wants to be asked for a service by name"),
        (grpc.StatusCode.UNAVAILABLE, "", "failed with UNAVAILABLE"),
        (grpc.StatusCode.UNAUTHENTICATED, "who är du?\n", "failed with UNAUTHENTICATED: who är du?"),
    ],
)
def test_a_call_that_fails(code: grpc.StatusCode, details: str, words: str) -> None:
    """The code by its name, and the first line of what the server says of it."""
    with grpc_peer(Calls(code, details)) as port:
        assert said(port) == (False, words)


def test_a_server_without_the_health_service() -> None:
    """It is the server that lacks something, and this is said."""
    with grpc_peer() as port:
        assert said(port) == (False, "is not implemented by the server")


def test_nobody_listens() -> None:
    """A refused connection is said as such, with the address."""
    port = free_port()
    assert said(port) == (False, f"connection to 127.0.0.1:{port} refused")


def test_a_silent_peer_is_late() -> None:
    """No answer within the time-out is a failure that names the time-out."""
    with raw_peer(None) as port:
        assert said(port, timeout=0.1) == (False, "did not answer within 0.1s")


NOT_GRPC = "answered something that is not gRPC in cleartext"
BROKEN_OFF = "was broken off without an answer"
SETTINGS = SettingsFrame(0).serialize()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", BROKEN_OFF),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", NOT_GRPC),
        (b"SSH-2.0-OpenSSH_9.2\r\n", NOT_GRPC),
        (b"\x15\x03\x03\x00\x02\x02\x46", NOT_GRPC),  # TLS: unexpected message
        (b"x" * 100_000, NOT_GRPC),
        (SETTINGS, BROKEN_OFF),
        (SETTINGS * 10_000, BROKEN_OFF),
        (SETTINGS + b"x" * 100_000, BROKEN_OFF),
        (SETTINGS + HeadersFrame(1, b"\xff" * 9, flags=["END_HEADERS"]).serialize(), NOT_GRPC),
        (SETTINGS + RstStreamFrame(1, 7).serialize(), BROKEN_OFF),
        (SETTINGS + GoAwayFrame(0, 0).serialize(), BROKEN_OFF),
        (frames(b"busy", status="503"), "answered HTTP status 503"),
        (frames(b"<html>", status="200"), NOT_GRPC),
        (frames(b"", status="200", grpc_status="0"), NOT_GRPC),
        (frames(b"", status="200", grpc_status="99"), "failed with code 99"),
        (frames(b"", status="200", grpc_status="SERVING"), "failed with code SERVING"),
        (
            frames(b"", status="200", grpc_status="13", grpc_message="%FF%1B[31m"),
            "failed with INTERNAL: \ufffd[31m",
        ),
    ],
)
def test_what_is_not_health(answer: bytes, words: str) -> None:
    """Whatever a peer sends, the answer is a failure in words and never an error of the agent."""
    with raw_peer(answer) as port:
        assert said(port) == (False, words)


def test_http2_is_loaded_only_where_it_is_spoken() -> None:
    """An agent without such a probe does not pay for it."""
    code = "import pullet.probes.prober, sys; sys.exit('h2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
