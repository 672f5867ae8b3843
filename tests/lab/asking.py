"""Plain HTTP requests, as a monitor or a Git server makes them."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Message
    text: str


def ask(url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Reply:
    """GET, or POST where there is a body."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request("GET" if body is None else "POST", parts.path or "/", body, dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read().decode())
    finally:
        connection.close()
