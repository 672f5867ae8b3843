"""Changes by hand that are put back while the container lives: its name, networks, limits and restart policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import docker.errors

from pullet.engine.client import CONFLICT, Client
from pullet.engine.drift import OF_NETWORKS, asked_for, drifted, estranged, joined, strange
from pullet.engine.networks import Networks
from pullet.engine.sites import Sites
from pullet.engine.traits import LIMITS
from pullet.model.errors import Refused
from pullet.model.observed import Incarnation
from pullet.model.placement import Instance

Inspected = Mapping[str, Any]


class Mending:
    """Called by the crew's threads; one at a time for each instance."""

    def __init__(self, networks: Networks, sites: Sites) -> None:
        self._networks = networks
        self._sites = sites

    def mend(self, client: Client, target: Incarnation, known: Instance) -> None:
        """What is as it was asked for is left alone. Raises Refused where another container has its name."""
        for container in target.containers:
            inspected = client.inspect_container(container.id)
            traits = {one.trait for one in drifted(inspected) if one.in_place}
            if "name" in traits:
                _rename(client, inspected)
            if traits & LIMITS.keys() or "restart" in traits:
                _update(client, inspected)
            if traits & OF_NETWORKS:
                self._wire(client, inspected, target, known)

    def _wire(self, client: Client, inspected: Inspected, target: Incarnation, known: Instance) -> None:
        try:
            _rejoin(client, inspected)
        except docker.errors.NotFound:  # somebody removed a network when it had left it
            self._networks.forget()
            self._sites.site(client, known, target.commit)
            _rejoin(client, client.inspect_container(inspected["Id"]))


def _rename(client: Client, inspected: Inspected) -> None:
    wanted = asked_for(inspected)["name"]
    try:
        client.rename(inspected["Id"], wanted)
    except docker.errors.APIError as error:
        if error.status_code != CONFLICT:
            raise
        raise Refused(
            f"another container has the name {wanted} by now",
            hint=f"remove or rename it: docker rename {wanted} NEW_NAME",
        ) from None


def _update(client: Client, inspected: Inspected) -> None:
    """All that was asked for at once: the engine checks some of it against each other.

    https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerUpdate
    """
    asked = asked_for(inspected)
    body = {**asked["limits"], "RestartPolicy": asked["restart"]}
    client.ask("POST", f"/containers/{inspected['Id']}/update", json=body)


def _rejoin(client: Client, inspected: Inspected) -> None:
    asked, number = asked_for(inspected)["networks"], inspected["Id"]
    told = inspected["NetworkSettings"]["Networks"] or {}
    away = {*strange(asked, told), *estranged(asked, told)}
    for network in sorted(away):
        client.disconnect_container_from_network(number, network, force=True)
    for network, endpoint in asked.items():
        name = joined(network, told)
        if name is None or name in away:
            client.join(network, number, endpoint)
