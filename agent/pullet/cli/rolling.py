"""How far rollouts have come, asked once or until they end, and told in a line each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from pullet.model.errors import Transient
from pullet.model.names import WorkloadName

if TYPE_CHECKING:
    from pullet.settings import Settings

    Rolling = dict[str, Any]
    """As `Rollout.as_dict`."""

PAUSE = 0.5
"""Seconds between two looks."""

RESTART = 30.0
"""Seconds for which an agent may be silent while somebody watches: it may be restarted meanwhile."""


def look(settings: Settings, targets: Sequence[str]) -> list[Rolling]:
    """Of these workloads or of all, from the agent, or else as one would see it."""
    try:
        found = _asked(settings)
    except Transient as error:
        from pullet.cli.dry import dry_tick
        from pullet.decide import rollouts

        typer.echo(f"nothing goes on: {error.args[0]}", err=True)
        tick = dry_tick(settings)
        found = [one.as_dict() for one in rollouts(tick.scene, tick.report)] if tick.scene else []
    return _chosen(found, targets, settings.node)


def watched(
    settings: Settings, targets: Sequence[str], timeout: float | None, say: Callable[[str], None] | None
) -> list[Rolling]:
    """How it ended, or how far it was when the time was over. Says each change. Raises Transient without an agent."""
    said: dict[str, object] = {}
    began = heard = time.monotonic()
    while True:
        try:
            found = _chosen(_asked(settings), targets, settings.node)
            heard = time.monotonic()
        except Transient:
            if not said or time.monotonic() - heard > RESTART:
                raise
        for one in found:
            if say and said.get(one["workload"]) != _news(one):
                say(line(one))
            said[one["workload"]] = _news(one)
        if all(one["ended"] for one in found):
            return found
        if timeout is not None and time.monotonic() - began >= timeout:
            typer.echo(f"not complete after {timeout:g} s", err=True)
            return found
        time.sleep(PAUSE)


def line(one: Rolling) -> str:
    """For people; times as so long ago."""
    wanted = f"{one['hash'][:8]} of {one['commit'][:10]}"
    counts = f"{one['updated']} of {one['wanted']} updated, {one['ready']} ready"
    since = f", since {_ago(one['since'])}" if one["since"] else ""
    older = ", ".join(f"{old['count']} of {old['hash'][:8]} of {old['commit'][:10]}" for old in one["older"])
    beside = f" beside {older}" if older else ""
    if failed := one["failed"]:
        words = failed["last_words"].splitlines()
        last = f"; its last words: {words[-1]}" if words else ""
        which = f"{failed['hash'][:8]} of {failed['commit'][:10]}"
        end = f"{which} failed {_ago(failed['at'])} ago: {failed['because']}{last}"
        return f"{one['workload']}: {one['state']} to {wanted}, {counts}{beside}; {end}"
    if one["state"] == "converged":
        return f"{one['workload']}: converged to {wanted}, {one['ready']} of {one['wanted']} ready{since}"
    deadline = (
        f", {'had' if _is_over(one) else 'has'} to come on by {one['deadline']}" if one["deadline"] else ""
    )
    return (
        f"{one['workload']}: {one['state']} to {wanted}, {counts}{beside}; {one['because']}{since}{deadline}"
    )


def _is_over(one: Rolling) -> bool:
    from pullet.cli.output import seconds_of

    return seconds_of(one["deadline"]) < time.time()


def _asked(settings: Settings) -> list[Rolling]:
    from pullet.cli.local import local_activity

    return list(local_activity(settings)["rollouts"])


def _chosen(found: Sequence[Rolling], targets: Sequence[str], node: str) -> list[Rolling]:
    from pullet.cli.targets import workload_meant_by

    names = [WorkloadName.parse(one["workload"]) for one in found]
    meant = {str(workload_meant_by(target, names, node)) for target in targets}
    return [one for one in found if not targets or one["workload"] in meant]


def _news(one: Rolling) -> object:
    """What is worth another line; a deadline that moves is not."""
    return {key: value for key, value in one.items() if key not in ("since", "deadline", "ended")}


def _ago(moment: str) -> str:
    from pullet.cli.output import ago, seconds_of

    return ago(seconds_of(moment), time.time())
