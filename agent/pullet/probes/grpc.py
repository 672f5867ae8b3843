"""Asks the gRPC health service: one Check over cleartext HTTP/2. Imported only where there is such a probe.

https://github.com/grpc/grpc/blob/master/doc/health-checking.md over
https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

from __future__ import annotations

import asyncio
from enum import IntEnum
from urllib.parse import unquote

from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import H2Error, ProtocolError

from pullet import __version__
from pullet.model.probe import Grpc
from pullet.probes import healthmessages, network, words
from pullet.probes.standing import Outcome

LONGEST = 65536  # octets of all that is read; a health answer has some two hundred
FRAME_HEAD, FRAME_TYPE, SETTINGS = 9, slice(3, 4), b"\x04"
END = StreamEnded | StreamReset | ConnectionTerminated
FOREIGN = ("foreign", "answered something that is not gRPC in cleartext")
# https://grpc.io/docs/guides/status-codes/, from 0
Code = IntEnum(
    "Code",
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED",
    start=0,
)
CODES = {str(code.value): code.name for code in Code}


async def health(check: Grpc, host: str, timeout: float) -> Outcome | None:  # noqa: ASYNC109 - the probe's own
    """Good when the service, or with none named the server as a whole, says SERVING."""
    where = words.peer(host, check.port)
    what = f"gRPC health of {where}{f' for {check.service}' if check.service else ''}"
    late = f"{what} did not answer within {timeout:g}s"
    return await network.attempt(_checked(check, host, where, what), where, late, timeout)


async def _checked(check: Grpc, host: str, where: str, what: str) -> Outcome:
    reader, writer = await asyncio.open_connection(host, check.port)
    try:
        kind, said = _judge(await _call(reader, writer, where, check.service), check.service)
    except H2Error:
        kind, said = FOREIGN
    finally:
        writer.transport.abort()
    return Outcome(ok=kind == "SERVING", kind=kind, message=f"{what} {words.first_line(said)}")


async def _call(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, where: str, service: str
) -> list[Event]:
    """All that happened until the call ended, or the connection did."""
    connection = H2Connection()
    connection.initiate_connection()
    connection.send_headers(1, _headers(where))
    connection.send_data(1, healthmessages.request(service), end_stream=True)
    writer.write(connection.data_to_send())
    events = connection.receive_data(await _opening(reader))
    left = LONGEST
    while not any(isinstance(event, END) for event in events) and (octets := await reader.read(left)):
        left -= len(octets)
        events += connection.receive_data(octets)
        writer.write(connection.data_to_send())
    return events


async def _opening(reader: asyncio.StreamReader) -> bytes:
    """The head of the first frame, or nothing; h2 would wait for as much as a foreign answer seems to announce.

    Raises ProtocolError where it is not the one with which every server begins:
    https://www.rfc-editor.org/rfc/rfc9113#section-3.4
    """
    try:
        head = await reader.readexactly(FRAME_HEAD)
    except asyncio.IncompleteReadError as cut_off:
        head = cut_off.partial
    if head and head[FRAME_TYPE] != SETTINGS:
        raise ProtocolError
    return head


def _headers(where: str) -> list[tuple[str, str]]:
    return [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/grpc.health.v1.Health/Check"),
        (":authority", where),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("user-agent", f"pullet-probe/{__version__}"),
    ]


def _judge(events: list[Event], service: str) -> tuple[str, str]:
    """The kind of the answer, SERVING where it is good, and what is to be said of it."""
    if not any(isinstance(event, StreamEnded) for event in events):
        return "silent", "was broken off without an answer"
    heads = (event.headers for event in events if isinstance(event, ResponseReceived | TrailersReceived))
    headers = {name: value.decode("ascii", "replace") for head in heads for name, value in head}
    status, message = headers.get(b":status", ""), unquote(headers.get(b"grpc-message", ""))
    code = headers.get(b"grpc-status")
    match code and CODES.get(code, f"code {code}"):
        case "OK":
            body = b"".join(event.data for event in events if isinstance(event, DataReceived))
            said = healthmessages.serving_status(body)
            return (said, f"says {said}") if said else FOREIGN
        case "NOT_FOUND" as name:
            return name, "knows no such service" if service else "wants to be asked for a service by name"
        case "UNIMPLEMENTED" as name:
            return name, "is not implemented by the server"
        case None | "":
            return FOREIGN if status == "200" else (f"status {status}", f"answered HTTP status {status}")
        case name:
            return name, f"failed with {name}{f': {message}' if message else ''}"
