"""`pullet history`: the revisions this node followed and what came of each, newest first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from pullet.cli.options import Config, Format, Output

if TYPE_CHECKING:
    from pullet.model.memory import Followed


def history(config: Config = None, output: Output = Format.TABLE) -> None:
    """Show the revisions this node followed, newest first.

    With when each was first seen, the last state that it reached here and since when. Needs no running agent.
    """
    from pullet.cli.output import data
    from pullet.ledger import read_ledger
    from pullet.settings import load_settings

    settings = load_settings(config, assumed={"repo": {"url": "."}})
    followed = read_ledger(settings.state).followed[::-1]
    if not followed:
        typer.echo(f"{settings.node} has followed no revision yet, as {settings.state} tells", err=True)
    if output is not Format.TABLE:
        data([_as_dict(one) for one in followed], output)
    elif followed:
        _table(followed)


def _table(followed: Sequence[Followed]) -> None:
    from pullet.cli.output import ago, columns

    now = time.time()
    columns(
        ("COMMIT", "SEEN", "STATE", "SINCE", "SUBJECT"),
        (
            (one.commit[:10], ago(one.seen, now), one.state, ago(one.since, now), one.subject)
            for one in followed
        ),
    )


def _as_dict(one: Followed) -> dict[str, str]:
    from pullet.model.report import timestamp

    return {
        "commit": one.commit,
        "subject": one.subject,
        "seen": timestamp(one.seen),
        "state": one.state,
        "since": timestamp(one.since),
        "message": one.message,
    }
