"""What stands on a container, so that the engine alone knows what runs: written by `spec`, read by `observe`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pullet.model.errors import Refused
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Role
from pullet.model.placement import Instance
from pullet.model.pod import Container
from pullet.model.probe import Check, Exec, Grpc, Handler, HttpGet, Probe, Sleep, TcpSocket

OURS = "pullet.dev/"
NODE = f"{OURS}node"
WORKLOAD = f"{OURS}workload"
INSTANCE = f"{OURS}instance"
HASH = f"{OURS}hash"
COMMIT = f"{OURS}commit"
PATH = f"{OURS}path"
READINESS = f"{OURS}readiness"
LIVENESS = f"{OURS}liveness"
STARTUP = f"{OURS}startup"
IMAGE = f"{OURS}image"  # the reference that was declared; the engine may have been given an id
POST_START = f"{OURS}post-start"
PRE_STOP = f"{OURS}pre-stop"
ASKED = f"{OURS}asked"  # what the container was made from (see `drift`)
UNNAMED = f"{OURS}unnamed"  # on what was made without the names that it shares
ADDRESS = f"{OURS}address"  # on containers that were told their pod's address
ROLE = f"{OURS}role"  # on containers that are not a pod's main ones
AFTER = f"{OURS}after"  # the workloads that its own came after: it goes before them
PRUNE = f"{OURS}prune"  # false on what stays when it is no longer declared
MAINS = f"{OURS}mains"  # on a sandbox: the names of the pod's main containers
NAMESPACE = f"{OURS}namespace"  # on networks
BUILD = f"{OURS}build"  # on images
INCARNATION = f"{OURS}incarnation"  # on volumes that go with one

CONTAINER = "io.kubernetes.container.name"
POD = "io.kubernetes.pod.name"
POD_NAMESPACE = "io.kubernetes.pod.namespace"
POD_UID = "io.kubernetes.pod.uid"
SANDBOX_NAME = "POD"  # as other tools call it
COMPOSE_SERVICE = "com.docker.compose.service"
COMPOSE_NUMBER = "com.docker.compose.container-number"

_UID_SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "pullet.dev")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which container of which incarnation, as its labels say."""

    instance: InstanceName
    hash: str
    commit: str
    path: str
    container: str
    readiness: Probe | None
    role: Role = Role.MAIN
    mains: tuple[str, ...] = ()
    address: str = ""
    image: str = ""
    after: tuple[WorkloadName, ...] = ()
    kept: bool = False
    liveness: Probe | None = None
    startup: Probe | None = None


def written(
    instance: Instance, container: Container | None, role: Role, node: str, commit: str
) -> dict[str, str]:
    """The labels of one container, None for the sandbox; those that the user gave never stand in the way of ours."""
    given = {**instance.pod.labels, **(container.labels if container else {})}
    theirs = {key: value for key, value in given.items() if not key.startswith(OURS)}
    if COMPOSE_SERVICE in theirs:
        theirs[COMPOSE_NUMBER] = str(int(instance.name.ordinal) + 1 if instance.name.ordinal.isdigit() else 1)
    ours = {
        **scope(instance.name, instance.hash, node),
        WORKLOAD: str(instance.name.workload),
        COMMIT: commit,
        PATH: instance.path,
        POD: instance.name.pod,
        POD_NAMESPACE: instance.name.workload.namespace,
        POD_UID: uid(instance, node),
        CONTAINER: container.name if container else SANDBOX_NAME,
        **({} if role is Role.MAIN else {ROLE: str(role)}),
        **({AFTER: " ".join(map(str, instance.after))} if instance.after else {}),
        **({PRUNE: "false"} if instance.kept else {}),
    }
    if container is None:
        return {**theirs, **ours, MAINS: " ".join(one.name for one in instance.pod.containers)}
    ours[IMAGE] = container.image
    return {**theirs, **ours, **_asking(container)}


