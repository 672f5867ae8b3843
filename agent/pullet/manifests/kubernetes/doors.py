"""Which shape and which conversion read which kind; loaded when the first object of a kind is met.

Building shapes takes most of the time of a short `pullet validate`, and few repositories have every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pullet.manifests.declared import Content
from pullet.manifests.problems import Findings
from pullet.manifests.schema import Shape

Convert = Callable[[Any, Findings], Content | None]

_READ: Mapping[str, tuple[str, str]] = {
    "Pod": ("controllerschema.Pod", "workloads.pod"),
    "Deployment": ("controllerschema.Deployment", "workloads.deployment"),
    "DaemonSet": ("controllerschema.DaemonSet", "workloads.daemon_set"),
    "StatefulSet": ("controllerschema.StatefulSet", "stateful.stateful_set"),
    "ReplicaSet": ("controllerschema.ReplicaSet", "workloads.replica_set"),
    "ReplicationController": ("controllerschema.ReplicationController", "workloads.replication_controller"),
    "Job": ("jobschema.Job", "jobs.job"),
    "CronJob": ("jobschema.CronJob", "jobs.cron_job"),
    "Service": ("serviceschema.Service", "services.service"),
    "ConfigMap": ("schema.ConfigMap", "configuration.config_map"),
    "Secret": ("schema.Secret", "configuration.secret"),
    "PersistentVolumeClaim": ("storageschema.PersistentVolumeClaim", "storage.claim"),
    "PersistentVolume": ("storageschema.PersistentVolume", "storage.volume"),
    "RuntimeClass": ("runtimeschema.RuntimeClass", "runtimes.runtime_class"),
    "Namespace": ("schema.Namespace", "doors.nothing"),
    "Node": ("schema.Node", "nodes.node"),
    "NetworkPolicy": ("serviceschema.NetworkPolicy", "services.network_policy"),
}


def nothing(_shape: Shape, _findings: Findings) -> None:
    """What an object leads to that says nothing about what should run."""
    return


@cache
def door(kind: str) -> tuple[type[Shape], Convert]:
    """The shape and the conversion of a kind that is read."""
    shape, convert = _READ[kind]
    return _named(shape), _named(convert)


def shapes() -> tuple[type[Shape], ...]:
    """The shapes of all kinds that are read, for the reference."""
    return tuple(door(kind)[0] for kind in _READ)


def _named(name: str) -> Any:
    module, _, attribute = name.partition(".")
    return getattr(import_module(f"pullet.manifests.kubernetes.{module}"), attribute)
