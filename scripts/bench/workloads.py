"""What is deployed: Deployments of one container each that costs nothing while it runs."""

from __future__ import annotations

from collections.abc import Mapping

from tests.lab.declare import deployment
from tests.lab.images import BUSYBOX
from tests.lab.snapshots import snapshot

from pullet.manifests.reader import Reader
from pullet.model.node import Node
from pullet.model.placement import Instance
from pullet.placement import desire

QUIET = ("sh", "-c", "trap 'exit 0' TERM; sleep 1000000 & wait")
"""Ends at once when it is told to."""

RESOURCES = {"limits": {"memory": "64Mi", "cpu": "500m"}, "requests": {"memory": "16Mi", "cpu": "10m"}}


def manifest(name: str, image: str = BUSYBOX) -> str:
    """Without a probe: it runs when the engine says so."""
    return deployment(name, ready=None, image=image, command=list(QUIET), resources=RESOURCES)


def manifests(count: int, image: str = BUSYBOX) -> dict[str, str]:
    """One file a workload."""
    return {f"w{number}.yaml": manifest(f"w{number}", image) for number in range(count)}


def instances(files: Mapping[str, str], node: str) -> tuple[Instance, ...]:
    """What an agent that reads these files wants on its node."""
    taken = snapshot({**files})
    desired = desire(taken.revision, Reader().read(taken), Node(node))
    return tuple(one for assignment in desired.assignments for one in assignment.instances)
