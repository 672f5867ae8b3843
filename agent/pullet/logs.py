"""How the agent speaks to its operator: one line an event on standard error, as text or JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import structlog


def configure(
    *,
    as_json: bool = False,
    level: int = logging.INFO,
    listeners: Sequence[structlog.typing.Processor] = (),
) -> None:
    """Call once, before anything logs; the listeners get what is logged before it is made text."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # the prettier ones print variables, and secrets
        )
    )
    structlog.configure(
        processors=[
            *listeners,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if as_json else []),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def speak() -> None:
    """For a verb that shows what it does to a person who asked for it."""
    configure()


def quieten() -> None:
    """For a verb whose output somebody may parse: what is odd is said beside it, on standard error."""
    configure(level=logging.WARNING)


def silence() -> None:
    """For a verb that has words of its own: only what is wrong is logged."""
    configure(level=logging.ERROR)
