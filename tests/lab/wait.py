"""Waiting for a condition with a deadline: never a sleep for luck."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(condition: Callable[[], T], timeout: float = 10, what: str = "") -> T:
    """Ask every 20 ms until the answer is true, and return it; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            described = what or getattr(condition, "__doc__", "") or getattr(condition, "__name__", "it")
            raise AssertionError(f"{described}: not within {timeout:g} s; the last answer was {answer!r}")
        time.sleep(0.02)
