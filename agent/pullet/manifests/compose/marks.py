"""The labels by which `docker compose ps`, `logs` and other tools find the containers of a project.

https://github.com/docker/compose/blob/main/pkg/api/labels.go
"""

from __future__ import annotations

from pullet.manifests.compose.service import Service
from pullet.manifests.problems import Findings

_PREFIX = "com.docker.compose."
_RESERVED = (_PREFIX, "pullet.dev/")


def labels(name: str, service: Service, project: str, digest: str) -> dict[str, str]:
    """Those that are the same on every instance; a container's number is known where it is created."""
    needs = (
        f"{other}:{need.condition}:{'true' if need.restart else 'false'}"
        for other, need in service.depends_on.items()
    )
    return {
        f"{_PREFIX}project": project,
        f"{_PREFIX}service": name,
        f"{_PREFIX}oneoff": "False",
        f"{_PREFIX}config-hash": digest,
        f"{_PREFIX}depends_on": ",".join(needs),
    }


def reserved(service: Service, findings: Findings) -> None:
    for field in ("labels", "annotations"):
        for key in getattr(service, field):
            if key.startswith(_RESERVED):
                findings.error((field, key), "such keys are kept for the tools that write them", key=True)
