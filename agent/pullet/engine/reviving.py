"""An instance's containers started again, in whatever state they are."""

from __future__ import annotations

import docker.errors

from pullet.engine.beginning import begin
from pullet.engine.client import Client
from pullet.engine.ending import end
from pullet.engine.networks import Networks
from pullet.engine.sites import Sites
from pullet.engine.spec import parts
from pullet.engine.wires import names
from pullet.model.errors import Transient
from pullet.model.network import Network
from pullet.model.observed import Incarnation, ObservedContainer, Role
from pullet.model.placement import Instance

AWAKENING = (Role.SANDBOX, Role.INIT, Role.SIDECAR, Role.MAIN)


class Reviving:
    """Called by the crew's threads; one at a time for each instance."""

    def __init__(self, networks: Networks, sites: Sites) -> None:
        self._networks = networks
        self._sites = sites

    def revive(self, client: Client, target: Incarnation, known: Instance | None) -> None:
        """What its mounts need is made again first, where the specification is known: memory is empty after a boot."""
        if known is not None:
            site = self._sites.site(client, known, target.commit)
            for part in parts(known.pod):
                self._sites.stands(client, known, part.container.mounts, site)
        for container in sorted(target.containers, key=lambda one: AWAKENING.index(one.role)):
            self._run(client, container, target, known)

    def _run(
        self, client: Client, container: ObservedContainer, target: Incarnation, known: Instance | None
    ) -> None:
        """Whatever state it is in; starting one that runs or is about to changes nothing."""
        inspected = client.inspect_container(container.id)
        match inspected["State"]["Status"]:
            case "paused":
                client.unpause(container.id)
                return
            case "removing" | "dead":
                raise Transient(f"container {container.id[:12]} is being removed")
            case "running" if not container.stranded:
                return
        if container.stranded:
            end(client, container.id)
        marks = inspected["Config"]["Labels"] or {}
        try:
            begin(client, container.id, marks)
        except docker.errors.NotFound as error:
            if "network" not in (error.explanation or ""):
                raise
            self._networks.forget()
            self._join_again(client, container.id, target, known)
            begin(client, container.id, marks)

    def _join_again(
        self, client: Client, container: str, target: Incarnation, known: Instance | None
    ) -> None:
        """Somebody removed a network while nothing ran on it; a container holds on to the old one's id."""
        if known is not None:
            endpoints = self._sites.site(client, known, target.commit).wiring.endpoints
        else:
            network = self._networks.ensure(Network(target.instance.workload.namespace))
            endpoints = {network: {"Aliases": list(names(target.instance))}}
        for network in client.inspect_container(container)["NetworkSettings"]["Networks"] or {}:
            client.disconnect_container_from_network(container, network, force=True)
        for network, endpoint in endpoints.items():
            client.join(network, container, endpoint)
