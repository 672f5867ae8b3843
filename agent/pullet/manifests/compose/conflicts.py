"""What a service says that cannot be so at the same time."""

from __future__ import annotations

from pullet.manifests.compose.dependencies import circle
from pullet.manifests.compose.deploying import is_everywhere, replicas
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import Whole
from pullet.manifests.problems import Findings
from pullet.model.network import Joined
from pullet.model.pod import Pod


def conflicts(name: str, pod: Pod, whole: Whole, findings: Findings) -> None:
    service = whole.services.sound[name]
    way = circle(name, whole)
    if way:
        place = ("depends_on", way[1]) if way[1] in service.depends_on else ()
        findings.error(place, f"goes round in a circle: {' needs '.join(way)}", key=True)
    _names_once(name, service, whole, findings)
    if replicas(service) > 1 or is_everywhere(service):
        _for_one_alone(service, pod, findings)


def _names_once(name: str, service: Service, whole: Whole, findings: Findings) -> None:
    """https://github.com/compose-spec/compose-spec/blob/main/05-services.md#container_name"""
    for other, its in whole.services.sound.items():
        if service.container_name and other < name and its.container_name == service.container_name:
            findings.error(("container_name",), f"the service {other} has the same")


def _for_one_alone(service: Service, pod: Pod, findings: Findings) -> None:
    """What only one container can have, of a service that has several."""
    if service.container_name:
        findings.error(("container_name",), "only one container can have a name, and there are several")
    if service.mac_address:
        findings.error(("mac_address",), "only one container can have it, and there are several")
    if not isinstance(pod.network, Joined) or is_everywhere(service):
        return
    for key, mine in service.networks.items():
        for field in ("ipv4_address", "ipv6_address", "mac_address"):
            if getattr(mine, field):
                place = ("networks", key, field)
                findings.error(place, "only one container can have it, and there are several")
