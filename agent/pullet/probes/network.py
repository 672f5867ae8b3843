"""Asks over the network: a GET of which only the status line is read, or a connection that is accepted.

No client library, and in the clear no streams: some hundred probes a second must cost next to nothing.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import re
import socket
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote

from pullet import __version__
from pullet.model.probe import HttpGet
from pullet.probes import words
from pullet.probes.standing import Outcome

STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
LONGEST_LINE = 4096
GOOD = range(200, 400)
OUR_OWN_LACK = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


async def get(check: HttpGet, host: str, timeout: float) -> Outcome | None:  # noqa: ASYNC109 - the probe's own
    """Good from 200 to 399. A redirect is good as it is: where it leads is not this container's readiness."""
    question = _question(check, host)
    late = f"{question.words} did not answer within {timeout:g}s"
    asking = _by_socket if check.scheme == "http" and _family(host) else _by_stream
    return await attempt(asking(question), question.where, late, timeout)


async def connect(host: str, port: int, timeout: float) -> Outcome | None:  # noqa: ASYNC109
    where = words.peer(host, port)
    late = f"connection to {where} was not accepted within {timeout:g}s"
    return await attempt(_connection(host, port, where), where, late, timeout)


async def attempt(
    asking: Coroutine[None, None, Outcome], where: str, late: str, seconds: float
) -> Outcome | None:
    """None where it was not the other side that failed: a lack of our own is no container's fault."""
    try:
        async with asyncio.timeout(seconds):
            return await asking
    except TimeoutError:
        return Outcome(ok=False, kind="late", message=late)
    except ConnectionRefusedError:
        return Outcome(ok=False, kind="refused", message=f"connection to {where} refused")
    except ssl.SSLError as error:
        reason = (error.reason or str(error)).replace("_", " ").lower()
        return Outcome(ok=False, kind="tls", message=f"TLS with {where} failed: {reason}")
    except OSError as error:
        if error.errno in OUR_OWN_LACK:
            return None
        reason = error.strerror or str(error)
        return Outcome(ok=False, kind=reason, message=f"connection to {where} failed: {reason}")


async def _connection(host: str, port: int, where: str) -> Outcome:
    if family := _family(host):
        with _socket(family) as connection:
            await asyncio.get_running_loop().sock_connect(connection, (host, port))
    else:
        _, writer = await asyncio.open_connection(host, port)
        writer.transport.abort()
    return Outcome(ok=True, kind="accepted", message=f"connection to {where} accepted")


@dataclass(frozen=True, slots=True)
class _Question:
    """A GET, ready to be sent as often as one likes: `words` is how people are told of it."""

    host: str
    port: int
    secure: bool
    where: str
    words: str
    request: bytes


@functools.lru_cache(maxsize=4096)
def _question(check: HttpGet, host: str) -> _Question:
    where = words.peer(host, check.port)
    url = f"{check.scheme}://{where}{_path(check)}"
    return _Question(host, check.port, check.scheme == "https", where, f"GET {url}", _request(check, where))


async def _by_socket(question: _Question) -> Outcome:
    """For an address in the clear, at half the price of a stream."""
    loop, line = asyncio.get_running_loop(), b""
    with _socket(_family(question.host)) as connection:
        await loop.sock_connect(connection, (question.host, question.port))
        await loop.sock_sendall(connection, question.request)
        while b"\n" not in line and len(line) < LONGEST_LINE:
            octets = await loop.sock_recv(connection, LONGEST_LINE)
            if not octets:
                break
            line += octets
    return _judge(line, question.words)


async def _by_stream(question: _Question) -> Outcome:
    tls = _trusting() if question.secure else None
    reader, writer = await asyncio.open_connection(question.host, question.port, limit=LONGEST_LINE, ssl=tls)
    try:
        writer.write(question.request)
        line = await reader.readline()
    except ValueError:  # longer than any status line
        line = b"?"
    finally:
        writer.transport.abort()
    return _judge(line, question.words)


def _socket(family: int) -> socket.socket:
    return socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)


@functools.lru_cache(maxsize=4096)
def _family(host: str) -> int:
    """Of an address; 0 for a name."""
    with suppress(ValueError):
        return socket.AF_INET if ip_address(host).version == 4 else socket.AF_INET6  # noqa: PLR2004
    return 0


def _judge(line: bytes, what: str) -> Outcome:
    if not line:
        return Outcome(ok=False, kind="silent", message=f"{what} was closed without an answer")
    found = STATUS_LINE.match(line)
    if not found:
        return Outcome(ok=False, kind="foreign", message=f"{what} answered something that is not HTTP")
    status = int(found[1])
    return Outcome(ok=status in GOOD, kind=f"status {status}", message=f"{what} answered {status}")


def _request(check: HttpGet, where: str) -> bytes:
    """The probe's own headers stand in place of the usual ones; an empty User-Agent or Accept leaves it out."""
    usual = {"Host": where, "User-Agent": f"pullet-probe/{__version__}", "Accept": "*/*"}
    own = {name.lower() for name, _ in check.headers}
    headers = [(name, value) for name, value in usual.items() if name.lower() not in own]
    headers += [
        (name, value)
        for name, value in check.headers
        if value or name.lower() not in {"user-agent", "accept"}
    ]
    lines = [
        f"GET {_path(check)} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers),
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _path(check: HttpGet) -> str:
    """What is escaped already stays as it is."""
    return "/" + quote(check.path.removeprefix("/"), safe="/?&=%:@!$'()*+,;~-._")


@functools.cache
def _trusting() -> ssl.SSLContext:
    """Certificates are not verified, as in Kubernetes: the question is whether it answers, not who it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
