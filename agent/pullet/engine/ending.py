"""How an instance's containers end: in their order, within one grace period, with what was theirs alone."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import docker.errors
import structlog

from pullet.engine import hooks, labels
from pullet.engine.client import CONFLICT, Client
from pullet.engine.spec import key_of
from pullet.engine.stock import Stock
from pullet.model.observed import Incarnation, Role

log = structlog.get_logger()

ENGINE_GRACE = 10  # seconds: the engine's own, for a container that says nothing
LAST_GRACE = 2  # seconds that are left to end in when others, or its own hook, needed all of the grace period


class Ending:
    """Called by the crew's threads; one at a time for each instance."""

    def __init__(self, node: str, stock: Stock) -> None:
        self._node = node
        self._stock = stock

    def remove(self, client: Client, target: Incarnation) -> None:
        """The main containers together, then what served them, the last made first; then what was theirs alone.

        All within one grace period, as in Kubernetes:
        https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#termination-with-sidecars
        """
        _end_pod(client, target)
        for one in sorted(target.containers, key=lambda one: one.role is Role.SANDBOX):
            if one.role is Role.SANDBOX:
                end(client, one.id)
            _remove(client, one.id)
        self._stock.clear(client, key_of(target.instance, target.hash, self._node))

    def stop(self, client: Client, target: Incarnation) -> None:
        """For good: an engine that starts brings back what failed, even if it was stopped by hand."""
        _end_pod(client, target)
        for one in target.containers:
            if one.role is Role.SANDBOX:
                end(client, one.id)
            client.keep_down(one.id)  # while it runs, its crash in between would make this fail

    def sweep(self, client: Client) -> None:
        """Clear what no container of any node's name on this engine may have mounted; while nothing is started."""
        rows = client.containers(all=True, filters={"label": [labels.NODE, labels.INSTANCE, labels.HASH]})
        marks = (row["Labels"] for row in rows)
        standing = {key_of(one[labels.INSTANCE], one[labels.HASH], one[labels.NODE]) for one in marks}
        self._stock.sweep(client, standing)


def _end_pod(client: Client, target: Incarnation) -> None:
    """All but the sandbox."""
    began = time.monotonic()
    mains = [one.id for one in target.containers if one.role is Role.MAIN]
    servants = [one.id for one in target.containers if one.role in (Role.SIDECAR, Role.INIT)]
    _end_together(client, mains)
    for container in sorted(servants, key=partial(_made_at, client), reverse=True):
        end(client, container, time.monotonic() - began)


def end(client: Client, container: str, spent: float = 0, grace: float | None = None) -> None:
    """Its hook, its stop signal, and what is left of its grace period after `spent` seconds; gone is as good.

    A `grace` takes the place of its own.
    """
    began = time.monotonic() - spent
    try:
        inspected = client.inspect_container(container)
        if grace is None:
            own = inspected["Config"].get("StopTimeout")
            grace = ENGINE_GRACE if own is None else own
        _say_goodbye(client, inspected, grace - spent)
        left = math.ceil(grace - (time.monotonic() - began)) if grace else 0
        client.stop(container, timeout=math.ceil(max(left, min(LAST_GRACE, grace))))
    except docker.errors.NotFound:
        return


def _say_goodbye(client: Client, inspected: Mapping[str, Any], left: float) -> None:
    """The hook before the stop, of a container that runs; who fails in it is stopped all the same."""
    hook = labels.pre_stop(inspected["Config"]["Labels"] or {})
    if hook is None or left <= 0 or inspected["State"]["Status"] != "running":
        return
    if because := hooks.failure(client, inspected, hook, left):
        log.warning("pre_stop_failed", container=inspected["Name"].lstrip("/"), because=because)


def _end_together(client: Client, containers: list[str]) -> None:
    """Side by side, so that their grace periods do not add up."""
    if not containers:
        return
    with ThreadPoolExecutor(len(containers)) as pool:
        list(pool.map(partial(end, client), containers))


def _made_at(client: Client, container: str) -> str:
    """When it was made, in a form that can be compared; empty where it is gone."""
    try:
        return str(client.inspect_container(container)["Created"])
    except docker.errors.NotFound:
        return ""


def _remove(client: Client, container: str) -> None:
    """Volumes stay. Gone already, or going, is as good."""
    try:
        client.remove_container(container, v=False)
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if error.status_code != CONFLICT or "already in progress" not in (error.explanation or ""):
            raise
