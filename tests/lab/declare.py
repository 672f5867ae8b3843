"""Manifests as people write them, in one line each, for tests that push them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from tests.lab.images import BUSYBOX
from tests.lab.pods import SLEEP

READY = {"exec": {"command": ["true"]}}
"""A readiness probe that succeeds as soon as it is asked."""


def deployment(
    name: str,
    replicas: int = 1,
    *,
    namespace: str = "shop",
    spec: Mapping[str, Any] | None = None,
    ours: Mapping[str, str] | None = None,
    **pod: Any,
) -> str:
    """`spec` are more fields of the Deployment, such as a strategy; `pod` as for `template`.

    `ours` are annotations by their names below `pullet.dev/`.
    """
    annotations = {f"pullet.dev/{key}": text for key, text in (ours or {}).items()}
    labels = {"app": name}
    return _object(
        "apps/v1",
        "Deployment",
        {"name": name, "namespace": namespace, **({"annotations": annotations} if ours else {})},
        {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": template(labels, **pod),
            **(spec or {}),
        },
    )


def job(
    name: str,
    script: str,
    *,
    spec: Mapping[str, Any] | None = None,
    ours: Mapping[str, str] | None = None,
) -> str:
    """What runs a shell script to its end, never restarted; `spec` and `ours` as for a Deployment."""
    annotations = {f"pullet.dev/{key}": text for key, text in (ours or {}).items()}
    metadata = {"name": name, "namespace": "shop", **({"annotations": annotations} if ours else {})}
    return _object("batch/v1", "Job", metadata, _finite(name, script, spec or {}))


def cron_job(name: str, script: str, schedule: str, **spec: Any) -> str:
    template = {"spec": _finite(name, script, {"backoffLimit": 0})}
    whole = {"schedule": schedule, "jobTemplate": template, **spec}
    return _object("batch/v1", "CronJob", {"name": name, "namespace": "shop"}, whole)


def _finite(name: str, script: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    pod = template({"job": name}, command=["sh", "-c", script], ready=None)
    pod["spec"]["restartPolicy"] = "Never"
    return {"template": pod, **spec}


def daemon_set(name: str, *, namespace: str = "ops", **pod: Any) -> str:
    labels = {"app": name}
    spec = {"selector": {"matchLabels": labels}, "template": template(labels, **pod)}
    return _object("apps/v1", "DaemonSet", {"name": name, "namespace": namespace}, spec)


def node(name: str, **labels: str) -> str:
    return _object("v1", "Node", {"name": name, "labels": labels})


def template(
    labels: Mapping[str, str], selector: Mapping[str, str] | None = None, grace: int = 5, **container: Any
) -> dict[str, Any]:
    """A pod of one container that runs until it is told to stop; `container` are its fields, `ready` its probe."""
    probe = container.pop("ready", READY)
    usual: dict[str, Any] = {
        "name": "app",
        "image": BUSYBOX,
        "imagePullPolicy": "IfNotPresent",
        "command": list(SLEEP),
        **({"readinessProbe": probe} if probe else {}),
    }
    return {
        "metadata": {"labels": dict(labels)},
        "spec": {
            "terminationGracePeriodSeconds": grace,
            **({"nodeSelector": dict(selector)} if selector else {}),
            "containers": [usual | container],
        },
    }


def _object(
    version: str, kind: str, metadata: Mapping[str, Any], spec: Mapping[str, Any] | None = None
) -> str:
    whole = {"apiVersion": version, "kind": kind, "metadata": dict(metadata)}
    return yaml.safe_dump(whole | ({"spec": dict(spec)} if spec else {}), sort_keys=False)
