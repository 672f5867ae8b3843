"""An instance's containers: made and started in their order, started again, stopped and removed together."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import docker.errors

from pullet.engine import labels
from pullet.engine.client import Client
from pullet.engine.facts import asks, facts_of
from pullet.engine.failures import ImageGone
from pullet.engine.images import Images, refuse_root
from pullet.engine.mounts import Stand
from pullet.engine.networks import Networks
from pullet.engine.spec import Blueprint, Part, Site, blueprint, image_of, key_of, parts, sandbox_blueprint
from pullet.engine.stock import Owner, Stock
from pullet.engine.wires import attachments, names, wiring
from pullet.model.errors import Refused, Transient
from pullet.model.network import Network, NetworkOf
from pullet.model.observed import Incarnation, ObservedContainer, Role
from pullet.model.placement import Instance
from pullet.model.pod import Container, Pod
from pullet.model.text import Fact
from pullet.model.volumes import Mount, Scratch

CONFLICT = 409
ENGINE_GRACE = 10  # seconds: the engine's own, for a container that says nothing
LAST_GRACE = 2  # seconds that a sidecar has when the main containers needed all of the grace period
AWAKENING = (Role.SANDBOX, Role.INIT, Role.SIDECAR, Role.MAIN)

Inspected = Mapping[str, Any]


class Pods:
    """Called by the crew's threads; one at a time for each instance."""

    def __init__(self, node: str, networks: Networks, images: Images, stock: Stock) -> None:
        self._node = node
        self._networks = networks
        self._images = images
        self._stock = stock

    def start(self, client: Client, target: Instance, commit: str) -> None:
        """As far as it goes now: what must wait for an init container is left to the next call."""
        site = self._site(client, target, commit)
        if target.pod.has_sandbox:
            site = self._sandboxed(client, target, site)
        for part in self._remaining(client, target):
            if part.container.security.non_root:
                refuse_root(client, part.container, image_of(target, part.container))
            stands = self._stands(client, target, part.container.mounts, site)
            container = self._made(client, blueprint(target, part, site, stands))
            if part.role is not Role.MAIN and not _lets_the_next_start(client, container, part.role):
                return

    def revive(self, client: Client, target: Incarnation, known: Instance | None) -> None:
        """What its mounts need is made again first, where the specification is known: memory is empty after a boot."""
        if known is not None:
            site = self._site(client, known, target.commit)
            for part in parts(known.pod):
                self._stands(client, known, part.container.mounts, site)
        for container in sorted(target.containers, key=lambda one: AWAKENING.index(one.role)):
            self._run(client, container, target, known)

    def remove(self, client: Client, target: Incarnation) -> None:
        """The main containers together, then what served them, the last made first; then what was theirs alone.

        All within one grace period, as in Kubernetes:
        https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#termination-with-sidecars
        """
        began = time.monotonic()
        mains = [one.id for one in target.containers if one.role is Role.MAIN]
        servants = [one.id for one in target.containers if one.role in (Role.SIDECAR, Role.INIT)]
        _stop_together(client, mains)
        for container in sorted(servants, key=partial(_made_at, client), reverse=True):
            _stop(client, container, time.monotonic() - began)
        for one in sorted(target.containers, key=lambda one: one.role is Role.SANDBOX):
            if one.role is Role.SANDBOX:
                _stop(client, one.id)
            _remove(client, one.id)
        self._stock.clear(client, key_of(target.instance, target.hash, self._node))

    def sweep(self, client: Client) -> None:
        """Clear what no container of any node's name on this engine may have mounted; while nothing is started."""
        rows = client.containers(all=True, filters={"label": [labels.NODE, labels.INSTANCE, labels.HASH]})
        marks = (row["Labels"] for row in rows)
        standing = {key_of(one[labels.INSTANCE], one[labels.HASH], one[labels.NODE]) for one in marks}
        self._stock.sweep(client, standing)

    def _site(self, client: Client, target: Instance, commit: str) -> Site:
        networks = [self._networks.ensure(one.network) for one in attachments(target)]
        peers = self._peers(client, target)
        facts = facts_of(target, self._node, labels.uid(target, self._node))
        facts |= _of_node(client, tuple(target.pod.all_containers()))
        return Site(self._node, commit, wiring(target, networks, peers, facts), facts, peers=peers)

    def _peers(self, client: Client, target: Instance) -> dict[str, str]:
        """The containers whose namespaces it shares, by their workloads' names. Raises Transient until they run."""
        pod = target.pod
        wanted = {pod.pid, pod.ipc} | (
            {str(pod.network.workload)} if isinstance(pod.network, NetworkOf) else set()
        )
        return {name: self._peer(client, name) for name in wanted if "/" in name}

    def _peer(self, client: Client, workload: str) -> str:
        marks = [f"{labels.NODE}={self._node}", f"{labels.WORKLOAD}={workload}"]
        rows = client.containers(filters={"label": marks, "status": ["running"]})
        if not rows:
            raise Transient(f"{workload}, whose namespaces it shares, does not run here")
        holders = [row for row in rows if row["Labels"].get(labels.ROLE) == Role.SANDBOX]
        return str((holders or rows)[0]["Id"])

    def _sandboxed(self, client: Client, target: Instance, site: Site) -> Site:
        self._images.have_sandbox(client)
        stands = self._stands(client, target, _memory(target.pod), site)
        holder = self._made(client, sandbox_blueprint(target, site, stands))
        inspected = client.inspect_container(holder)
        networks = inspected["NetworkSettings"]["Networks"] or {}
        address = networks.get(_network_of(inspected, site), {}).get("IPAddress", "")
        if site.wiring.mode == "host":
            address = site.facts.get(Fact.HOST_IP, "")
        return replace(site, sandbox=holder, facts={**site.facts, Fact.POD_IP: address})

    def _remaining(self, client: Client, target: Instance) -> Iterator[Part]:
        """Init containers have done their work where a main one stands, even if somebody pruned them since."""
        marks = labels.scope(target.name, target.hash, self._node)
        rows = client.containers(
            all=True, filters={"label": [f"{key}={value}" for key, value in marks.items()]}
        )
        begun = any(labels.ROLE not in row["Labels"] for row in rows)
        return (part for part in parts(target.pod) if not (begun and part.role is Role.INIT))

    def _stands(
        self, client: Client, target: Instance, mounts: Iterable[Mount], site: Site
    ) -> tuple[tuple[Mount, Stand], ...]:
        key = key_of(target.name, target.hash, self._node)
        owner = Owner(key, target.name.pod, self._node, site.facts, target.pod.fs_group)
        return tuple((mount, self._stock.stand(client, mount, owner)) for mount in mounts)

    def _made(self, client: Client, plan: Blueprint) -> str:
        """Its id, created and started; one that ended is left as it is: that is healing's matter."""
        created = self._created(client, plan)
        if created is None:
            found = _taken_up(client, plan)
            if found["State"]["Status"] != "created":
                return str(found["Id"])
            created = str(found["Id"])
        try:
            for network, endpoint in plan.networks.items():
                client.join(network, created, endpoint)
            client.begin(created)
        except docker.errors.NotFound:
            self._networks.forget()  # perhaps it is one of them that somebody removed
            raise
        return created

    def _created(self, client: Client, plan: Blueprint) -> str | None:
        """The new container's id; None where one of that name stands already."""
        try:
            return client.create(plan.body, plan.name, plan.platform)
        except docker.errors.ImageNotFound:
            raise ImageGone(f"image {plan.image} is not on the engine any more") from None
        except docker.errors.NotFound:
            self._networks.forget()  # newer engines look for a network when they create
            raise
        except docker.errors.APIError as error:
            if error.status_code != CONFLICT:
                raise
            return None

    def _run(
        self, client: Client, container: ObservedContainer, target: Incarnation, known: Instance | None
    ) -> None:
        """Whatever state it is in; starting one that runs or is about to changes nothing."""
        state = client.inspect_container(container.id)["State"]
        match state["Status"]:
            case "paused":
                client.unpause(container.id)
            case "removing" | "dead":
                raise Transient(f"container {container.id[:12]} is being removed")
            case _:
                if container.stranded:
                    _stop(client, container.id)
                self._start_again(client, container, target, known)

    def _start_again(
        self, client: Client, container: ObservedContainer, target: Incarnation, known: Instance | None
    ) -> None:
        try:
            client.begin(container.id)
        except docker.errors.NotFound as error:
            if "network" not in (error.explanation or ""):
                raise
            self._networks.forget()
            self._join_again(client, container.id, target, known)
            client.begin(container.id)

    def _join_again(
        self, client: Client, container: str, target: Incarnation, known: Instance | None
    ) -> None:
        """Somebody removed a network while nothing ran on it; a container holds on to the old one's id."""
        if known is not None:
            endpoints = self._site(client, known, target.commit).wiring.endpoints
        else:
            network = self._networks.ensure(Network(target.instance.workload.namespace))
            endpoints = {network: {"Aliases": list(names(target.instance))}}
        for network in client.inspect_container(container)["NetworkSettings"]["Networks"] or {}:
            client.disconnect_container_from_network(container, network, force=True)
        for network, endpoint in endpoints.items():
            client.join(network, container, endpoint)


