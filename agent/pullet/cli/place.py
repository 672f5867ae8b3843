"""`pullet place [PATH]`: who runs what, fleet-wide, and why not elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from pullet.cli.options import Branch, Format, Output, Place, Repo, Rev

if TYPE_CHECKING:
    from pullet.model.catalog import Catalog
    from pullet.model.placement import Placement


def place(
    path: Place = None,
    repo: Repo = None,
    rev: Rev = None,
    branch: Branch = None,
    node: Annotated[
        str, typer.Option(metavar="N", help="The only node's name where the repository lists none.")
    ] = "this-node",
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="WORKLOAD",
            help="Say of each node why it runs this workload or not.",
        ),
    ] = None,
    output: Output = Format.TABLE,
) -> int:
    """Show which node runs which instances, in the whole fleet.

    Reads PATH, without one the current directory. Exit 1 when an instance runs nowhere or the manifests have
    an error.
    """
    from pullet.cli.output import columns, data
    from pullet.cli.source import Source, read_catalog, read_snapshot
    from pullet.model.node import Node
    from pullet.placement import fleet
    from pullet.placement import place as place_fleet

    snapshot = read_snapshot(Source(path, repo, rev, branch))
    catalog = read_catalog(snapshot)
    placement = place_fleet(catalog, fleet(catalog, Node(node)))
    if explain is not None:
        return _explain(explain, catalog, placement, output)
    if output is Format.TABLE:
        rows = [(name, str(instance)) for name, mine in placement.nodes.items() for instance in mine]
        rows += [("-", f"{one.instance}  pending: {_reasons(one.reasons)}") for one in placement.pending]
        columns(("NODE", "INSTANCE"), rows)
    else:
        data(
            {
                "revision": snapshot.revision.commit,
                "nodes": {name: [str(one) for one in mine] for name, mine in placement.nodes.items()},
                "pending": [
                    {"instance": str(one.instance), "reasons": dict(one.reasons)} for one in placement.pending
                ],
            },
            output,
        )
    for problem in catalog.errors:
        typer.echo(str(problem), err=True)
    return 1 if placement.pending or catalog.errors else 0


def _explain(name: str, catalog: Catalog, placement: Placement, output: Format) -> int:
    """For each node: the instances it runs, or the reason it was not asked."""
    from pullet.cli.output import columns, data
    from pullet.cli.targets import workload_meant_by
    from pullet.model.node import Node
    from pullet.placement import objections

    by_name = {one.name: one for one in catalog.workloads}
    wanted = workload_meant_by(name, by_name, "any node")
    workload = by_name[wanted]
    nodes = catalog.nodes or tuple(Node(node) for node in placement.nodes)
    reasons = objections(workload, nodes)
    instances = {
        node: [str(one) for one in mine if one.workload == wanted] for node, mine in placement.nodes.items()
    }
    waiting = (one.reasons for one in placement.pending if one.instance.workload == wanted)
    held = {node: why for against in waiting for node, why in against.items()}
    verdicts = {node: reasons[node] or held.get(node, "fits") for node in instances}
    if output is Format.TABLE:
        columns(
            ("NODE", "VERDICT", "INSTANCES"),
            ((node, verdicts[node], " ".join(instances[node]) or "-") for node in instances),
        )
    else:
        rows = {node: {"verdict": verdicts[node], "instances": instances[node]} for node in instances}
        data({"workload": str(wanted), "nodes": rows}, output)
    return 0


def _reasons(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{node} {why}" for node, why in reasons.items()) or "the fleet has no node"
