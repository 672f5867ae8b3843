"""Instances for tests, in one line each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import docker.errors

from pullet.engine import labels
from pullet.engine.client import Client
from pullet.engine.facts import facts_of
from pullet.engine.spec import Blueprint, Site, blueprint, parts
from pullet.engine.wires import attachments, wiring
from pullet.model.names import InstanceName
from pullet.model.placement import Instance
from pullet.model.pod import Container, Pod, Restart
from tests.lab.images import BUSYBOX

SLEEP = ("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done")
"""Runs until it is told to stop, and then stops at once."""

OBSTINATE = ("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done")


def container(**fields: Any) -> Container:
    return Container(**({"name": "app", "image": BUSYBOX, "command": SLEEP} | fields))


def instance(
    name: str = "shop/Deployment/web#0", restart: Restart = Restart.ALWAYS, grace: float = 5, **fields: Any
) -> Instance:
    """A pod of one container with these fields."""
    return of(Pod((container(**fields),), restart=restart, grace=grace), name)


def of(pod: Pod, name: str = "shop/Deployment/web#0") -> Instance:
    return Instance(InstanceName.parse(name), pod, pod.digest(), "web.yaml")


def drawn(target: Instance, node: str = "edge-1", network: str = "pullet-edge-1-shop") -> Blueprint:
    """What would be created for a pod of one container."""
    facts = facts_of(target, node, labels.uid(target, node))
    networks = [network for _ in attachments(target)]
    (part,) = parts(target.pod)
    return blueprint(target, part, Site(node, "c0ffee", wiring(target, networks, {}, facts), facts))


@contextmanager
def unique_node(client: Client) -> Iterator[str]:
    """A node's name that nobody else has; whatever it left on the engine is removed."""
    node = f"n{secrets.token_hex(4)}"
    try:
        yield node
    finally:
        clear_node(client, node)


def clear_node(client: Client, node: str) -> None:
    """Every container, network and volume of a node that is no more."""
    ours = {"label": [f"{labels.NODE}={node}"]}
    for row in client.containers(all=True, filters=ours):
        with suppress(docker.errors.NotFound):  # a step in flight may have been faster
            client.remove_container(row["Id"], force=True, v=True)
    for network in client.networks(filters=ours):
        with suppress(docker.errors.APIError):
            client.remove_network(network["Id"])
    for volume in client.volumes(filters=ours)["Volumes"] or ():
        client.remove_volume(volume["Name"])
