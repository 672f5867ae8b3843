"""What exists on the engine: one filtered list a look, and an inspection only of what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import docker.errors
import structlog

from pullet.engine import labels
from pullet.engine.changes import Changes
from pullet.engine.client import Client, Connection
from pullet.engine.drift import Ways, drifted
from pullet.engine.preparing import still_prepared
from pullet.model.errors import Refused
from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation, ObservedContainer, Phase, Role
from pullet.model.pod import Restart

log = structlog.get_logger()

RESTART = {
    "": Restart.NEVER,
    "no": Restart.NEVER,
    "on-failure": Restart.ON_FAILURE,
    "always": Restart.ALWAYS,
    "unless-stopped": Restart.ALWAYS,
}

RECHECK = 300.0
"""Seconds after which a container is inspected again although nothing is known to have happened to it."""

AT_A_TIME = 20
"""One in so many is at most inspected for that in one look."""

KILLED = 137
"""What a process ends with that the kernel or the engine kills."""

HostPorts = frozenset[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One container as it was when it was last inspected.

    `network` is the container whose network it uses, `lenders` all whose namespaces it does. `at` is when that was, by
    the observer's clock, and `listed` what the list said then that only a person changes.
    """

    identity: labels.Identity
    container: ObservedContainer
    restart: Restart
    host_ports: HostPorts
    network: str = ""
    lenders: tuple[str, ...] = ()
    at: float = 0.0
    listed: frozenset[str] = frozenset()


