"""What containers wrote, as the engine kept it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import requests

from pullet.engine.client import Client, Connection
from pullet.engine.frames import contents
from pullet.model.errors import PulletError

LONGEST = 4096  # bytes of last words
PIECE = 65536
FOREVER = (20, None)  # seconds to connect, and between two lines that a container writes

# Colours and cursor movements as a whole, then whatever else would act on a terminal; tabs and line ends stay.
CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)|[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f]"
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which part of it: between two times in seconds since the epoch, the last `tail` lines, or as it goes on.

    The engine takes the last lines of all, and then of those what is within the times.
    """

    follow: bool = False
    since: float | None = None
    until: float | None = None
    tail: int | None = None


WHOLE = Excerpt()


def logs(connection: Connection, container: str, part: Excerpt) -> Iterator[bytes]:
    """Both streams as they were written. Raises Transient or Refused, also while it is read."""
    with connection.calling(f"read what container {container[:12]} wrote") as client:
        terminal = bool(client.inspect_container(container)["Config"]["Tty"])
        with _opened(client, container, part) as response:
            yield from contents(response.raw.stream(PIECE), terminal)


def last_words(connection: Connection, container: str, lines: int) -> str:
    """The end of what it wrote, fit to be shown; empty where that cannot be had."""
    kept = b""
    with suppress(PulletError):
        for chunk in logs(connection, container, Excerpt(tail=lines)):
            kept = (kept + chunk)[-LONGEST:]
    words = CONTROL.sub("", kept.decode(errors="replace")).strip()
    return "\n".join(words.splitlines()[-lines:])


def _opened(client: Client, container: str, part: Excerpt) -> requests.Response:
    """The SDK's own reads a terminal's output byte by byte, and leaves connections open."""
    asked = {
        "stdout": 1,
        "stderr": 1,
        "follow": int(part.follow),
        "since": f"{part.since or 0:.9f}",
        "tail": "all" if part.tail is None else part.tail,
        **({} if part.until is None else {"until": f"{part.until:.9f}"}),
    }
    patience = FOREVER if part.follow else client.timeout
    return client.ask("GET", f"/containers/{container}/logs", params=asked, stream=True, timeout=patience)
