"""`pullet describe TARGET`: all that is known here of a workload or an instance."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from pullet.cli.options import Config, Format, Output, Target
from pullet.model.errors import PulletError
from pullet.model.names import InstanceName, WorkloadName

if TYPE_CHECKING:
    from pullet.model.observed import Incarnation
    from pullet.settings import Settings


def describe(target: Target, config: Config = None, output: Output = Format.TABLE) -> None:
    """Show all that is known of a workload here, or of an instance.

    What stands is from the engine and the readiness probes, what proved itself or failed from the agent's memory on
    disk; what is wanted, what comes next and what happened since it started from the agent where it runs.
    """
    from pullet.cli.get import described
    from pullet.cli.here import probed
    from pullet.cli.local import local_activity, local_status
    from pullet.cli.output import data
    from pullet.cli.targets import engine_here, meant_by
    from pullet.settings import load_settings

    engine, node = engine_here(config)
    observed, now = probed(engine), time.time()
    settings = load_settings(config, assumed={"repo": {"url": "."}})
    status, silence = _asked(lambda: local_status(settings))
    told = {InstanceName.parse(one["instance"]): one for one in status.get("instances", ())}
    names = {**dict.fromkeys(one.instance for one in observed.incarnations), **dict.fromkeys(told)}
    meant = meant_by(target, names, node)
    chosen = [name for name in names if meant in (name, name.workload)]
    workload = meant if isinstance(meant, WorkloadName) else meant.workload
    standing = [one for one in observed.incarnations if one.instance in chosen]
    there = {one.instance for one in standing}
    activity, _ = _asked(lambda: local_activity(settings, str(workload)))
    found = {
        "node": node,
        "workload": str(workload),
        "agent": status.get("workloads", {}).get(str(workload)),
        "agent_error": silence,
        "verdicts": _verdicts(settings, str(workload)),
        "instances": [
            {**described(one, observed, now), "ports": _ports(one), "agent_says": _said(told, one.instance)}
            for one in standing
        ],
        "missing": [
            {"instance": str(name), "agent_says": _said(told, name)} for name in chosen if name not in there
        ],
        "next": _of(chosen, [*activity.get("steps", ()), *activity.get("waits", ())]),
        "events": _of([*chosen, workload], activity.get("events", ())),
    }
    if output is not Format.TABLE:
        data(found, output)
        return
    for line in _lines(found):
        typer.echo(line)


def _asked(question: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], str]:
    """What the agent says, or why it says nothing."""
    try:
        return question(), ""
    except PulletError as error:
        return {}, str(error)


def _of(names: Iterable[object], told: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    there = set(map(str, names))
    return [one for one in told if one["instance"] in there]


def _verdicts(settings: Settings, workload: str) -> dict[str, Any]:
    """What the ledger says of its specifications; nothing where it cannot be read."""
    from pullet.ledger import read_ledger
    from pullet.model.report import failure, timestamp
    from pullet.model.verdict import Record

    try:
        record = read_ledger(settings.state).records.get(workload, Record())
    except PulletError:
        record = Record()
    good, failed, trial = record.good, record.failed, record.trial
    return {
        "good": {"hash": good.hash, "commit": good.commit, "at": timestamp(good.at)} if good else None,
        "failed": failure(failed) if failed else None,
        "trial": {"hash": trial.hash, "at": timestamp(trial.since)} if trial else None,
    }


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
    yield from _found_out(found["verdicts"])
    for one in found["instances"]:
        yield ""
        yield from _instance(one)
    for one in found["missing"]:
        yield ""
        yield f"{one['instance']}: missing"
        yield f"  because    {one['agent_says']}"
    yield from _coming(found["next"])
    yield from _happened(found["events"], is_known=not found["agent_error"])


def _found_out(verdicts: Mapping[str, Any]) -> Iterator[str]:
    from pullet.cli.output import ago, seconds_of

    now = time.time()
    if good := verdicts["good"]:
        yield f"  good       {good['hash'][:8]} of {good['commit'][:10]}, since {ago(seconds_of(good['at']), now)}"
    if trial := verdicts["trial"]:
        yield f"  on trial   {trial['hash'][:8]}, since {ago(seconds_of(trial['at']), now)}"
    if failed := verdicts["failed"]:
        when = f"{ago(seconds_of(failed['at']), now)} ago"
        yield f"  failed     {failed['hash'][:8]} of {failed['commit'][:10]}, {when}: {failed['because']}"
        yield from (f"           | {said}" for said in failed["last_words"].splitlines())


def _coming(told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is done now or waited for, as the agent decided it last."""
    if told:
        yield ""
        yield "next:"
    for one in told:
        until = f", until {one['until']}" if one.get("until") else ""
        yield f"  {one.get('do', 'wait'):<8} {one['instance']}  {one['because']}{until}"


def _happened(events: Sequence[Mapping[str, Any]], *, is_known: bool) -> Iterator[str]:
    if not is_known:
        return
    yield ""
    yield "events since the agent started:" if events else "events since the agent started: none"
    for one in events:
        because = f": {one['because']}" if one["because"] else ""
        yield f"  {one['at']}  {one['instance']}  {one['what']}{because}"


def _instance(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"{one['instance']}: {one['state']}, {one['because']}"
    yield f"  from       {one['path']} at {one['commit'][:10]}, specification {one['hash']}"
    if one["ports"]:
        yield f"  ports      {', '.join(one['ports'])}"
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
