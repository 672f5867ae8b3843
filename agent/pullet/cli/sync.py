"""`pullet sync`: look at the repository now, instead of at the next poll."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from pullet.cli.options import Config


def sync(
    config: Config = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait at most.")] = 30.0,
) -> None:
    """Let the agent fetch now, and wait until it has.

    Exit 0 when it has looked, whatever came of it; `pullet status` says that.
    """
    from datetime import UTC, datetime

    from pullet.cli.local import local_status
    from pullet.model.errors import Transient
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    before = local_status(settings).get("fetch_error")
    now = datetime.now(UTC)
    asked = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as exact as the status tells it
    deadline = time.monotonic() + timeout
    WordFiles(settings.state).sync()
    while True:
        status = local_status(settings)
        fetched, error = status.get("fetched_at"), status.get("fetch_error")
        if fetched and datetime.fromisoformat(fetched) >= asked:
            typer.echo(f"{settings.node} follows {status['commit'][:10] or 'no commit'}: {status['state']}")
            return
        late = time.monotonic() > deadline
        if error and (late or error != before):
            raise Transient(f"the agent cannot fetch: {error}")
        if late:
            hint = "compare state in its settings and in these, and see its log"
            raise Transient(f"the agent has not fetched within {timeout:g} s", hint=hint)
        time.sleep(0.1)
