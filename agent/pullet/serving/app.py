"""The endpoints. docs/reference/http.md describes them to those who ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pullet.model.errors import Refused
from pullet.serving.board import Board, Verdict
from pullet.serving.page import render
from pullet.serving.webhook import LARGEST, Delivery, read_secret

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Hooks:
    """`on_push` is called, and must not block, when a delivery proves the secret; without a file, none is taken."""

    on_push: Callable[[], None]
    secret_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Endpoints:
    board: Board
    hooks: Hooks

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/healthz", self.healthz),
                Route("/readyz", self.readyz),
                Route("/status", self.status),
                Route("/activity", self.activity),
                Route("/metrics", self.metrics),
                Route("/webhook", self.webhook, methods=["POST"]),
            ]
        )

    async def page(self, _: Request) -> Response:
        return HTMLResponse(render(self.board))

    async def healthz(self, _: Request) -> Response:
        return _said(self.board.alive(self.board.clock()))

    async def readyz(self, _: Request) -> Response:
        return _said(self.board.ready(self.board.clock()))

    async def status(self, _: Request) -> Response:
        report = self.board.report
        if report is None:
            return JSONResponse({"node": self.board.node, "state": "starting"}, 503)
        return JSONResponse(report.status())

    async def activity(self, request: Request) -> Response:
        told = self.board.activity(request.query_params.get("workload", ""))
        if told is None:
            return JSONResponse({"node": self.board.node, "state": "starting"}, 503)
        return JSONResponse(told)

    async def metrics(self, _: Request) -> Response:
        return Response(self.board.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def webhook(self, request: Request) -> Response:
        if self.hooks.secret_file is None:
            return PlainTextResponse("no webhook is configured here\n", 404)
        try:
            secret = read_secret(self.hooks.secret_file)
        except Refused as error:
            log.warning("webhook_refused", because=str(error))
            return PlainTextResponse("the webhook's secret cannot be read on this node\n", 503)
        body = await _body(request)
        if body is None:
            return PlainTextResponse(f"more than {LARGEST} bytes\n", 413)
        return self._delivered(Delivery(request.headers, body), secret)

    def _delivered(self, delivery: Delivery, secret: bytes) -> Response:
        if not delivery.is_signed_with(secret):
            log.warning("webhook_refused", because="no header proves the secret")
            return PlainTextResponse("no header proves the secret\n", 401)
        if delivery.is_ping:
            return PlainTextResponse("pong\n")
        self.hooks.on_push()
        return PlainTextResponse("looking\n", 202)


def _said(verdict: Verdict) -> Response:
    return PlainTextResponse(f"{verdict.because}\n", 200 if verdict.good else 503)


async def _body(request: Request) -> bytes | None:
    """None as soon as it is known to be too large."""
    if int(request.headers.get("content-length") or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
