"""How what was asked, and what went wrong, is said to people."""

from __future__ import annotations

import shlex
from contextlib import suppress
from ipaddress import IPv6Address

LONGEST_COMMAND = 80
LONGEST_OUTPUT = 200


def peer(host: str, port: int) -> str:
    """`10.0.0.5:80`, `[fd00::5]:80`."""
    with suppress(ValueError):
        return f"[{IPv6Address(host)}]:{port}"
    return f"{host}:{port}"


def command(words: tuple[str, ...]) -> str:
    """As one would type it, on one line, shortened."""
    return f"`{_shorten(' '.join(shlex.join(words).split()), LONGEST_COMMAND)}`"


def first_line(output: str) -> str:
    """The first line of a command's output that says something, shortened; nothing unprintable."""
    lines = ("".join(filter(str.isprintable, line)).strip() for line in output.splitlines())
    return _shorten(next(filter(None, lines), ""), LONGEST_OUTPUT)


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