def uid(instance: Instance, node: str) -> str:
    return str(uuid.uuid5(_UID_SPACE, f"{node} {instance.name} {instance.hash}"))


def scope(instance: InstanceName, digest: str, node: str) -> dict[str, str]:
    """The labels that say whose a container is: equal ones are the same incarnation."""
    return {NODE: node, INSTANCE: str(instance), HASH: digest}


def read(labels: Mapping[str, str]) -> Identity:
    """Raises Refused for labels that no version of ours has written."""
    try:
        return Identity(
            instance=InstanceName.parse(labels[INSTANCE]),
            hash=labels[HASH],
            commit=labels.get(COMMIT, ""),
            path=labels.get(PATH, ""),
            container=labels[CONTAINER],
            readiness=_probe(labels, READINESS),
            role=Role(labels.get(ROLE, Role.MAIN)),
            mains=tuple(labels.get(MAINS, "").split()),
            address=labels.get(ADDRESS, ""),
            image=labels.get(IMAGE, ""),
            after=tuple(map(WorkloadName.parse, labels.get(AFTER, "").split())),
            kept=labels.get(PRUNE) == "false",
            liveness=_probe(labels, LIVENESS),
            startup=_probe(labels, STARTUP),
        )
    except KeyError as missing:
        raise Refused(f"the label or key {missing} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Refused(f"a label below {OURS} is not what Pullet writes: {error}") from None


def post_start(labels: Mapping[str, str]) -> Handler | None:
    """Raises Refused for a label that no version of ours has written; so does `pre_stop`."""
    return _hook(labels, POST_START)


def pre_stop(labels: Mapping[str, str]) -> Handler | None:
    return _hook(labels, PRE_STOP)


def _hook(labels: Mapping[str, str], key: str) -> Handler | None:
    if key not in labels:
        return None
    try:
        return _handler_of(json.loads(labels[key]))
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise Refused(f"the label {key} is not what Pullet writes: {error}") from None


def _asking(container: Container) -> dict[str, str]:
    """How it is asked, and what is done after its start and before its stop."""
    probes = {READINESS: container.readiness, LIVENESS: container.liveness, STARTUP: container.startup}
    found: dict[str, Any] = {
        **{key: _probe_as_data(probe) for key, probe in probes.items() if probe},
        POST_START: _as_data(container.post_start) if container.post_start else None,
        PRE_STOP: _as_data(container.pre_stop) if container.pre_stop else None,
    }
    return {
        key: json.dumps(value, separators=(",", ":")) for key, value in found.items() if value is not None
    }


def _probe_as_data(probe: Probe) -> dict[str, Any]:
    return {**asdict(probe), "check": _as_data(probe.check)}


def _as_data(one: Check | Handler) -> dict[str, Any]:
    return {type(one).__name__: asdict(one)}


def _probe(labels: Mapping[str, str], key: str) -> Probe | None:
    if key not in labels:
        return None
    fields = json.loads(labels[key])
    return Probe(check=_check_of(fields.pop("check")), **fields)


def _check_of(data: dict[str, Any]) -> Check:
    ((kind, fields),) = data.items()
    return Grpc(**fields) if kind == "Grpc" else _asked(kind, fields)


def _handler_of(data: dict[str, Any]) -> Handler:
    ((kind, fields),) = data.items()
    return Sleep(**fields) if kind == "Sleep" else _asked(kind, fields)


def _asked(kind: str, fields: dict[str, Any]) -> HttpGet | TcpSocket | Exec:
    match kind:
        case "HttpGet":
            headers = tuple((name, value) for name, value in fields.pop("headers"))
            return HttpGet(headers=headers, **fields)
        case "TcpSocket":
            return TcpSocket(**fields)
        case "Exec":
            command, environment = fields.pop("command"), fields.pop("environment", ())
            return Exec(tuple(command), environment=tuple(environment), **fields)
        case _:
            raise ValueError(f"unknown check {kind}")
