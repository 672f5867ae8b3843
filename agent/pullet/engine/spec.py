"""An instance in the engine's own words: what to create for it, in which order. Pure; called by `apply`.

https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerCreate
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pullet.engine import labels, options, sandbox
from pullet.engine.facts import Facts, asks, finished
from pullet.engine.mounts import Stand, mounted
from pullet.engine.options import said
from pullet.engine.wires import Wiring, identity, port_name, published, resolving
from pullet.model.names import InstanceName
from pullet.model.observed import Role
from pullet.model.placement import Instance
from pullet.model.pod import Container, EnvVar, Pod, Port, Restart
from pullet.model.text import Fact
from pullet.model.volumes import Mount

LONGEST_NAME = 63

# Not `always`: what we stopped and could not remove before the engine restarted must not come back.
RESTART = {Restart.ALWAYS: "unless-stopped", Restart.ON_FAILURE: "on-failure", Restart.NEVER: "no"}

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One container of a pod, and what it is in it."""

    container: Container
    role: Role


@dataclass(frozen=True, slots=True)
class Site:
    """Where an instance is built: by which node's agent, from which commit, wired how, knowing what.

    `sandbox` is the id of the container that holds its namespaces, empty where each has its own; `peers` are the
    containers of other workloads whose namespaces it shares.
    """

    node: str
    commit: str
    wiring: Wiring
    facts: Facts = field(default_factory=dict)
    sandbox: str = ""
    peers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One container to create: its name, which is the same whenever it is asked for, and the request's body.

    `networks` are joined before it starts, besides the one in the body: older engines take only one at creation.
    An `unnamed` one is asked to be made with the names that it shares, and made without them for now.
    """

    name: str
    image: str
    labels: dict[str, str]
    body: Body
    networks: Mapping[str, Body] = field(default_factory=dict)
    platform: str = ""
    unnamed: bool = False

    def answering(self, endpoint: Body) -> Body:
        """An endpoint with the names that it has for now."""
        return {**endpoint, "Aliases": []} if self.unnamed else endpoint


def parts(pod: Pod) -> tuple[Part, ...]:
    """In the order in which they start."""
    return (
        *(Part(one, Role.SIDECAR if one.restart is Restart.ALWAYS else Role.INIT) for one in pod.init),
        *(Part(one, Role.MAIN) for one in pod.containers),
    )


def image_of(instance: Instance, container: Container) -> str:
    """What the container is made from: the declared reference, or the id that it was fixed to."""
    return instance.images.get(container.image, container.image)


def key_of(name: InstanceName | str, digest: str, node: str) -> str:
    """Tells the incarnation from every other of every node: 10 hexadecimal digits."""
    return hashlib.sha256(f"{node} {name} {digest}".encode()).hexdigest()[:10]


def container_name(instance: Instance, node: str, part: str = "") -> str:
    """Readable in front, unique behind: `shop-web-0-1f0c9a77d2`, and in a pod of several `….nginx`."""
    behind = f"-{key_of(instance.name, instance.hash, node)}" + (f".{part}" if part else "")
    front = legible(f"{instance.name.workload.namespace}-{instance.name.pod}", LONGEST_NAME - len(behind))
    return f"{front}{behind}"


def legible(text: str, longest: int) -> str:
    """As much of a text as the engine takes in a name: letters, digits, `_`, `.` and `-`."""
    return re.sub(r"[^a-zA-Z0-9_.-]+", "-", text)[: max(longest, 2)].strip("-._")


def sandbox_blueprint(
    instance: Instance, site: Site, stands: tuple[tuple[Mount, Stand], ...] = ()
) -> Blueprint:
    """The container that holds the pod's namespaces, its address and its published ports.

    And its memory: the engine empties a volume in memory when nobody has it mounted.
    """
    pod = instance.pod
    marks = labels.written(instance, None, Role.SANDBOX, site.node, site.commit)
    ports = _ports(tuple(pod.all_containers()), site)
    sizes = [one.resources.shm for one in pod.all_containers() if one.resources.shm]
    body = {
        "Image": sandbox.IMAGE,
        "StopSignal": sandbox.STOP_SIGNAL,
        "Labels": marks,
        **identity(instance, site.wiring),
        **said(ExposedPorts={port_name(port): {} for port in ports}),
        "HostConfig": {
            "RestartPolicy": {"Name": RESTART[Restart.ALWAYS]},
            **said(PortBindings=published(ports)),
            **_outer(instance, site),
            "IpcMode": _shared(pod.ipc, site) if _is_of_another(pod.ipc) else "shareable",
            **said(ShmSize=max(sizes, default=0)),
            **mounted(stands),
        },
        **_joining(site.wiring),
    }
    name = container_name(instance, site.node, "pod")
    return Blueprint(name, sandbox.IMAGE, marks, body, _further(site.wiring))


def blueprint(
    instance: Instance, part: Part, site: Site, stands: tuple[tuple[Mount, Stand], ...] = ()
) -> Blueprint:
    """One container of the pod; `stands` tells where on the node its mounts' sources are."""
    pod, container = instance.pod, part.container
    marks = labels.written(instance, container, part.role, site.node, site.commit)
    if site.wiring.has_own_namespace and asks((container,), Fact.POD_IP):
        marks[labels.ADDRESS] = site.facts.get(Fact.POD_IP, "")
    alone = not site.sandbox
    image = image_of(instance, container)
    body = {
        "Image": image,
        "Labels": marks,
        **_process(container, site.facts),
        **options.health(container.healthcheck),
        "StopTimeout": math.ceil(pod.grace),
        **said(StopSignal=container.stop_signal),
        **(identity(instance, site.wiring) if alone else {}),
        **said(ExposedPorts=_exposed(container, site) if alone else {}),
        "HostConfig": {
            "RestartPolicy": _restart(pod, part),
            **(_alone(instance, container, site) if alone else _inside(pod, site)),
            **options.limits(container.resources),
            **options.rights(container.security),
            **options.habits(container),
            **mounted(stands),
        },
        **(_joining(site.wiring) if alone else {}),
    }
    name = container_name(instance, site.node, "" if alone else container.name)
    further = _further(site.wiring) if alone else {}
    return Blueprint(name, image, marks, body, further, container.platform)


