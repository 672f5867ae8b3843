"""`pullet retry WORKLOAD`: do not wait for the next try of what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from pullet.cli.options import Config


def retry(
    workload: Annotated[
        str,
        typer.Argument(metavar="WORKLOAD", help="As namespace/Kind/name, or shorter where that is clear."),
    ],
    config: Config = None,
) -> None:
    """Try again at once what failed of a workload.

    Also a specification that was rolled back. How often it failed is forgotten.
    """
    from pullet.cli.local import local_status
    from pullet.cli.targets import workload_meant_by
    from pullet.model.names import WorkloadName
    from pullet.settings import load_settings
    from pullet.words import WordFiles

    settings = load_settings(config)
    known = local_status(settings)["workloads"]
    name = workload_meant_by(workload, map(WorkloadName.parse, known), settings.node)
    words = WordFiles(settings.state)
    words.retry(name)
    when = " once it is resumed" if words.read().paused else ""
    typer.echo(f"{name} is tried again on {settings.node}{when}: {_tried(known[str(name)])}")


def _tried(report: Mapping[str, Any]) -> str:
    """What comes of it, in words, from what the agent said before."""
    if failed := report.get("failed"):
        return f"{failed['hash'][:8]} of {failed['commit'][:10]}, which failed: {failed['because']}"
    if report["state"] == "converged":
        return "it is converged, so there is nothing to do"
    return report["message"] or "what is left to do"