def _taken_up(client: Client, plan: Blueprint) -> Inspected:
    """The container that was made for the same purpose before, perhaps by an agent that died."""
    found = client.inspect_container(plan.name)
    theirs = found["Config"]["Labels"] or {}
    keys = (labels.NODE, labels.INSTANCE, labels.HASH, labels.CONTAINER)
    if any(theirs.get(key) != plan.labels[key] for key in keys):
        raise Refused(
            f"a container named {plan.name} that Pullet did not create is in the way",
            hint=f"remove or rename it: docker rename {plan.name} NEW_NAME",
        )
    return dict(found)


def _lets_the_next_start(client: Client, container: str, role: Role) -> bool:
    """An init container has ended well, a sidecar runs."""
    state = client.inspect_container(container)["State"]
    if role is Role.SIDECAR:
        return bool(state["Status"] == "running")
    return bool(state["Status"] == "exited" and state["ExitCode"] == 0)


def _stop_together(client: Client, containers: list[str]) -> None:
    """Side by side, so that their grace periods do not add up."""
    if not containers:
        return
    with ThreadPoolExecutor(len(containers)) as pool:
        list(pool.map(partial(_stop, client), containers))


def _stop(client: Client, container: str, spent: float = 0) -> None:
    """With what is left of its own grace period after `spent` seconds; gone already is as good."""
    try:
        grace = client.inspect_container(container)["Config"].get("StopTimeout")
        left = math.ceil((ENGINE_GRACE if grace is None else grace) - spent)
        client.stop(container, timeout=max(left, min(LAST_GRACE, grace or 0)))
    except docker.errors.NotFound:
        return


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


