"""One function per step. Each may be done again at any time: what is done already is left, what is half done ended."""

from __future__ import annotations

import docker.errors

from pullet.engine import labels
from pullet.engine.client import Client, Connection
from pullet.engine.failures import ImageGone, answered
from pullet.engine.networks import Networks, network_name
from pullet.engine.spec import Blueprint, Site, aliases, blueprints
from pullet.model.errors import Refused, Transient
from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation
from pullet.model.placement import Instance
from pullet.model.plan import Pull, Remove, Revive, Start, Step
from pullet.model.pod import PullPolicy

CONFLICT = 409
ENGINE_GRACE = 10  # seconds: the engine's own, for a container that says nothing


class Hands:
    """Called by the crew, from several threads at a time."""

    def __init__(self, connection: Connection, networks: Networks, node: str) -> None:
        self._connection = connection
        self._networks = networks
        self._node = node

    def do(self, step: Step) -> None:
        """Raises Transient or Refused; ImageGone where the image has to be pulled first."""
        match step:
            case Pull(image=image, policy=policy):
                self._pull(image, policy)
            case Start(target=target, commit=commit):
                self._start(target, commit)
            case Revive(target=target):
                self._revive(target)
            case Remove(target=target):
                self._remove(target)

    def _pull(self, image: str, policy: PullPolicy) -> None:
        with self._connection.calling(f"pull {image}") as client:
            if policy is not PullPolicy.ALWAYS and client.has_image(image):
                return
            if policy is PullPolicy.NEVER:
                raise Refused(
                    f"image {image} is not on this node and its pull policy is Never",
                    hint="load it on the node, or let the policy be IfNotPresent",
                )
            client.reload_config()  # so that a `docker login` counts from now on
            lines = client.pull(image, stream=True, decode=True)
            errors = [line["error"] for line in lines if "error" in line]
        if errors:
            raise answered(f"pull {image}", None, errors[-1])

    def _start(self, target: Instance, commit: str) -> None:
        site = Site(self._node, commit, self._networks.ensure(target.name.workload.namespace))
        for blueprint in blueprints(target, site):
            with self._connection.calling(f"start {target.name}") as client:
                if created := _created(client, blueprint):
                    self._start_container(client, created, target.name)
                else:
                    self._run(client, _taken_up(client, blueprint), target.name)

    def _revive(self, target: Incarnation) -> None:
        for container in target.containers:
            with self._connection.calling(f"restart {target.instance}") as client:
                self._run(client, container.id, target.instance)

    def _run(self, client: Client, container: str, instance: InstanceName) -> None:
        """Whatever state it is in; starting one that runs or is about to changes nothing."""
        state = client.inspect_container(container)["State"]
        match state["Status"]:
            case "paused":
                client.unpause(container)
            case "removing" | "dead":
                raise Transient(f"container {container[:12]} is being removed")
            case _:
                self._start_container(client, container, instance)

    def _start_container(self, client: Client, container: str, instance: InstanceName) -> None:
        try:
            client.start(container)
        except docker.errors.NotFound as error:
            if "network" not in (error.explanation or ""):
                raise
            self._join_again(client, container, instance)
            client.start(container)

    def _join_again(self, client: Client, container: str, instance: InstanceName) -> None:
        """Somebody removed the network while nothing ran on it; a container holds on to the old one's id."""
        namespace = instance.workload.namespace
        self._networks.forget(namespace)
        network = self._networks.ensure(namespace)
        client.disconnect_container_from_network(container, network_name(self._node, namespace), force=True)
        client.connect_container_to_network(container, network, aliases=aliases(instance))

    def _remove(self, target: Incarnation) -> None:
        for container in target.containers:
            with self._connection.calling(f"remove {target.instance}") as client:
                _stop_and_remove(client, container.id)


def _created(client: Client, blueprint: Blueprint) -> str | None:
    """The new container's id; None where one of that name stands already."""
    try:
        return client.create(blueprint.body, blueprint.name)
    except docker.errors.ImageNotFound:
        raise ImageGone(f"image {blueprint.image} is not on the engine any more") from None
    except docker.errors.APIError as error:
        if error.status_code != CONFLICT:
            raise
        return None


def _taken_up(client: Client, blueprint: Blueprint) -> str:
    """The id of the container that was made for the same purpose before, perhaps by an agent that died."""
    found = client.inspect_container(blueprint.name)
    theirs = found["Config"]["Labels"] or {}
    keys = (labels.NODE, labels.INSTANCE, labels.HASH, labels.CONTAINER)
    if any(theirs.get(key) != blueprint.labels[key] for key in keys):
        raise Refused(
            f"a container named {blueprint.name} that Pullet did not create is in the way",
            hint=f"remove or rename it: docker rename {blueprint.name} NEW_NAME",
        )
    return str(found["Id"])


def _stop_and_remove(client: Client, container: str) -> None:
    """With its own grace period; volumes stay. Gone already, or going, is as good."""
    try:
        grace = client.inspect_container(container)["Config"].get("StopTimeout")
        client.stop(container, timeout=ENGINE_GRACE if grace is None else grace)
        client.remove_container(container, v=False)
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if error.status_code != CONFLICT or "already in progress" not in (error.explanation or ""):
            raise
