"""The two messages of the gRPC health service, encoded by hand; for `grpc`. Pure.

https://github.com/grpc/grpc-proto/blob/master/grpc/health/v1/health.proto in
https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

SERVICE = 0x0A  # field 1, of counted octets
# Field 1, a number, which is left out when it is 0. Fields are written in order: none can come before it.
STATUSES = {
    b"": "UNKNOWN",
    b"\x08\x00": "UNKNOWN",
    b"\x08\x01": "SERVING",
    b"\x08\x02": "NOT_SERVING",
    b"\x08\x03": "SERVICE_UNKNOWN",
}
PREFIX = 5  # octets: not compressed, and the length


def request(service: str) -> bytes:
    """HealthCheckRequest; protobuf leaves an empty service out."""
    name = service.encode()
    return _prefixed(bytes([SERVICE, *_varint(len(name))]) + name if name else b"")


def serving_status(body: bytes) -> str | None:
    """The status in a HealthCheckResponse, whatever follows it; None where there is no such message."""
    message = body[PREFIX:]
    return STATUSES.get(message[:2]) if body == _prefixed(message) else None


def _prefixed(message: bytes) -> bytes:
    """https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: Length-Prefixed-Message"""
    return b"\0" + len(message).to_bytes(4, "big") + message


def _varint(number: int) -> bytes:
    """Seven bits an octet, the lowest first; the eighth says that more follow."""
    *more, last = (number >> shift & 127 for shift in range(0, max(number.bit_length(), 1), 7))
    return bytes([*(each | 128 for each in more), last])
