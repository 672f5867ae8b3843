"""`pullet retry WORKLOAD`: do not wait for the next try of what failed."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config


def retry(
    workload: Annotated[str, typer.Argument(metavar="WORKLOAD", help="As namespace/Kind/name.")],
    config: Config = None,
) -> None:
    """Try again at once what failed of a workload.

    How often it failed is forgotten.
    """
    from pullet.cli.local import local_status
    from pullet.model.errors import Refused
    from pullet.model.names import WorkloadName
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    name = WorkloadName.parse(workload)
    known = local_status(settings)["workloads"]
    if str(name) not in known:
        here = ", ".join(sorted(known)) or "there is none"
        raise Refused(f"{settings.node} runs no workload {name}", hint=f"here: {here}")
    WordFiles(settings.state).retry(name)
    typer.echo(f"{name} is tried again on {settings.node}")
