"""`pullet plan`: what would be done here and why, touching nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from pullet.cli.options import Branch, Config, Format, NodeName, Output, Place, Policy, Repo, Rev

if TYPE_CHECKING:
    from pullet.model.observed import Observed
    from pullet.model.placement import Desired


def plan(
    path: Place = None,
    repo: Repo = None,
    rev: Rev = None,
    branch: Branch = None,
    node: NodeName = None,
    config: Config = None,
    policy: Policy = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no engine: plan for an empty node.")
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when there are steps.")
    ] = False,
    output: Output = Format.TABLE,
) -> int:
    """Show what would be done and why, touching nothing."""
    from pullet.cli.here import find_here
    from pullet.cli.output import data
    from pullet.cli.source import Source, bounded, read_catalog, read_snapshot
    from pullet.decide import decide
    from pullet.placement import desire, placed_here

    here = find_here(config, node, explicit=repo or path)
    snapshot = read_snapshot(Source(path, repo, rev, branch, None if path else here.remote))
    catalog = read_catalog(snapshot)
    catalog = bounded(catalog, policy or here.policy_file, placed_here(catalog, here.node))
    desired = desire(snapshot.revision, catalog, here.node)
    observed = with_images(desired, here.observe(offline=offline))
    found = decide(desired, observed, here.words, time.time())
    if output is Format.TABLE:
        typer.echo(f"{here.node.name} at {snapshot.revision.short}")
        typer.echo(str(found))
    else:
        data(found.as_dict(), output)
    for problem in catalog.errors:
        typer.echo(str(problem), err=True)
    if catalog.errors:
        return 1
    return 2 if detailed_exitcode and found.steps else 0


def with_images(desired: Desired, observed: Observed) -> Observed:
    """As if all images were here: a plan for people shows what happens with the containers."""
    from dataclasses import replace

    from pullet.model.plan import Pull

    pulls = {
        Pull(instance.name, instance.hash, container.image, container.pull, "").key
        for assignment in desired.assignments
        for instance in assignment.instances
        for container in instance.pod.containers
    }
    return replace(observed, prepared=frozenset(pulls))
