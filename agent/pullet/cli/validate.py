"""`pullet validate [PATH]`: is what the manifests say right? For people before a push, and for CI."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pullet.cli.options import Branch, Format, Output, Policy, Repo, Rev


def validate(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="A directory of manifests, such as a checkout, or one file.",
            show_default=False,
        ),
    ] = None,
    repo: Repo = None,
    rev: Rev = None,
    branch: Branch = None,
    policy: Policy = None,
    output: Output = Format.TABLE,
) -> int:
    """Check manifests, before a push and in CI.

    Reads PATH, without one the current directory. Each problem is a line: file:line:column: severity: field:
    message. Exit 1 when there is an error; warnings are none. What a single file refers to may be declared in others,
    so that is a warning.
    """
    from pullet.cli.output import counted, data
    from pullet.cli.source import Source, bounded, read_alone, read_catalog, read_snapshot

    if path is not None and path.is_file() and repo is None and rev is None:
        catalog = read_alone(path)
    else:
        catalog = read_catalog(read_snapshot(Source(path, repo, rev, branch)))
    if policy is not None:
        catalog = bounded(catalog, policy)
    if output is Format.TABLE:
        for problem in catalog.problems:
            typer.echo(str(problem))
        errors, warnings = len(catalog.errors), len(catalog.problems) - len(catalog.errors)
        counts = ((catalog.files, "file"), (len(catalog.workloads), "workload"), (errors, "error"))
        typer.echo(", ".join(counted(*one) for one in (*counts, (warnings, "warning"))), err=True)
    else:
        data(
            {
                "files": catalog.files,
                "workloads": len(catalog.workloads),
                "problems": [problem.as_dict() for problem in catalog.problems],
            },
            output,
        )
    return 1 if catalog.errors else 0