def _alone(instance: Instance, container: Container, site: Site) -> Body:
    """A container with namespaces of its own."""
    return {
        **said(PortBindings=published(_ports((container,), site))),
        **_outer(instance, site),
        **said(IpcMode=_shared(instance.pod.ipc, site)),
    }


def _inside(pod: Pod, site: Site) -> Body:
    """A container in the namespaces of its pod's sandbox."""
    holder = f"container:{site.sandbox}"
    processes = holder if pod.share_processes else _shared(pod.pid, site)
    return {
        "NetworkMode": holder,
        "IpcMode": _shared(pod.ipc, site) if _is_of_another(pod.ipc) else holder,
        **said(PidMode=processes, UTSMode=pod.uts),
    }


def _outer(instance: Instance, site: Site) -> Body:
    """What belongs to the namespaces rather than to a process."""
    pod = instance.pod
    return {
        "NetworkMode": site.wiring.mode,
        **({} if site.wiring.is_borrowed else resolving(instance)),
        **said(
            Sysctls=dict(pod.sysctls),
            PidMode="" if pod.share_processes else _shared(pod.pid, site),
            UTSMode=pod.uts,
        ),
    }


def _is_of_another(namespace: str) -> bool:
    """The node's, or another workload's; in a pod, `private` and `shareable` are the same."""
    return namespace == "host" or "/" in namespace


def _shared(namespace: str, site: Site) -> str:
    return f"container:{site.peers[namespace]}" if namespace in site.peers else namespace


def _joining(wiring: Wiring) -> Body:
    """Engines before API 1.44 know a hardware address only of the container, newer ones take both where they agree."""
    if not wiring.endpoints:
        return {}
    first = wiring.endpoints[wiring.mode]
    return {
        "NetworkingConfig": {"EndpointsConfig": {wiring.mode: first}},
        **said(MacAddress=first.get("MacAddress")),
    }


def _further(wiring: Wiring) -> Mapping[str, Body]:
    return {name: endpoint for name, endpoint in wiring.endpoints.items() if name != wiring.mode}


def _restart(pod: Pod, part: Part) -> Body:
    match part.role:
        case Role.INIT:
            policy = Restart.NEVER if pod.restart is Restart.NEVER else Restart.ON_FAILURE
        case _:
            policy = part.container.restart or pod.restart
    retries = pod.restarts if policy is Restart.ON_FAILURE else None
    return {"Name": RESTART[policy], **said(MaximumRetryCount=retries)}


def _process(container: Container, facts: Facts) -> Body:
    """A command drops the image's CMD with its ENTRYPOINT; an empty one takes both away.

    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#notes
    """
    command, args = container.command, container.args
    return {
        "Env": [_variable(one, facts) for one in container.env],
        **({} if command is None else {"Entrypoint": [finished(one, facts) for one in command] or [""]}),
        **({} if args is None else {"Cmd": [finished(one, facts) for one in args]}),
        **said(
            WorkingDir=container.working_dir,
            User=container.security.user,
            Tty=container.tty,
            OpenStdin=container.stdin,
            StdinOnce=container.stdin_once,
        ),
    }


def _variable(variable: EnvVar, facts: Facts) -> str:
    """Without `=`, the engine takes the image's variable away."""
    return variable.name if variable.value is None else f"{variable.name}={finished(variable.value, facts)}"


def _ports(containers: tuple[Container, ...], site: Site) -> tuple[Port, ...]:
    """Whoever lends a network publishes its ports; the engine refuses them elsewhere."""
    return () if site.wiring.is_borrowed else tuple(port for one in containers for port in one.ports)


def _exposed(container: Container, site: Site) -> dict[str, Body]:
    if site.wiring.is_borrowed:
        return {}
    return {name: {} for name in (*(port_name(port) for port in container.ports), *container.exposed)}
