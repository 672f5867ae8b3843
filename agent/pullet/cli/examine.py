"""The examinations of `pullet doctor`, in the order in which one thing needs the other."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pullet.cli.local import local_mirror, local_status
from pullet.engine.docker_engine import DockerEngine
from pullet.model.errors import PulletError
from pullet.repo.check import check_push, check_remote
from pullet.repo.mirror import Mirror
from pullet.settings import Settings, load_settings
from pullet.wiring import read_node_policy

GIBIBYTE = 1 << 30
SKEW = 300.0
"""Seconds that a commit may lie in this node's future before its clock is doubted."""


class Level(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    subject: str
    message: str
    hint: str = ""


def examine(config: Path | None) -> Iterator[Finding]:
    """A finding for each thing looked at; what rests on something broken is left out."""
    try:
        settings = load_settings(config)
    except PulletError as error:
        yield _bad("settings", error)
        return
    yield Finding(Level.GOOD, "settings", f"node {settings.node}, branch {settings.repo.branch}")
    yield _policy(settings)
    yield from _disk(settings)
    yield _engine(settings)
    yield from _repository(settings)
    yield _agent(settings)


def _bad(subject: str, error: PulletError) -> Finding:
    return Finding(Level.BAD, subject, error.args[0], error.hint)


def _policy(settings: Settings) -> Finding:
    try:
        read_node_policy(settings)
    except PulletError as error:
        return _bad("policy", error)
    where = settings.policy_file if settings.policy_file.exists() else "the defaults"
    return Finding(Level.GOOD, "policy", f"{where}")


def _disk(settings: Settings) -> Iterator[Finding]:
    """The state directory, or the nearest one above it that exists."""
    place = next(path for path in (settings.state, *settings.state.absolute().parents) if path.exists())
    if not os.access(place, os.W_OK):
        hint = "run as the agent's user, or set state to a directory that it owns"
        yield Finding(Level.BAD, "state", f"{settings.state} cannot be written", hint)
        return
    free = shutil.disk_usage(place).free
    if free < GIBIBYTE:
        hint = "make room: images and the mirror need it"
        yield Finding(Level.WARN, "disk", f"{free / GIBIBYTE:.1f} GiB free below {place}", hint)
    else:
        yield Finding(Level.GOOD, "disk", f"{free / GIBIBYTE:.0f} GiB free below {place}")


def _engine(settings: Settings) -> Finding:
    engine = DockerEngine(settings.engine, settings.node, lambda _: None, time.time)
    try:
        info = engine.ping()
    except PulletError as error:
        return _bad("engine", error)
    finally:
        engine.stop(0)
    rootless = ", rootless" if info.rootless else ""
    return Finding(Level.GOOD, "engine", f"{info.version}, API {info.api}, {info.storage}{rootless}")


def _repository(settings: Settings) -> Iterator[Finding]:
    try:
        mirror = local_mirror(settings)
    except PulletError as error:
        yield _bad("repository", error)
        return
    try:
        if (trouble := check_remote(mirror)) is not None:
            yield _bad("repository", trouble)
            return
        yield from _revision(mirror)
        yield _notes(mirror, settings)
    finally:
        mirror.close()


def _revision(mirror: Mirror) -> Iterator[Finding]:
    snapshot = mirror.snapshot()
    if snapshot is None:
        hint = "`pullet init` makes a first one; commit and push it"
        yield Finding(Level.WARN, "repository", "reachable, and it has no commit yet", hint)
        return
    revision = snapshot.revision
    yield Finding(Level.GOOD, "repository", f"reachable, at {revision.short}: {revision.subject}")
    ahead = revision.committed_at - time.time()
    if ahead > SKEW:
        hint = "set the clock, by NTP where possible: certificates and timestamps depend on it"
        yield Finding(Level.BAD, "clock", f"the newest commit lies {ahead:.0f} s in this node's future", hint)
    else:
        yield Finding(Level.GOOD, "clock", "not behind the newest commit")


def _notes(mirror: Mirror, settings: Settings) -> Finding:
    if settings.status.notes != "push":
        return Finding(Level.GOOD, "notes", f"status.notes is {settings.status.notes}, nothing is pushed")
    if (error := check_push(mirror, settings.node)) is not None:
        hint = (
            error.hint or "give this node the right to push refs/notes/pullet/*, or set status.notes: local"
        )
        return Finding(Level.BAD, "notes", error.args[0], hint)
    return Finding(Level.GOOD, "notes", f"refs/notes/pullet/{settings.node} may be pushed")


def _agent(settings: Settings) -> Finding:
    try:
        status = local_status(settings)
    except PulletError as error:
        return Finding(Level.WARN, "agent", error.args[0], error.hint or "start it: systemctl start pullet")
    message = f": {status['message']}" if status.get("message") else ""
    level = Level.GOOD if status["state"] == "converged" else Level.WARN
    return Finding(level, "agent", f"answers, {status['state']} at {status['commit'][:10]}{message}")
