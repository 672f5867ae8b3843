"""`pullet status`: this node from its agent; with `--repo` the fleet, from the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from pullet.cli.options import Branch, Config, Format, Output, Repo, Rev


def status(
    repo: Repo = None,
    rev: Rev = None,
    branch: Branch = None,
    config: Config = None,
    output: Output = Format.TABLE,
) -> int:
    """Show what came of the revision, here or in the fleet.

    Asks the agent of this node; with --repo it reads the notes of all nodes instead: of the revision, else each
    node's newest. Exit 0 only where all is converged.
    """
    if repo is not None or rev is not None:
        return _fleet(repo, rev, branch, output)
    from pullet.cli.local import local_status
    from pullet.cli.output import data
    from pullet.settings import load_settings

    found = local_status(load_settings(config, assumed={"repo": {"url": "."}}))
    if output is Format.TABLE:
        _show_node(found)
    else:
        data(found, output)
    return 0 if found["state"] == "converged" else 1


def _fleet(repo: str | None, rev: str | None, branch: str | None, output: Format) -> int:
    from pullet.cli.output import columns, data
    from pullet.cli.source import Source, mirror_of
    from pullet.repo.fleet_notes import fleet_notes

    with mirror_of(Source(repo=repo, rev=rev, branch=branch)) as mirror:
        nodes = fleet_notes(mirror, rev)
    if output is Format.TABLE:
        columns(
            ("NODE", "COMMIT", "STATE", "READY", "SINCE", "MESSAGE"),
            (_row(name, note) for name, note in sorted(nodes.items())),
        )
        for name, note in sorted(nodes.items()):
            _show_problems(note, prefix=f"{name}: ")
    else:
        data({"nodes": list(nodes.values())}, output)
    if not nodes:
        typer.echo("no node has left a note yet", err=True)
    return 0 if nodes and all(note["state"] == "converged" for note in nodes.values()) else 1


def _row(name: str, note: Mapping[str, Any]) -> tuple[str, ...]:
    workloads = note.get("workloads") or {}
    ready = sum(one["ready"] for one in workloads.values())
    wanted = sum(one["wanted"] for one in workloads.values())
    return (
        name,
        str(note["commit"])[:10],
        str(note["state"]),
        f"{ready}/{wanted}",
        str(note["since"]),
        str(note.get("message") or ""),
    )


def _show_node(found: Mapping[str, Any]) -> None:
    from pullet.cli.output import columns

    message = f": {found['message']}" if found.get("message") else ""
    typer.echo(f"{found['node']} at {found['commit'][:10] or 'no revision'}: {found['state']}{message}")
    typer.echo(f"since {found['since']}, last fetched {found['fetched_at'] or 'never'}")
    if found.get("fetch_error"):
        typer.echo(f"the last fetch failed: {found['fetch_error']}")
    typer.echo()
    columns(
        ("INSTANCE", "STATE", "READY", "BECAUSE"),
        (
            (one["instance"], one["state"], "yes" if one["ready"] else "no", one["because"])
            for one in found["instances"]
        ),
    )
    _show_problems(found)


def _show_problems(found: Mapping[str, Any], prefix: str = "") -> None:
    for one in found.get("problems") or ():
        where = f"{one['path']}:{one['line']}:{one['column']}"
        field = f" {one['field']}:" if one.get("field") else ""
        hint = f" ({one['hint']})" if one.get("hint") else ""
        typer.echo(f"{prefix}{where}: {one['severity']}:{field} {one['message']}{hint}", err=True)
