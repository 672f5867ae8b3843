"""`pullet sync`: look at the repository now, instead of at the next poll."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from pullet.cli.options import Config


def sync(
    config: Config = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the agent to have looked.")] = 60.0,
) -> None:
    """Let the agent fetch now, and wait until it has."""
    from datetime import UTC, datetime

    from pullet.cli.local import local_status
    from pullet.model.errors import Transient
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    local_status(settings)
    now = datetime.now(UTC)
    asked = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as exact as the status tells it
    deadline = time.monotonic() + timeout
    WordFiles(settings.state).sync()
    while time.monotonic() < deadline:
        status = local_status(settings)
        fetched = status.get("fetched_at")
        if fetched and datetime.fromisoformat(fetched) >= asked:
            typer.echo(f"{settings.node} follows {status['commit'][:10]}: {status['state']}")
            return
        time.sleep(0.1)
    raise Transient(
        f"the agent has not fetched within {timeout:.0f} s", hint="see `pullet status` and the agent's log"
    )
