"""What stands on a container, so that the engine alone knows what runs: written by `spec`, read by `observe`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pullet.model.errors import Refused
from pullet.model.names import InstanceName
from pullet.model.placement import Instance
from pullet.model.pod import Container
from pullet.model.probe import Check, Exec, HttpGet, Probe, TcpSocket

OURS = "pullet.dev/"
NODE = f"{OURS}node"
WORKLOAD = f"{OURS}workload"
INSTANCE = f"{OURS}instance"
HASH = f"{OURS}hash"
COMMIT = f"{OURS}commit"
PATH = f"{OURS}path"
READINESS = f"{OURS}readiness"
NAMESPACE = f"{OURS}namespace"  # on networks

CONTAINER = "io.kubernetes.container.name"
POD = "io.kubernetes.pod.name"
POD_NAMESPACE = "io.kubernetes.pod.namespace"
POD_UID = "io.kubernetes.pod.uid"

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


def written(instance: Instance, container: Container, node: str, commit: str) -> dict[str, str]:
    """The labels of one container; those that the user gave the pod never stand in the way of ours."""
    theirs = {key: value for key, value in instance.pod.labels.items() if not key.startswith(OURS)}
    ours = {
        **scope(instance.name, instance.hash, node),
        WORKLOAD: str(instance.name.workload),
        COMMIT: commit,
        PATH: instance.path,
        POD: instance.name.pod,
        POD_NAMESPACE: instance.name.workload.namespace,
        POD_UID: str(uuid.uuid5(_UID_SPACE, f"{node} {instance.name} {instance.hash}")),
        CONTAINER: container.name,
    }
    probe = {READINESS: _encoded(container.readiness)} if container.readiness else {}
    return {**theirs, **ours, **probe}


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
            readiness=_decoded(labels[READINESS]) if READINESS in labels else None,
        )
    except KeyError as missing:
        raise Refused(f"the label or key {missing} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Refused(f"the label {READINESS} is not a probe: {error}") from None


def _encoded(probe: Probe) -> str:
    fields: dict[str, Any] = asdict(probe)
    fields["check"] = {type(probe.check).__name__: fields["check"]}
    return json.dumps(fields, separators=(",", ":"))


def _decoded(text: str) -> Probe:
    fields = json.loads(text)
    ((kind, check),) = fields.pop("check").items()
    return Probe(check=_check(kind, check), **fields)


def _check(kind: str, fields: dict[str, Any]) -> Check:
    match kind:
        case "HttpGet":
            headers = tuple((name, value) for name, value in fields.pop("headers"))
            return HttpGet(headers=headers, **fields)
        case "TcpSocket":
            return TcpSocket(**fields)
        case "Exec":
            return Exec(tuple(fields["command"]))
        case _:
            raise ValueError(f"unknown check {kind}")
