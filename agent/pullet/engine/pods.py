"""An instance's containers, made and started in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import docker.errors
import structlog

from pullet.engine import labels
from pullet.engine.beginning import begin
from pullet.engine.client import CONFLICT, Client
from pullet.engine.drift import Ways, witnessed
from pullet.engine.facts import asks
from pullet.engine.failures import ImageGone
from pullet.engine.images import Images, refuse_root
from pullet.engine.networks import Networks
from pullet.engine.sites import Sites
from pullet.engine.spec import Blueprint, Part, Site, blueprint, image_of, parts, sandbox_blueprint
from pullet.model.errors import Refused
from pullet.model.observed import Role
from pullet.model.placement import Instance
from pullet.model.plan import Start
from pullet.model.pod import Pod
from pullet.model.text import Fact
from pullet.model.volumes import Mount, Scratch

log = structlog.get_logger()

Inspected = Mapping[str, Any]


class Pods:
    """Called by the crew's threads; one at a time for each instance."""

    def __init__(self, node: str, networks: Networks, images: Images, sites: Sites, ways: Ways) -> None:
        self._node = node
        self._networks = networks
        self._images = images
        self._sites = sites
        self._ways = ways

    def start(self, client: Client, step: Start) -> None:
        """As far as it goes now: what must wait for an init container is left to the next call."""
        target = replace(step.target, images=_there(client, step.target.images))
        site = self._sites.site(client, target, step.commit)
        unnamed = step.unnamed and _may_change_its_address(target.pod)
        if target.pod.has_sandbox:
            site = self._sandboxed(client, target, site, unnamed=unnamed)
        for part in self._remaining(client, target):
            if part.container.security.non_root:
                refuse_root(client, part.container, image_of(target, part.container))
            stands = self._sites.stands(client, target, part.container.mounts, site)
            plan = replace(blueprint(target, part, site, stands), unnamed=unnamed)
            container = self._made(client, plan)
            if part.role is not Role.MAIN and not _lets_the_next_start(client, container, part.role):
                return

    def _sandboxed(self, client: Client, target: Instance, site: Site, *, unnamed: bool) -> Site:
        self._images.have_sandbox(client)
        stands = self._sites.stands(client, target, _memory(target.pod), site)
        holder = self._made(client, replace(sandbox_blueprint(target, site, stands), unnamed=unnamed))
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
                client.join(network, created, plan.answering(endpoint))
            begin(client, created, plan.labels)
        except docker.errors.NotFound:
            self._networks.forget()  # perhaps it is one of them that somebody removed
            raise
        return created

    def _created(self, client: Client, plan: Blueprint) -> str | None:
        """The new container's id; None where one of that name stands already."""
        try:
            created = client.create(witnessed(plan), plan.name, plan.platform)
        except docker.errors.ImageNotFound:
            raise ImageGone(f"image {plan.image} is not on the engine any more") from None
        except docker.errors.NotFound:
            self._networks.forget()  # newer engines look for a network when they create
            raise
        except docker.errors.APIError as error:
            if error.status_code != CONFLICT:
                raise
            return None
        self._ways.learn(client.inspect_container(created))
        return created


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


def _may_change_its_address(pod: Pod) -> bool:
    """Whoever leaves a network and comes back gets another one, which nobody can tell a container that runs."""
    return not asks(tuple(pod.all_containers()), Fact.POD_IP)


def _memory(pod: Pod) -> Iterator[Mount]:
    """What the sandbox holds for its containers: every scratch space in memory."""
    scratches = (mount.source for one in pod.all_containers() for mount in one.mounts)
    for scratch in dict.fromkeys(one for one in scratches if isinstance(one, Scratch) and one.memory):
        yield Mount(scratch, f"/{scratch.name}")


def _there(client: Client, images: Mapping[str, str]) -> Mapping[str, str]:
    """Those that their references do not lead to any more; the others are better called by name.

    An image that somebody removed cannot come back by its id; what its reference leads to now has to do.
    """
    moved = {ref: number for ref, number in images.items() if client.image_id(ref) != number}
    gone = {ref for ref, number in moved.items() if not client.has_image(number)}
    for ref in gone:
        log.warning("image_not_the_same", image=ref, because=f"{images[ref][:19]} is gone from the engine")
    return {ref: number for ref, number in moved.items() if ref not in gone}


def _network_of(inspected: Inspected, site: Site) -> str:
    """The name under which the engine lists the first network, which may have been asked for by its id."""
    networks = inspected["NetworkSettings"]["Networks"] or {}
    ids = {about["NetworkID"]: name for name, about in networks.items()}
    return str(ids.get(site.wiring.mode, site.wiring.mode))
