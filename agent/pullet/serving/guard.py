"""Who may ask: stands before every request, and refuses it or lets it through."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = frozenset({"/healthz", "/readyz", "/webhook"})
"""Asked without the token: by whoever watches the machine, and by Git servers, which prove a secret of their own."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """`hosts` are the names that a request may call this server by; None takes any.

    On loopback only loopback's names are taken, so that a page in a browser on this machine cannot read the
    agent's status by pointing a name of its own at 127.0.0.1.
    """

    app: ASGIApp
    token: str | None
    hosts: frozenset[str] | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].extend(
                    (name.lower().encode(), value.encode()) for name, value in HEADERS.items()
                )
            await send(message)

        refusal = self._refusal(scope["path"], Headers(scope=scope))
        await (refusal or self.app)(scope, receive, send_with_headers)

    def _refusal(self, path: str, headers: Headers) -> Response | None:
        if path != "/webhook" and not self._names_us(headers.get("host", "")):
            return PlainTextResponse("ask by a name of this machine, such as localhost\n", 421)
        if path not in OPEN and not self._knows_token(headers.get("authorization", "")):
            return PlainTextResponse(
                "a token is needed: Authorization: Bearer …\n", 401, {"WWW-Authenticate": "Bearer"}
            )
        return None

    def _names_us(self, host: str) -> bool:
        if self.hosts is None:
            return True
        name, _, port = host.rpartition(":")
        return (name if port.isdigit() else host).lower() in self.hosts

    def _knows_token(self, authorization: str) -> bool:
        if self.token is None:
            return True
        scheme, _, given = authorization.partition(" ")
        right = hmac.compare_digest(given.strip().encode("latin-1"), self.token.encode())
        return right and scheme.lower() == "bearer"