class Observer:
    """Called by the loop's thread only. `clock` gives seconds from any beginning."""

    def __init__(
        self,
        connection: Connection,
        node: str,
        changes: Changes,
        ways: Ways,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._node = node
        self._changes = changes
        self._ways = ways
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        self._strange: set[str] = set()

    def look(self, busy: Container[str] = ()) -> tuple[Incarnation, ...]:
        """Raises Transient when the engine does not answer, Refused without permission.

        What `busy` instances have only created is not there yet: it is inspected when it runs, or nobody is at it.
        """
        changed = self._changes.take()
        if changed is not None:
            changed |= self._overdue()
        try:
            with self._connection.calling("list containers") as client:
                rows = client.containers(all=True, filters={"label": [f"{labels.NODE}={self._node}"]})
                there = [row for row in rows if row["Id"] in self._seen or not _being_made(row, busy)]
                seen = {row["Id"]: self._current(client, row, changed) for row in there}
        except BaseException:
            self._changes.mark_all()  # what was taken has not been looked at
            raise
        self._strange &= seen.keys()
        self._seen = {key: value for key, value in seen.items() if value is not None}
        self._changes.know(self._seen.keys())
        return _grouped(self._as_meant(_borrowing(one, self._seen)) for one in self._seen.values())

    def _overdue(self) -> frozenset[str]:
        """Who should be inspected again in case an event was missed: a few at a time, the longest unseen first."""
        before = self._clock() - RECHECK
        due = sorted((one.at, number) for number, one in self._seen.items() if one.at <= before)
        return frozenset(number for _, number in due[: 1 + len(self._seen) // AT_A_TIME])

    def _as_meant(self, one: Seen) -> Seen:
        meant = self._ways.meant(one.container.drift)
        return (
            one
            if meant == one.container.drift
            else replace(one, container=replace(one.container, drift=meant))
        )

    def _current(self, client: Client, row: Mapping[str, Any], changed: frozenset[str] | None) -> Seen | None:
        """From the last look if nothing happened since; None for what is gone by now or not understood."""
        known = self._seen.get(row["Id"])
        unchanged = changed is not None and row["Id"] not in changed
        if known and unchanged and known.container.phase == row["State"] and known.listed == _listed(row):
            return known
        try:
            found = seen(client.inspect_container(row["Id"]))
            container = self._with_cause(found.container)
            return replace(found, container=container, at=self._clock(), listed=_listed(row))
        except docker.errors.NotFound:
            return None
        except Refused as reason:
            self._warn_once(row, reason)
            return None

    def _with_cause(self, one: ObservedContainer) -> ObservedContainer:
        starved = one.exit_code == KILLED and self._changes.starved_lately(one.id)
        return replace(one, oom_killed=True) if starved else one

    def _warn_once(self, row: Mapping[str, Any], reason: Refused) -> None:
        if row["Id"] not in self._strange:
            self._strange.add(row["Id"])
            log.warning("container_not_understood", container=row["Names"], because=str(reason))


def _being_made(row: Mapping[str, Any], busy: Container[str]) -> bool:
    return row["State"] == Phase.CREATED and row["Labels"].get(labels.INSTANCE) in busy


def _listed(row: Mapping[str, Any]) -> frozenset[str]:
    """Its names and those of its networks."""
    networks = (row.get("NetworkSettings") or {}).get("Networks") or {}
    return frozenset((*row["Names"], *networks))


def seen(inspected: Mapping[str, Any]) -> Seen:
    """From the engine's answer to an inspection; raises Refused for labels that are not understood."""
    config, host, state = inspected["Config"], inspected["HostConfig"], inspected["State"]
    identity = labels.read(config["Labels"])
    container = ObservedContainer(
        id=inspected["Id"],
        name=identity.container,
        image=identity.image or config["Image"],
        image_id=inspected["Image"],
        created_at=timestamp(inspected["Created"]),
        phase=Phase(state["Status"]),
        exit_code=state["ExitCode"],
        started_at=timestamp(state["StartedAt"]),
        finished_at=timestamp(state["FinishedAt"]),
        restarts=inspected["RestartCount"],
        oom_killed=state["OOMKilled"],
        memory_limit=host.get("Memory") or None,
        address=address_in(inspected),
        readiness=identity.readiness,
        liveness=identity.liveness,
        startup=identity.startup,
        role=identity.role,
        health=(state.get("Health") or {}).get("Status", ""),
        drift=drifted(inspected),
    )
    policy = (host.get("RestartPolicy") or {}).get("Name", "")
    network, *others = (_lender(host.get(mode, "")) for mode in ("NetworkMode", "PidMode", "IpcMode"))
    return Seen(
        identity,
        container,
        RESTART.get(policy, Restart.NEVER),
        _host_ports(host),
        network,
        tuple(dict.fromkeys(one for one in (network, *others) if one)),
    )


def _lender(mode: str) -> str:
    kind, _, lender = mode.partition(":")
    return lender if kind == "container" else ""


def _borrowing(one: Seen, everything: Mapping[str, Seen]) -> Seen:
    """Who shares another's namespaces is stranded when that was started anew, and dead when it is gone.

    It has the address of who lends the network; and where it was told another one, only a new container can be told.
    """
    if not one.lenders:
        return one
    lenders = [everything[lender].container for lender in one.lenders if lender in everything]
    address = (
        everything[one.network].container.address if one.network in everything else one.container.address
    )
    outdated = bool(one.identity.address and address) and one.identity.address != address
    if len(lenders) < len(one.lenders) or outdated:
        return replace(one, container=replace(one.container, phase=Phase.DEAD))
    stranded = any(_left(one.container, lender) for lender in lenders)
    return replace(one, container=replace(one.container, address=address, stranded=stranded))


def _left(ours: ObservedContainer, lender: ObservedContainer) -> bool:
    """Whether the namespaces that it shares are no more those that the lender has now."""
    stands = lender.phase in (Phase.RUNNING, Phase.PAUSED)
    return not stands or (lender.started_at or 0) > (ours.started_at or 0)


def timestamp(text: str) -> float | None:
    """Seconds since the epoch from the engine's RFC 3339 with nanoseconds; None for its zero time."""
    return None if text.startswith("0001-") else datetime.fromisoformat(text).timestamp()


def address_in(inspected: Mapping[str, Any]) -> str:
    """On the network that it was created with; with the node's own network, loopback."""
    mode = inspected["HostConfig"]["NetworkMode"]
    if mode == "host":
        return "127.0.0.1"
    networks: dict[str, dict[str, Any]] = inspected["NetworkSettings"]["Networks"] or {}
    first = networks.get(mode) or next(iter(networks.values()), {})
    return str(first.get("IPAddress", ""))


def _host_ports(host: Mapping[str, Any]) -> HostPorts:
    return frozenset(
        (port.partition("/")[2], binding["HostIp"], int(binding["HostPort"]))
        for port, bindings in (host["PortBindings"] or {}).items()
        for binding in bindings or ()
        if binding["HostPort"]
    )


def _grouped(everything: Iterable[Seen]) -> tuple[Incarnation, ...]:
    """Containers of the same instance and specification are one incarnation; in the order of their names."""
    groups: dict[tuple[InstanceName, str], list[Seen]] = {}
    for one in everything:
        groups.setdefault((one.identity.instance, one.identity.hash), []).append(one)
    ordered = sorted(groups.items(), key=lambda group: (group[0][0].sort_key, group[0][1]))
    return tuple(_incarnation(group) for _, group in ordered)


def _incarnation(group: list[Seen]) -> Incarnation:
    first = group[0]
    restart = next((one.restart for one in group if one.container.role is Role.MAIN), first.restart)
    containers = sorted(
        (one.container for one in group), key=lambda container: (container.name, container.id)
    )
    return Incarnation(
        instance=first.identity.instance,
        hash=first.identity.hash,
        commit=first.identity.commit,
        path=first.identity.path,
        restart=restart,
        containers=still_prepared(containers, restart),
        host_ports=frozenset().union(*(one.host_ports for one in group)),
        mains=next((one.identity.mains for one in group if one.identity.mains), ()),
        after=tuple(dict.fromkeys(name for one in group for name in one.identity.after)),
        kept=any(one.identity.kept for one in group),
    )
