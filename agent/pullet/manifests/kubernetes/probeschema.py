"""The shapes of probes and lifecycle hooks.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pullet.manifests.kubernetes.syntax import (
    Argument,
    HeaderName,
    Natural,
    PortNumber,
    PortReference,
    Seconds,
    Signal,
)
from pullet.manifests.schema import Shape, honoured


class HttpHeader(Shape):
    """httpHeaders[]"""

    name: HeaderName = honoured("The header's name.")
    value: str = honoured("Its value.")


class HttpGetAction(Shape):
    """httpGet"""

    port: PortReference = honoured("The port's number, or its name in ports.")
    path: str = honoured("The path.", "/")
    host: str = honoured("Whom to ask instead of the instance.", "")
    scheme: Literal["HTTP", "HTTPS", ""] = honoured("HTTP without one; certificates are not checked.", "")
    http_headers: list[HttpHeader] = honoured("Headers to send.", [])


class TcpSocketAction(Shape):
    """tcpSocket"""

    port: PortReference = honoured("The port's number, or its name in ports.")
    host: str = honoured("Whom to ask instead of the instance.", "")


class ExecAction(Shape):
    """exec"""

    command: list[Argument] = honoured("A command in the container that exits with 0.", [])


class GrpcAction(Shape):
    """grpc"""

    port: PortNumber = honoured("The port's number.")
    service: str = honoured("The service that is asked for.", "")


class SleepAction(Shape):
    """sleep"""

    seconds: Seconds = honoured("How long.")


class Probe(Shape):
    """readinessProbe, livenessProbe, startupProbe"""

    http_get: HttpGetAction | None = honoured("Good when a GET answers with 200 to 399.", None)
    tcp_socket: TcpSocketAction | None = honoured("Good when a connection is accepted.", None)
    exec: ExecAction | None = honoured("Good when a command exits with 0.", None)
    grpc: GrpcAction | None = honoured("Good when the gRPC health service says so.", None)
    initial_delay_seconds: Seconds = honoured("How long after the start the first look is.", 0)
    period_seconds: Seconds = honoured("How often to look.", 10)
    timeout_seconds: Seconds = honoured("How long an answer may take.", 1)
    success_threshold: Natural = honoured(
        "How many good answers in a row make it good; 1 for liveness and startup.", 1
    )
    failure_threshold: Natural = honoured("How many bad answers in a row end that.", 3)
    termination_grace_period_seconds: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = honoured(
        "How long it may take to stop when it fails; not for readiness.", None
    )


class Handler(Shape):
    """postStart, preStop"""

    exec: ExecAction | None = honoured("Runs a command in the container.", None)
    http_get: HttpGetAction | None = honoured("Sends a GET.", None)
    tcp_socket: TcpSocketAction | None = honoured("Opens a connection.", None)
    sleep: SleepAction | None = honoured("Waits.", None)


class Lifecycle(Shape):
    """lifecycle"""

    post_start: Handler | None = honoured("What is done right after the start.", None)
    pre_stop: Handler | None = honoured("What is done before the stop.", None)
    stop_signal: Signal | None = honoured("What the container is stopped with.", None)
