"""An instance in the engine's own words: the body of `POST /containers/create`. Pure; called by `apply`.

https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerCreate
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any

from pullet.engine import labels
from pullet.model.errors import Refused
from pullet.model.limits import Resources
from pullet.model.names import InstanceName
from pullet.model.placement import Instance
from pullet.model.pod import Container, Pod, Port, Restart

LONGEST_NAME = 63

# Not `always`: what we stopped and could not remove before the engine restarted must not come back.
RESTART = {Restart.ALWAYS: "unless-stopped", Restart.ON_FAILURE: "on-failure", Restart.NEVER: "no"}


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One container to create: its name, which is the same whenever it is asked for, and the request's body."""

    name: str
    image: str
    labels: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where an instance is built: by which node's agent, from which commit, on which engine network."""

    node: str
    commit: str
    network: str


def blueprints(instance: Instance, site: Site) -> tuple[Blueprint, ...]:
    """The containers of an instance, in the order in which they are created."""
    if len(instance.pod.containers) != 1:
        raise Refused(
            f"{instance.name} has {len(instance.pod.containers)} containers",
            hint="a pod has exactly one container for now",
        )
    return tuple(_blueprint(instance, container, site) for container in instance.pod.containers)


def container_name(instance: Instance, node: str) -> str:
    """Readable in front, unique behind: `shop-web-0-1f0c9a77d2`."""
    digest = hashlib.sha256(f"{node} {instance.name} {instance.hash}".encode()).hexdigest()[:10]
    return f"{legible(f'{instance.name.workload.namespace}-{instance.name.pod}', LONGEST_NAME - 11)}-{digest}"


def legible(text: str, longest: int) -> str:
    """As much of a text as the engine takes in a name: letters, digits, `_`, `.` and `-`."""
    return re.sub(r"[^a-zA-Z0-9_.-]+", "-", text)[:longest].strip("-._")


def aliases(instance: InstanceName) -> list[str]:
    """A pod answers to its own name and, with its like, to the workload's."""
    return list(dict.fromkeys((instance.pod, instance.workload.name)))


def _blueprint(instance: Instance, container: Container, site: Site) -> Blueprint:
    marks = labels.written(instance, container, site.node, site.commit)
    body = {
        "Image": container.image,
        "Hostname": instance.name.pod[:LONGEST_NAME].rstrip("-."),
        "Labels": marks,
        **_process(container),
        "StopTimeout": math.ceil(instance.pod.grace),
        "ExposedPorts": {_port(port): {} for port in container.ports},
        "HostConfig": _host_config(instance.pod, container, site.network),
        "NetworkingConfig": {"EndpointsConfig": {site.network: {"Aliases": aliases(instance.name)}}},
    }
    return Blueprint(container_name(instance, site.node), container.image, marks, body)


def _process(container: Container) -> dict[str, Any]:
    """A command drops the image's CMD with its ENTRYPOINT; empty lists are as good as none.

    https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/#notes
    """
    return {
        "Env": [f"{variable.name}={variable.value}" for variable in container.env],
        **({"Entrypoint": list(container.command)} if container.command else {}),
        **({"Cmd": list(container.args)} if container.args else {}),
        **({"WorkingDir": container.working_dir} if container.working_dir else {}),
    }


def _host_config(pod: Pod, container: Container, network: str) -> dict[str, Any]:
    return {
        "NetworkMode": network,
        "RestartPolicy": {"Name": RESTART[pod.restart]},
        "PortBindings": _bindings(container.ports),
        **_limits(container.resources),
    }


def _bindings(ports: tuple[Port, ...]) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        if port.host is not None:
            bindings.setdefault(_port(port), []).append({"HostIp": port.host_ip, "HostPort": str(port.host)})
    return bindings


def _limits(resources: Resources) -> dict[str, int]:
    """Memory and swap together are limited to the memory limit, so that there is no swap.

    Shares as the kubelet counts them: 1024 for a core, at least 2.
    """
    asked = {
        "Memory": resources.memory_limit,
        "MemorySwap": resources.memory_limit,
        "MemoryReservation": resources.memory_request,
        "NanoCpus": resources.cpu_limit and resources.cpu_limit * 1_000_000,
        "CpuShares": None if resources.cpu_request is None else max(2, resources.cpu_request * 1024 // 1000),
    }
    return {key: value for key, value in asked.items() if value is not None}


def _port(port: Port) -> str:
    return f"{port.container}/{port.protocol}"