def _memory(pod: Pod) -> Iterator[Mount]:
    """What the sandbox holds for its containers: every scratch space in memory."""
    scratches = (mount.source for one in pod.all_containers() for mount in one.mounts)
    for scratch in dict.fromkeys(one for one in scratches if isinstance(one, Scratch) and one.memory):
        yield Mount(scratch, f"/{scratch.name}")


def _network_of(inspected: Inspected, site: Site) -> str:
    """The name under which the engine lists the first network, which may have been asked for by its id."""
    networks = inspected["NetworkSettings"]["Networks"] or {}
    ids = {about["NetworkID"]: name for name, about in networks.items()}
    return str(ids.get(site.wiring.mode, site.wiring.mode))


def _of_node(client: Client, containers: tuple[Container, ...]) -> dict[Fact, str]:
    """What only some specifications ask for, and takes a call or two."""
    asked = {fact for fact in Fact if asks(containers, fact)}
    found = {Fact.HOST_IP: _address_of_node()} if asked & {Fact.HOST_IP, Fact.POD_IP} else {}
    if asked & {Fact.NODE_CPU, Fact.NODE_MEMORY}:
        info = client.info()
        found |= {Fact.NODE_CPU: str(info["NCPU"] * 1000), Fact.NODE_MEMORY: str(info["MemTotal"])}
    return found


def _address_of_node() -> str:
    """The address that this node would speak to the world from; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that RFC 5737 keeps for documentation
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
