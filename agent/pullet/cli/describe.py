"""`pullet describe TARGET`: all that is known here of a workload or an instance."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pullet.cli.options import Config, Format, Output, Target
from pullet.model.errors import PulletError
from pullet.model.names import InstanceName, WorkloadName

if TYPE_CHECKING:
    from pullet.model.observed import Incarnation


def describe(target: Target, config: Config = None, output: Output = Format.TABLE) -> None:
    """Show all that is known of a workload here, or of an instance.

    What stands is from the engine and the readiness probes; what is wanted, and what it waits for, from the agent
    where it runs.
    """
    from pullet.cli.get import described
    from pullet.cli.here import probed
    from pullet.cli.output import data
    from pullet.cli.targets import engine_here, meant_by

    engine, node = engine_here(config)
    observed, now = probed(engine), time.time()
    status, silence = _asked(config)
    told = {InstanceName.parse(one["instance"]): one for one in status.get("instances", ())}
    names = {**dict.fromkeys(one.instance for one in observed.incarnations), **dict.fromkeys(told)}
    meant = meant_by(target, names, node)
    chosen = [name for name in names if meant in (name, name.workload)]
    workload = meant if isinstance(meant, WorkloadName) else meant.workload
    standing = [one for one in observed.incarnations if one.instance in chosen]
    there = {one.instance for one in standing}
    found = {
        "node": node,
        "workload": str(workload),
        "agent": status.get("workloads", {}).get(str(workload)),
        "agent_error": silence,
        "instances": [
            {**described(one, observed, now), "ports": _ports(one), "agent_says": _said(told, one.instance)}
            for one in standing
        ],
        "missing": [
            {"instance": str(name), "agent_says": _said(told, name)} for name in chosen if name not in there
        ],
    }
    if output is not Format.TABLE:
        data(found, output)
        return
    for line in _lines(found):
        typer.echo(line)


def _asked(config: Path | None) -> tuple[dict[str, Any], str]:
    """What the agent says, or why it says nothing."""
    from pullet.cli.local import local_status
    from pullet.settings import load_settings

    try:
        return local_status(load_settings(config, assumed={"repo": {"url": "."}})), ""
    except PulletError as error:
        return {}, str(error)


def _said(told: Mapping[InstanceName, Mapping[str, Any]], name: InstanceName) -> str | None:
    return told[name]["because"] if name in told else None


def _ports(one: Incarnation) -> list[str]:
    return sorted(f"{address or '*'}:{port}/{protocol}" for protocol, address, port in one.host_ports)


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    agent = found["agent"]
    if agent:
        because = f": {agent['message']}" if agent["message"] else ""
        yield f"{found['workload']}: {agent['state']}, {agent['ready']} of {agent['wanted']} ready{because}"
    else:
        why = found["agent_error"] or "the agent has not looked at it yet"
        yield f"{found['workload']}: what is wanted is not known: {why}"
    for one in found["instances"]:
        yield ""
        yield from _instance(one)
    for one in found["missing"]:
        yield ""
        yield f"{one['instance']}: missing"
        yield f"  next       {one['agent_says']}"


def _instance(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"{one['instance']}: {one['state']}, {one['because']}"
    yield f"  from       {one['path']} at {one['commit'][:10]}, specification {one['hash']}"
    if one["ports"]:
        yield f"  ports      {', '.join(one['ports'])}"
    if one["agent_says"] not in (None, one["because"]):
        yield f"  next       {one['agent_says']}"
    for each in one["containers"]:
        yield from _container(each)


def _container(each: Mapping[str, Any]) -> Iterator[str]:
    role = "" if each["role"] == "main" else f" ({each['role']})"
    yield f"  container  {each['name']}{role}: {each['state']}, {each['because']}"
    yield f"    id       {each['id']}"
    yield f"    image    {each['image']}, {each['image_id']}"
    if each["restarts"]:
        yield f"    restarts {each['restarts']}"
    if each["exit_code"] is not None:
        killed = ", ran out of memory" if each["oom_killed"] else ""
        yield f"    exit     {each['exit_code']}{killed}"
