"""What `pullet status` learns from the agent, and what it says when there is none."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from pullet.model.errors import Refused, Transient
from pullet.serving.client import fetch_status
from tests.lab.peers import free_port, raw_peer
from tests.lab.reporting import CONVERGED
from tests.serving.conftest import House


def test_the_report(house: House, url: str) -> None:
    """What the agent serves arrives as it is."""
    house.board.publish(CONVERGED)
    assert fetch_status(urlsplit(url).netloc) == CONVERGED.status()


def test_with_a_token_everywhere(house: House) -> None:
    """An agent that listens everywhere is asked on this machine, with its token; another token is refused."""
    house.board.publish(CONVERGED)
    with house.served("0.0.0.0:0", token="t0ken") as url:
        everywhere = f"0.0.0.0:{urlsplit(url).port}"
        assert fetch_status(everywhere, "t0ken")["node"] == "edge-1"
        for token in (None, "other"):
            with pytest.raises(Refused, match="another token"):
                fetch_status(everywhere, token)


def test_before_the_first_report(url: str) -> None:
    """An agent without a report is one to ask again."""
    with pytest.raises(Transient, match="has no report yet"):
        fetch_status(urlsplit(url).netloc)


def test_nobody_listens() -> None:
    """No agent is a message that asks whether it runs."""
    with pytest.raises(
        Transient, match=r"does not answer at 127\.0\.0\.1:\d+: Connection refused \(is it running\?"
    ):
        fetch_status(f"127.0.0.1:{free_port()}")


def test_somebody_is_silent() -> None:
    """One that accepts and says nothing is given up after the time-out."""
    with raw_peer(None) as port, pytest.raises(Transient, match="does not answer"):
        fetch_status(f"127.0.0.1:{port}", timeout=0.1)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_stranger(answer: bytes) -> None:
    """Something else at the agent's address is told apart from the agent."""
    with raw_peer(answer) as port, pytest.raises(Transient, match="is not a Pullet agent"):
        fetch_status(f"127.0.0.1:{port}")


def test_the_client_loads_no_server() -> None:
    """Asking for the status does not import what serves it."""
    heavy = "{'starlette', 'uvicorn', 'prometheus_client', 'asyncio', 'structlog'}"
    code = f"import sys, pullet.serving.client; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"
