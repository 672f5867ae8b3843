"""Where the server listens, who may ask, and that it comes and goes cleanly."""

from __future__ import annotations

import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from pullet.model.errors import Refused
from pullet.serving.address import Address
from pullet.serving.app import Hooks
from pullet.serving.server import AT_ONCE, Server
from tests.lab.asking import ask
from tests.lab.reporting import CONVERGED
from tests.lab.wait import eventually
from tests.serving.conftest import House

GUARDED = ("/", "/status", "/metrics", "/nowhere")
OPEN = ("/healthz", "/readyz")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:7070", "127.0.0.1", 7070),
        ("localhost:0", "localhost", 0),
        ("[::1]:7070", "::1", 7070),
        ("0.0.0.0:80", "0.0.0.0", 80),
    ],
)
def test_addresses(text: str, host: str, port: int) -> None:
    """An address is a host and a port, and is written as it was read."""
    assert Address.parse(text) == Address(host, port)
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize("text", ["", "7070", ":7070", "127.0.0.1", "::1:7070", "host:http", "host:65536"])
def test_what_is_no_address(text: str) -> None:
    """Anything else is refused with the words that were given."""
    with pytest.raises(Refused, match=repr(text)):
        Address.parse(text)


@pytest.mark.parametrize("path", GUARDED)
def test_a_token_guards_what_tells_a_lot(house: House, path: str) -> None:
    """With a token set, all but health asks for it, and takes no other and no other scheme."""
    house.board.publish(CONVERGED)
    with house.served(token="t0ken") as url:
        for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Basic t0ken"}):
            reply = ask(url + path, headers)
            assert reply.status == 401
            assert reply.headers["WWW-Authenticate"] == "Bearer"
            assert "t0ken" not in reply.text
        assert ask(url + path, {"Authorization": "Bearer t0ken"}).status == (
            404 if path == "/nowhere" else 200
        )


@pytest.mark.parametrize("path", OPEN)
def test_health_needs_no_token(house: House, path: str) -> None:
    """Whoever watches the machine needs no token."""
    house.tick()
    house.board.publish(CONVERGED)
    with house.served(token="t0ken") as url:
        assert ask(url + path).status == 200


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "some.host:0"])
def test_no_open_house(house: House, listen: str) -> None:
    """Where other machines can reach it, the server does not start without a token."""
    with pytest.raises(Refused, match=r"no token is asked for \(set status.token_file"):
        Server(listen, None, house.board, Hooks(house.pushed))


def test_an_empty_token_is_none(house: House) -> None:
    """An empty file does not open the house."""
    with pytest.raises(Refused, match="empty"):
        Server("127.0.0.1:0", "", house.board, Hooks(house.pushed))


def test_every_address_with_a_token(house: House) -> None:
    """Listening everywhere, it is asked by any name, and its own URL is one that works here."""
    with house.served("0.0.0.0:0", token="t0ken") as url:
        assert url.startswith("http://127.0.0.1:")
        assert ask(f"{url}/healthz", {"Host": "edge-1.example"}).status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:7070", 200),
        ("127.0.0.1", 200),
        ("[::1]:7070", 200),
        ("evil.example", 421),
        ("localhost.evil.example:7070", 421),
        ("", 421),
    ],
)
def test_only_by_loopbacks_names(house: House, url: str, host: str, status: int) -> None:
    """A page elsewhere that points its name at this machine learns nothing."""
    house.tick()
    assert ask(f"{url}/healthz", {"Host": host}).status == status


def test_a_port_in_use(house: House) -> None:
    """A port that is taken is a message that names it and what to do."""
    with house.served() as url:
        taken = urlsplit(url).netloc
        with pytest.raises(Refused, match=f"cannot listen at {taken}: it is in use already"):
            Server(taken, None, house.board, Hooks(house.pushed)).start()


def test_an_address_of_another_machine(house: House) -> None:
    """An address that this machine does not have is a message too."""
    with pytest.raises(Refused, match=r"cannot listen at 192\.0\.2\.1:0: "):
        Server("192.0.2.1:0", "t0ken", house.board, Hooks(house.pushed)).start()


def test_it_comes_and_goes(house: House) -> None:
    """After a stop the thread is gone and the port is free, even with a client that holds its connection."""
    with house.served() as url:
        place = urlsplit(url)
        assert place.hostname is not None
        lingering = socket.create_connection((place.hostname, place.port or 0))
    with contextlib.closing(lingering):
        assert "http" not in {thread.name for thread in threading.enumerate()}
        with house.served(place.netloc) as again:
            assert again == url
            house.tick()
            assert ask(f"{again}/healthz").status == 200


def test_reading_while_the_loop_writes(house: House, url: str) -> None:
    """Many who ask at once, while reports and ticks come in, all get whole answers."""

    def reads(_: int) -> set[int]:
        return {ask(url + path).status for path in ("/", "/status", "/metrics", "/readyz")}

    house.tick()
    house.board.publish(CONVERGED)
    with ThreadPoolExecutor(8) as readers:
        waiting = readers.map(reads, range(24))
        for _ in range(200):
            house.tick()
            house.board.publish(CONVERGED)
        assert set().union(*waiting) == {200}


def test_no_more_than_so_many(house: House, url: str) -> None:
    """While as many as it takes hold their connections, a further one is told so; when one goes, it is served."""
    house.tick()
    place = urlsplit(url)
    with contextlib.ExitStack() as held:
        connections = [
            held.enter_context(socket.create_connection((place.hostname or "", place.port or 0)))
            for _ in range(AT_ONCE)
        ]
        eventually(lambda: ask(f"{url}/healthz").status == 503, 5, "refused")
        connections[0].close()
        eventually(lambda: ask(f"{url}/healthz").status == 200, 5, "served again")


@pytest.mark.parametrize("path", ["/", "/status", "/metrics", "/healthz", "/nowhere"])
def test_headers_that_keep_it_in_the_house(url: str, path: str) -> None:
    """No answer is cached, framed, sniffed or allowed to load anything."""
    headers = ask(url + path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"] is None
