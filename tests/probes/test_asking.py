"""What is asked and what the answer is called, against real sockets on loopback."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pullet import __version__
from pullet.model.errors import Refused, Transient
from pullet.model.probe import Check, Exec, Grpc, HttpGet, TcpSocket
from pullet.probes.asking import Asker, RunCheck
from pullet.probes.standing import Outcome
from tests.lab.grpc_peers import Calls, grpc_peer
from tests.lab.observing import target
from tests.lab.peers import free_port, raw_peer, self_signed, web_peer


def failing(error: Exception) -> RunCheck:
    def run_check(*_: object) -> tuple[int, str]:
        raise error

    return run_check


def asked(
    check: Check, *, run_check: RunCheck | None = None, timeout: float = 5, address: str = "127.0.0.1"
) -> Outcome | None:
    asker = Asker(run_check or failing(AssertionError("no command should run")))
    try:
        return asyncio.run(asker.ask(replace(target(check=check, timeout=timeout), address=address)))
    finally:
        asker.close()


def verdict(outcome: Outcome | None) -> tuple[bool, str]:
    assert outcome is not None
    return outcome.ok, outcome.message


@pytest.mark.parametrize(
    ("status", "good"), [(200, True), (204, True), (302, True), (399, True), (400, False), (503, False)]
)
def test_a_status_from_200_to_399_is_good(status: int, good: bool) -> None:
    """The status decides, redirects are good as they are, and the words name the address and the status."""
    with web_peer() as peer:
        peer.status = status
        outcome = asked(HttpGet("/ready", peer.port))
    assert verdict(outcome) == (good, f"GET http://127.0.0.1:{peer.port}/ready answered {status}")


def test_what_is_sent() -> None:
    """A GET with the address as Host, a name of our own, and the probe's headers."""
    with web_peer() as peer:
        asked(HttpGet("health?full=1&x=a b", peer.port, headers=(("X-Who", "probe"), ("X-Who", "again"))))
    [(path, headers)] = peer.requests
    assert path == "/health?full=1&x=a%20b"
    assert headers["Host"] == f"127.0.0.1:{peer.port}"
    assert headers["User-Agent"] == f"pullet-probe/{__version__}"
    assert headers["Accept"] == "*/*"
    assert headers["Connection"] == "close"
    assert headers.get_all("X-Who") == ["probe", "again"]


def test_the_probes_own_headers_replace_the_usual() -> None:
    """A Host of the probe's own is sent instead of the address; an empty Accept is left out."""
    with web_peer() as peer:
        asked(HttpGet("/", peer.port, headers=(("host", "shop.example"), ("Accept", ""))))
    [(_, headers)] = peer.requests
    assert headers.get_all("Host") == ["shop.example"]
    assert "Accept" not in headers


def test_https_is_asked_without_verification(tmp_path: Path) -> None:
    """A certificate that nobody signed is good enough to be asked."""
    with web_peer(self_signed(tmp_path)) as peer:
        outcome = asked(HttpGet("/", peer.port, scheme="https"))
    assert verdict(outcome) == (True, f"GET https://127.0.0.1:{peer.port}/ answered 200")


def test_https_to_a_plain_port_says_so() -> None:
    """TLS that cannot be spoken is named as such."""
    with raw_peer(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        outcome = asked(HttpGet("/", port, scheme="https"))
    ok, message = verdict(outcome)
    assert not ok
    assert message.startswith(f"TLS with 127.0.0.1:{port} failed: ")


@pytest.mark.parametrize("check", [HttpGet("/", 1), TcpSocket(1)])
def test_nobody_listens(check: HttpGet | TcpSocket) -> None:
    """A refused connection is said as such, with the address."""
    port = free_port()
    here = HttpGet("/", port) if isinstance(check, HttpGet) else TcpSocket(port)
    assert verdict(asked(here)) == (False, f"connection to 127.0.0.1:{port} refused")


def test_a_silent_peer_is_late() -> None:
    """No answer within the time-out is a failure that names the time-out."""
    with raw_peer(None) as port:
        outcome = asked(HttpGet("/", port), timeout=0.1)
    assert verdict(outcome) == (False, f"GET http://127.0.0.1:{port}/ did not answer within 0.1s")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "was closed without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "answered something that is not HTTP"),
        (b"HTTP/1.1 2xx\r\n", "answered something that is not HTTP"),
        (b"x" * 100_000, "answered something that is not HTTP"),
    ],
)
def test_what_is_not_http(answer: bytes, words: str) -> None:
    """Whatever a peer sends, the answer is a failure in words and never an error of the agent."""
    with raw_peer(answer) as port:
        outcome = asked(HttpGet("/", port))
    assert verdict(outcome) == (False, f"GET http://127.0.0.1:{port}/ {words}")


