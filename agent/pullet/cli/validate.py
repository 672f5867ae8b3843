"""`pullet validate [PATH]`: is what the manifests say right? For people before a push, and for CI."""

from __future__ import annotations

import typer

from pullet.cli.options import Branch, Format, Output, Place, Policy, Repo, Rev


def validate(
    path: Place = None,
    repo: Repo = None,
    rev: Rev = None,
    branch: Branch = None,
    policy: Policy = None,
    output: Output = Format.TABLE,
) -> int:
    """Check manifests; exit 1 when there is an error."""
    from pullet.cli.output import data
    from pullet.cli.source import Source, bounded, read_catalog, read_snapshot

    catalog = read_catalog(read_snapshot(Source(path, repo, rev, branch)))
    if policy is not None:
        catalog = bounded(catalog, policy)
    if output is Format.TABLE:
        for problem in catalog.problems:
            typer.echo(str(problem))
        errors, others = len(catalog.errors), len(catalog.problems) - len(catalog.errors)
        typer.echo(
            f"{catalog.files} files, {len(catalog.workloads)} workloads, {errors} errors, {others} warnings",
            err=True,
        )
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
