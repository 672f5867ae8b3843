"""`pullet promote WORKLOAD`: let a rollout go on that waits for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config


def promote(
    workload: Annotated[
        str,
        typer.Argument(metavar="WORKLOAD", help="As namespace/Kind/name, or shorter where that is clear."),
    ],
    config: Config = None,
) -> None:
    """Let a rollout go on that waits for a person.

    A blue/green set or a canary goes on here, on this node. Every later pause waits for a word of its own.
    """
    from pullet.cli.local import local_status
    from pullet.cli.targets import workload_meant_by
    from pullet.model.errors import Refused
    from pullet.model.names import WorkloadName
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    known = local_status(settings)["workloads"]
    name = workload_meant_by(workload, map(WorkloadName.parse, known), settings.node)
    report = known[str(name)]
    if f"pullet promote {name}" not in report["message"]:
        is_now = f"it is {report['state']}" + (f": {report['message']}" if report["message"] else "")
        raise Refused(f"{name} does not wait to be promoted on {settings.node}", hint=is_now)
    WordFiles(settings.state).promote(name)
    typer.echo(f"{name} goes on with {report['hash'][:8]} on {settings.node}")