def test_a_connection_that_is_accepted() -> None:
    """A TCP check succeeds when the connection stands, without a word being said."""
    with raw_peer(None) as port:
        assert verdict(asked(TcpSocket(port))) == (True, f"connection to 127.0.0.1:{port} accepted")


def test_a_host_of_the_probes_own() -> None:
    """The probe's host is asked instead of the container's address; names are resolved."""
    with web_peer() as peer:
        outcome = asked(HttpGet("/", peer.port, host="localhost"), address="192.0.2.1")
    assert verdict(outcome) == (True, f"GET http://localhost:{peer.port}/ answered 200")


def test_a_name_that_nobody_knows() -> None:
    """A name that cannot be resolved is a failure in words."""
    ok, message = verdict(asked(TcpSocket(80, host="no-such-name.invalid"), timeout=30))
    assert not ok
    assert message.startswith("connection to no-such-name.invalid:80 ")


def test_ipv6_addresses_are_bracketed() -> None:
    """An IPv6 address is written so that its port can be told apart."""
    port = free_port()
    ok, message = verdict(asked(HttpGet("/", port), address="::1"))
    assert not ok
    assert message.startswith(f"connection to [::1]:{port} ")


def test_grpc_health_at_the_containers_address() -> None:
    """The container itself is asked; the words are in test_grpc."""
    with grpc_peer(Calls()) as port:
        assert verdict(asked(Grpc(port))) == (True, f"gRPC health of 127.0.0.1:{port} says SERVING")


@pytest.mark.parametrize("check", [TcpSocket(80), HttpGet("/", 80), Grpc(80)])
def test_a_container_without_an_address_is_not_ready(check: Check) -> None:
    """Where there is nothing to ask, nothing else is asked in its place."""
    assert verdict(asked(check, address="")) == (False, "it has no address at which to ask it")


@pytest.mark.parametrize(
    ("code", "output", "message"),
    [
        (0, "", "`test -f '/a b'` exited with 0"),
        (1, "", "`test -f '/a b'` exited with 1"),
        (1, "\n  no\x1b[31m such file \nmore", "`test -f '/a b'` exited with 1: no[31m such file"),
        (2, "x" * 300, f"`test -f '/a b'` exited with 2: {'x' * 199}…"),
    ],
)
def test_a_command_inside(code: int, output: str, message: str) -> None:
    """Exit 0 is good; the words give the command, the code and the first line of what it said."""
    calls = []

    def run_check(container: str, command: tuple[str, ...], timeout: float) -> tuple[int, str]:
        calls.append((container, command, timeout))
        return code, output

    outcome = asked(Exec(("test", "-f", "/a b")), run_check=run_check, timeout=3)
    assert verdict(outcome) == (code == 0, message)
    assert calls == [("id", ("test", "-f", "/a b"), 3)]


def test_a_command_that_does_not_end() -> None:
    """A command that is over its time is a failure."""
    outcome = asked(Exec(("sleep", "60")), run_check=failing(TimeoutError()), timeout=1)
    assert verdict(outcome) == (False, "`sleep 60` did not end within 1s")


def test_an_engine_that_gives_up_when_the_time_is_over() -> None:
    """Once its time is over a command has failed, in whatever words the engine says so."""

    def run_check(_container: str, _command: tuple[str, ...], timeout: float) -> tuple[int, str]:
        threading.Event().wait(timeout)
        raise Transient("the engine does not answer")

    outcome = asked(Exec(("sleep", "60")), run_check=run_check, timeout=0.05)
    assert verdict(outcome) == (False, "`sleep 60` did not end within 0.05s")


def test_a_command_that_cannot_be_run() -> None:
    """What a person must mend counts as a failure and says what it is."""
    outcome = asked(Exec(("chekc",)), run_check=failing(Refused("no such file")))
    assert verdict(outcome) == (False, "`chekc` cannot be run: no such file")


@pytest.mark.parametrize("error", [Transient("the engine does not answer"), KeyError("a bug")])
def test_an_engine_that_does_not_answer_says_nothing(error: Exception) -> None:
    """What keeps us from asking is not held against the container."""
    assert asked(Exec(("true",)), run_check=failing(error)) is None
