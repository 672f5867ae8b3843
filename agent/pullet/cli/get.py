"""`pullet get [TARGET…]`: what stands on this node, and how it is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pullet.cli.options import Config, Format, Output

if TYPE_CHECKING:
    from pullet.decide.health import Health
    from pullet.model.observed import Incarnation, Observed, ObservedContainer


def get(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="TARGET…", help="Only these workloads or instances.", show_default=False),
    ] = None,
    config: Config = None,
    output: Output = Format.TABLE,
) -> None:
    """Show what stands here and how it is.

    Asks the engine and the readiness probes now, and no agent: what is wanted and does not stand is for `status`.
    """
    from pullet.cli.here import probed
    from pullet.cli.output import columns, data
    from pullet.cli.targets import engine_here, matching

    engine, node = engine_here(config)
    observed, now = probed(engine), time.time()
    chosen = observed.incarnations
    if targets:
        meant = [one for target in targets for one in matching(target, chosen, node)]
        chosen = tuple(one for one in chosen if one in meant)
    found = [described(one, observed, now) for one in chosen]
    if output is not Format.TABLE:
        data({"node": node, "workloads": _by_workload(found)}, output)
    elif found:
        header = ("INSTANCE", "STATE", "READY", "RESTARTS", "AGE", "IMAGE")
        columns(header, (_row(each, one, now) for each, one in zip(found, chosen, strict=True)))
    else:
        typer.echo(f"nothing stands on {node}", err=True)


def described(one: Incarnation, observed: Observed, now: float) -> dict[str, Any]:
    """One incarnation as data; `started_at` is when the first of its main containers that run was started."""
    from pullet.decide.health import container_health, health
    from pullet.model.observed import Role
    from pullet.model.report import timestamp

    found = health(one, observed, now)
    started = _started(one)
    return {
        "workload": str(one.instance.workload),
        "instance": str(one.instance),
        "hash": one.hash,
        "commit": one.commit,
        "path": one.path,
        "state": str(found.condition),
        "ready": found.good,
        "because": found.because,
        "restarts": sum(each.restarts for each in one.containers),
        "started_at": None if started is None else timestamp(started),
        "containers": [
            _container(each, container_health(each, one, observed, now))
            for each in one.containers
            if each.role is not Role.SANDBOX
        ],
    }


def _container(one: ObservedContainer, found: Health) -> dict[str, Any]:
    from pullet.model.observed import Phase

    ended = one.phase in (Phase.EXITED, Phase.RESTARTING)
    return {
        "name": one.name,
        "role": str(one.role),
        "image": one.image,
        "image_id": one.image_id,
        "id": one.id[:12],
        "state": str(one.phase),
        "ready": found.good,
        "because": found.because,
        "restarts": one.restarts,
        "exit_code": one.exit_code if ended else None,
        "oom_killed": one.oom_killed,
    }


def _started(one: Incarnation) -> float | None:
    from pullet.model.observed import Phase, Role

    running = (each for each in one.containers if each.role is Role.MAIN and each.phase is Phase.RUNNING)
    return min((each.started_at for each in running if each.started_at is not None), default=None)


def _by_workload(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    grouped = ((name, list(group)) for name, group in groupby(found, lambda each: each["workload"]))
    return [
        {
            "workload": name,
            "ready": sum(each["ready"] for each in group),
            "standing": len(group),
            "instances": [{key: value for key, value in each.items() if key != "workload"} for each in group],
        }
        for name, group in grouped
    ]


def _row(found: Mapping[str, Any], one: Incarnation, now: float) -> tuple[str, ...]:
    from pullet.cli.output import ago
    from pullet.model.observed import Role

    mains = [each for each in found["containers"] if each["role"] == Role.MAIN]
    started = _started(one)
    return (
        found["instance"],
        found["state"],
        f"{sum(each['ready'] for each in mains)}/{max(len(mains), len(one.mains))}",
        str(found["restarts"]),
        "-" if started is None else ago(started, now),
        ",".join(dict.fromkeys(each["image"] for each in mains)) or "-",
    )
