"""`pullet history`: the revisions this node followed and what came of each, newest first."""

from __future__ import annotations

import time

import typer

from pullet.cli.options import Config, Format, Output


def history(config: Config = None, output: Output = Format.TABLE) -> None:
    """Show the revisions this node followed, newest first.

    With what came of each, and how many seconds after it was seen. Needs no running agent.
    """
    from pullet.cli.output import ago, columns, data
    from pullet.ledger import read_ledger
    from pullet.model.report import timestamp
    from pullet.settings import load_settings

    settings = load_settings(config, assumed={"repo": {"url": "."}})
    followed = read_ledger(settings.state).followed[::-1]
    if not followed:
        typer.echo(f"{settings.node} has followed no revision yet, as {settings.state} tells", err=True)
        if output is Format.TABLE:
            return
    if output is Format.TABLE:
        now = time.time()
        columns(
            ("COMMIT", "SEEN", "STATE", "TOOK", "SUBJECT"),
            (
                (
                    one.commit[:10],
                    ago(one.seen, now),
                    one.state,
                    f"{max(0, one.since - one.seen):.1f}s",
                    one.subject,
                )
                for one in followed
            ),
        )
        return
    data(
        [
            {
                "commit": one.commit,
                "subject": one.subject,
                "seen": timestamp(one.seen),
                "state": one.state,
                "since": timestamp(one.since),
                "message": one.message,
            }
            for one in followed
        ],
        output,
    )
