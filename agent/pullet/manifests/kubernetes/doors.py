"""Which shape and which conversion read which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pullet.manifests.declared import Content
from pullet.manifests.kubernetes import (
    configuration,
    controllerschema,
    jobs,
    jobschema,
    nodes,
    schema,
    services,
    serviceschema,
    stateful,
    storage,
    storageschema,
    workloads,
)
from pullet.manifests.problems import Findings
from pullet.manifests.schema import Shape

Convert = Callable[[Any, Findings], Content | None]


def _nothing(_shape: Shape, _findings: Findings) -> None:
    return None


DOORS: Mapping[str, tuple[type[Shape], Convert]] = {
    "Pod": (controllerschema.Pod, workloads.pod),
    "Deployment": (controllerschema.Deployment, workloads.deployment),
    "DaemonSet": (controllerschema.DaemonSet, workloads.daemon_set),
    "StatefulSet": (controllerschema.StatefulSet, stateful.stateful_set),
    "ReplicaSet": (controllerschema.ReplicaSet, workloads.replica_set),
    "ReplicationController": (controllerschema.ReplicationController, workloads.replication_controller),
    "Job": (jobschema.Job, jobs.job),
    "CronJob": (jobschema.CronJob, jobs.cron_job),
    "Service": (serviceschema.Service, services.service),
    "ConfigMap": (schema.ConfigMap, configuration.config_map),
    "Secret": (schema.Secret, configuration.secret),
    "PersistentVolumeClaim": (storageschema.PersistentVolumeClaim, storage.claim),
    "PersistentVolume": (storageschema.PersistentVolume, storage.volume),
    "Namespace": (schema.Namespace, _nothing),
    "Node": (schema.Node, nodes.node),
    "NetworkPolicy": (serviceschema.NetworkPolicy, services.network_policy),
}


def shapes() -> tuple[type[Shape], ...]:
    """The shapes of all kinds that are read, for the reference."""
    return tuple(shape for shape, _ in DOORS.values())
