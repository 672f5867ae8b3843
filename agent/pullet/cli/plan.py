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
        bool, typer.Option("--offline", help="Ask no engine: plan as if nothing stood on the node.")
    ] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when there is something to do.")
    ] = False,
    output: Output = Format.TABLE,
) -> int:
    """Show what would be done and why, touching nothing.

    Plans the repository of the agent's settings, or a PATH, or --repo; against what stands on the engine, as if
    all images were there; then what would follow if all went well. Exit 0, or 1 when the manifests have an error.
    """
    from dataclasses import replace

    from pullet.cli.here import find_here
    from pullet.cli.output import data
    from pullet.cli.source import Source, bounded, read_catalog, read_snapshot
    from pullet.decide import Scene, decide, fall_back, foresee
    from pullet.placement import desire, placed_here

    here = find_here(config, node, explicit=repo or path)
    snapshot = read_snapshot(Source(path, repo, rev, branch, None if path else here.remote))
    catalog = read_catalog(snapshot)
    catalog = bounded(catalog, policy or here.policy_file, placed_here(catalog, here.node))
    desired = replace(desire(snapshot.revision, catalog, here.node), drift=here.drift)
    desired = fall_back(desired, here.memory, {})  # what has failed here stays where it is
    observed = with_images(desired, here.observe(offline=offline))
    scene = Scene(desired, observed, time.time(), here.words, here.memory)
    found = decide(scene)
    then = replace(found, steps=foresee(scene, found), waits=(), hold="")
    if output is Format.TABLE:
        typer.echo(f"{here.node.name} at {snapshot.revision.short}")
        typer.echo(str(found))
        if then.steps:
            typer.echo(f"\nthen, if all goes well:\n{then}")
    else:
        data({**found.as_dict(), "then": then.as_dict()["steps"]}, output)
    if offline:
        typer.echo(f"offline: as if nothing stood on {here.node.name}", err=True)
    elif not here.of_settings and not observed.incarnations:
        typer.echo(f"nothing of {here.node.name} stands on this engine; on its own one it may", err=True)
    if catalog.nodes and here.node.name not in desired.placement.nodes:
        listed = ", ".join(desired.placement.nodes)
        typer.echo(f"{here.node.name} is not among the nodes of this revision: {listed}", err=True)
    for problem in catalog.errors:
        typer.echo(str(problem), err=True)
    if catalog.errors:
        return 1
    return 2 if detailed_exitcode and found.steps else 0


def with_images(desired: Desired, observed: Observed) -> Observed:
    """As if all images were here: a plan for people shows what happens with the containers."""
    from dataclasses import replace

    from pullet.model.plan import pulls

    instances = (one for assignment in desired.assignments for one in assignment.instances)
    return replace(observed, prepared=frozenset(pull.key for one in instances for pull in pulls(one)))
