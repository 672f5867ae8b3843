"""An instance's containers started again, in whatever state they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import docker.errors

from pullet.engine.beginning import begin
from pullet.engine.client import Client
from pullet.engine.ending import end
from pullet.engine.networks import Networks
from pullet.engine.observe import timestamp
from pullet.engine.sites import Sites
from pullet.engine.spec import parts
from pullet.engine.wires import names
from pullet.model.errors import Transient
from pullet.model.network import Network
from pullet.model.observed import ObservedContainer, Phase, Role
from pullet.model.plan import Revive
from pullet.model.pod import Restart

AWAKENING = (Role.SANDBOX, Role.INIT, Role.SIDECAR, Role.MAIN)


class Reviving:
    """Called by the crew's threads; one at a time for each instance."""

    def __init__(self, networks: Networks, sites: Sites) -> None:
        self._networks = networks
        self._sites = sites

    def revive(self, client: Client, step: Revive) -> None:
        """What its mounts need is made again first, where the specification is known: memory is empty after a boot."""
        target, known = step.target, step.known
        if known is not None:
            site = self._sites.site(client, known, target.commit)
            for part in parts(known.pod):
                self._sites.stands(client, known, part.container.mounts, site)
        for container in sorted(target.containers, key=lambda one: AWAKENING.index(one.role)):
            self._run(client, container, step)

    def _run(self, client: Client, container: ObservedContainer, step: Revive) -> None:
        """Whatever state it is in; one that ran when this was planned, and runs on since then, ends first.

        What never restarts then stays down, as in Kubernetes.
        """
        inspected = client.inspect_container(container.id)
        match inspected["State"]["Status"]:
            case "paused":
                client.unpause(container.id)
                return
            case "removing" | "dead":
                raise Transient(f"container {container.id[:12]} is being removed")
            case "running" if not container.stranded and not _runs_on(container, inspected):
                return
        if container.stranded or _runs_on(container, inspected):
            end(client, container.id, grace=step.grace)
        if _has_ended_for_good(container, step.target.restart):
            return
        marks = inspected["Config"]["Labels"] or {}
        try:
            begin(client, container.id, marks)
        except docker.errors.NotFound as error:
            if "network" not in (error.explanation or ""):
                raise
            self._networks.forget()
            self._join_again(client, container.id, step)
            begin(client, container.id, marks)

    def _join_again(self, client: Client, container: str, step: Revive) -> None:
        """Somebody removed a network while nothing ran on it; a container holds on to the old one's id."""
        if step.known is not None:
            endpoints = self._sites.site(client, step.known, step.target.commit).wiring.endpoints
        else:
            network = self._networks.ensure(Network(step.instance.workload.namespace))
            endpoints = {network: {"Aliases": list(names(step.instance))}}
        for network in client.inspect_container(container)["NetworkSettings"]["Networks"] or {}:
            client.disconnect_container_from_network(container, network, force=True)
        for network, endpoint in endpoints.items():
            client.join(network, container, endpoint)


def _runs_on(container: ObservedContainer, inspected: Mapping[str, Any]) -> bool:
    """Whether it ran when it was observed, and still does since the same start."""
    state = inspected["State"]
    same = timestamp(state["StartedAt"]) == container.started_at
    return container.phase is Phase.RUNNING and state["Status"] == "running" and same


def _has_ended_for_good(container: ObservedContainer, restart: Restart) -> bool:
    ended = container.phase is Phase.RUNNING and not container.stranded
    return ended and container.role is Role.MAIN and restart is Restart.NEVER
