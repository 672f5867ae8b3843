"""Observed states for tests, with as few words as the test needs."""

from __future__ import annotations

from typing import Any

from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation, Observed, ObservedContainer, Phase
from pullet.model.pod import Restart
from pullet.model.probe import Check, Probe, TcpSocket
from pullet.probes.target import Target, Which


def probe(check: Check | None = None, **fields: Any) -> Probe:
    return Probe(check or TcpSocket(port=80), **fields)


def target(which: Which = Which.READINESS, check: Check | None = None, **fields: Any) -> Target:
    """One probe of a container at 127.0.0.1."""
    return Target("id", "name", None, "127.0.0.1", which, probe(check, **fields))


def container(id_: str, **fields: Any) -> ObservedContainer:
    """Runs at 127.0.0.1 since long ago, unless told otherwise."""
    usual: dict[str, Any] = {"phase": Phase.RUNNING, "started_at": 100.0, "address": "127.0.0.1"}
    return ObservedContainer(id=id_, name=f"name-of-{id_}", image="app:1", **(usual | fields))


def observed(*containers: ObservedContainer) -> Observed:
    """Each container as an instance of its own."""
    return Observed(
        tuple(
            Incarnation(
                InstanceName.parse(f"shop/Deployment/web#{ordinal}"),
                hash="0123456789abcdef",
                commit="c0ffee",
                path="web.yaml",
                restart=Restart.ALWAYS,
                containers=(only,),
            )
            for ordinal, only in enumerate(containers)
        )
    )
