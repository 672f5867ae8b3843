"""Where services may stand: what constraints and selectors say, and what must not contradict.

https://github.com/compose-spec/compose-spec/blob/main/deploy.md#placement
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pullet.manifests.compose.deploying import deployed, is_everywhere, replicas
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.together import Groups
from pullet.manifests.compose.whole import Whole
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.pod import Pod
from pullet.model.volumes import DataPath, NamedVolume
from pullet.model.where import Requirement, Toleration, Where

_CONSTRAINT = re.compile(r"\s*([A-Za-z_][\w.\-/]*)\s*(==|!=)\s*(.*?)\s*").fullmatch
_LABEL = "node.labels."
_NAME = "metadata.name"
_OPERATORS = {"==": "In", "!=": "NotIn"}
_CONSTRAINTS: Loc = ("deploy", "placement", "constraints")
_HINT = "label the nodes, and write node.labels.LABEL == VALUE"


@dataclass(frozen=True, slots=True)
class Place:
    """What a service says of the nodes it wants: labels, and where it stands otherwise."""

    selector: Mapping[str, str]
    where: Where


def place(name: str, pod: Pod, whole: Whole, groups: Groups, findings: Findings) -> Place:
    service = whole.services.sound[name]
    mine, project = service.x_pullet, whole.placing
    requirements = tuple(_requirements(service, findings))
    tolerations = (*project.tolerations, *(mine.tolerations if mine else ()))
    selector = {**project.node_selector, **(mine.node_selector if mine else {})}
    placement = deployed(service).placement
    per_node = (placement.max_replicas_per_node if placement else None) or None
    together = "" if is_everywhere(service) else groups.word(name, whole.project)
    if together and per_node and replicas(service) > per_node:
        other = groups.others(name)[0]
        message = f"{replicas(service)} instances must stand on one node, as {name} and {other} share "
        findings.error(
            ("deploy", "placement", "max_replicas_per_node"),
            message + groups.because(name, other),
            "take the service off what it shares, or raise the bound",
        )
    where = Where(
        terms=(requirements,) if requirements else (),
        tolerations=tuple(Toleration(one.key, one.operator, one.value, one.effect) for one in tolerations),
        per_node=per_node,
        together=together,
        pinned=_pinned(service, pod),
    )
    return Place(selector, where)


def _pinned(service: Service, pod: Pod) -> str:
    """Data does not move, so whoever keeps some must always find the same node."""
    if is_everywhere(service):
        return ""
    for container in pod.containers:
        for mount in container.mounts:
            match mount.source:
                case NamedVolume(per_instance=False, name=name):
                    return f"the volume {name} is on one node"
                case DataPath(path=path) if not mount.read_only:
                    return f"the directory {path} is on one node"
    return ""


def _requirements(service: Service, findings: Findings) -> Iterator[Requirement]:
    placement = deployed(service).placement
    for index, text in enumerate(placement.constraints if placement else ()):
        loc = (*_CONSTRAINTS, index)
        found = _CONSTRAINT(text)
        if found is None:
            findings.error(loc, "is no constraint", "write node.labels.LABEL == VALUE, or with !=")
            continue
        key, operator, value = found.groups()
        if key.startswith(_LABEL):
            yield Requirement(key.removeprefix(_LABEL), _OPERATORS[operator], (value,))
        elif key == "node.hostname":
            yield Requirement(_NAME, _OPERATORS[operator], (value,))
        elif key == "node.role":
            findings.warn(loc, "has no meaning here: nodes are neither managers nor workers", _HINT)
        elif key == "node.platform.os" and (value == "linux") == (operator == "=="):
            findings.warn(loc, "has no meaning here: every node is of Linux")
        else:
            findings.error(loc, f"nothing is known here of {key}", _HINT)


def contradictions(name: str, places: Mapping[str, Place], groups: Groups, findings: Findings) -> None:
    """Two services that must stand on one node, and that no node can please together."""
    for other in groups.others(name):
        if other not in places or other > name:
            continue
        for key, wanted in _wanted(places[name]).items():
            theirs = _wanted(places[other]).get(key, wanted)
            if not wanted & theirs:
                findings.error(
                    ("deploy", "placement") if places[name].where.terms else (),
                    f"wants {key} to be {_either(wanted)}, and {other} wants {_either(theirs)}; "
                    f"yet they must stand on one node, as they share {groups.because(name, other)}",
                    "place them alike, or take one of them off what they share",
                )


def _either(values: frozenset[str]) -> str:
    return " or ".join(sorted(values)) or "nothing that could be"


def _wanted(placed: Place) -> dict[str, frozenset[str]]:
    """The values that a label may have, of those labels that must have one."""
    wanted = {key: frozenset((value,)) for key, value in placed.selector.items()}
    for requirement in (one for term in placed.where.terms for one in term):
        if requirement.operator == "In":
            values = frozenset(requirement.values)
            wanted[requirement.key] = wanted.get(requirement.key, values) & values
    return wanted
