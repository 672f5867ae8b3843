"""The three kinds of failure, told apart at the edge where an outside tool is called.

    PulletError
    ├── Transient   worth trying again later: a network, a busy engine, a registry that is away
    └── Refused     a person must act; the message says what

Anything else is a bug: it is logged with its traceback, and the next tick goes on.
"""

from __future__ import annotations


class PulletError(Exception):
    """What went wrong, and in `hint` what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.hint})" if self.hint else message


class Transient(PulletError):  # noqa: N818 - read as a noun: "raise Transient"
    """Retry later."""


class Refused(PulletError):  # noqa: N818
    """A person must act."""
