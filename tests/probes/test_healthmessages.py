"""The two messages, against gRPC's own."""

from __future__ import annotations

import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from hypothesis import given
from hypothesis import strategies as some

from pullet.probes.healthmessages import request, serving_status

Status = HealthCheckResponse.ServingStatus


def prefixed(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message


@given(some.text(max_size=300))
def test_a_request_is_as_protobuf_writes_it(service: str) -> None:
    """Octet for octet, for names of every length."""
    assert request(service) == prefixed(HealthCheckRequest(service=service).SerializeToString())


@pytest.mark.parametrize("name", Status.keys())
@pytest.mark.parametrize("more", [b"", b"\x10\x05", b"\x22\x03abc"])
def test_every_status_has_its_name(name: str, more: bytes) -> None:
    """As the protocol calls it; what a server of the future says besides is not heard."""
    message = HealthCheckResponse(status=Status.Value(name)).SerializeToString()
    assert serving_status(prefixed(message and message + more)) == name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0",
        b"\0\0\0\0\2\x08",
        b"\1\0\0\0\2\x08\1",
        prefixed(b"\x08\1") * 2,
        prefixed(b"\x08"),
        prefixed(b"\x08\x81\1"),
        prefixed(b"\x0a\1a"),
    ],
)
def test_what_is_no_status(body: bytes) -> None:
    """Cut off, compressed without being asked to, two, a number nobody gave a meaning, or of another type."""
    assert serving_status(body) is None
