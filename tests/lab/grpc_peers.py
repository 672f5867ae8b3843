"""gRPC servers on loopback, of gRPC's own library; and frames that no such server would send."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import grpc
from grpc_health.v1.health import HealthServicer
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from hpack import Encoder
from hyperframe.frame import DataFrame, HeadersFrame, SettingsFrame


@dataclass
class Calls(HealthServicer):
    """Keeps what it is asked, with the metadata; fails with `code` where there is one."""

    code: grpc.StatusCode | None = None
    details: str = ""
    calls: list[tuple[str, dict[str, str | bytes]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def Check(  # noqa: N802 - the protocol's name
        self, request: HealthCheckRequest, context: grpc.ServicerContext
    ) -> HealthCheckResponse:
        """Said by gRPC's own, unless it is to fail."""
        self.calls.append((request.service, dict(context.invocation_metadata())))
        if self.code:
            context.abort(self.code, self.details)
        return super().Check(request, context)


@contextlib.contextmanager
def grpc_peer(health: HealthServicer | None = None) -> Iterator[int]:
    """The port of a server that offers this service and no other."""
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        if health:
            add_HealthServicer_to_server(health, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield port
        finally:
            server.stop(None).wait()


def frames(body: bytes, **headers: str) -> bytes:
    """A whole answer to the first call of a connection; `status` is HTTP's, `grpc_status` gRPC's own."""
    named = [(f":{name}" if name == "status" else name.replace("_", "-"), headers[name]) for name in headers]
    head = HeadersFrame(1, Encoder().encode(named), flags=["END_HEADERS"])
    return b"".join(
        each.serialize() for each in (SettingsFrame(0), head, DataFrame(1, body, flags=["END_STREAM"]))
    )
