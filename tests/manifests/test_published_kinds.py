"""The shapes of the kinds against the published schema: no field is forgotten, none is invented, none asks for less."""

from __future__ import annotations

import pytest

from pullet.manifests.kubernetes import controllerschema as controllers
from pullet.manifests.kubernetes import jobschema as jobs
from pullet.manifests.kubernetes import runtimeschema, schema, serviceschema, storageschema
from pullet.manifests.kubernetes.outline import model
from pullet.manifests.schema import Shape, fields

PUBLISHED: dict[str, type[Shape]] = {
    "V1DeploymentSpec": controllers.DeploymentSpec,
    "V1DeploymentStrategy": controllers.Strategy,
    "V1RollingUpdateDeployment": controllers.DeploymentBounds,
    "V1DaemonSetSpec": controllers.DaemonSetSpec,
    "V1DaemonSetUpdateStrategy": controllers.UpdateStrategy,
    "V1RollingUpdateDaemonSet": controllers.DaemonSetBounds,
    "V1StatefulSetSpec": controllers.StatefulSetSpec,
    "V1StatefulSetUpdateStrategy": controllers.StatefulSetStrategy,
    "V1RollingUpdateStatefulSetStrategy": controllers.StatefulSetBounds,
    "V1StatefulSetOrdinals": controllers.Ordinals,
    "V1StatefulSetPersistentVolumeClaimRetentionPolicy": controllers.ClaimRetention,
    "V1ReplicaSetSpec": controllers.ReplicaSetSpec,
    "V1ReplicationControllerSpec": controllers.ReplicationControllerSpec,
    "V1JobSpec": jobs.JobSpec,
    "V1PodFailurePolicy": jobs.PodFailurePolicy,
    "V1PodFailurePolicyRule": jobs.FailureRule,
    "V1PodFailurePolicyOnExitCodesRequirement": jobs.OnExitCodes,
    "V1PodFailurePolicyOnPodConditionsPattern": jobs.OnPodCondition,
    "V1SuccessPolicy": jobs.SuccessPolicy,
    "V1SuccessPolicyRule": jobs.SuccessRule,
    "V1CronJobSpec": jobs.CronJobSpec,
    "V1JobTemplateSpec": jobs.JobTemplate,
    "V1ServiceSpec": serviceschema.ServiceSpec,
    "V1ServicePort": serviceschema.ServicePort,
    "V1NetworkPolicySpec": serviceschema.NetworkPolicySpec,
    "V1PersistentVolumeClaimSpec": storageschema.ClaimSpec,
    "V1PersistentVolumeSpec": storageschema.VolumeSpec,
    "V1VolumeNodeAffinity": storageschema.VolumeAffinity,
    "V1LocalVolumeSource": storageschema.LocalVolume,
    "V1RuntimeClass": runtimeschema.RuntimeClass,
    "V1Overhead": runtimeschema.Overhead,
    "V1Scheduling": runtimeschema.Scheduling,
    "V1NodeSpec": schema.NodeSpec,
    "V1Taint": schema.NodeTaint,
    "V1NamespaceSpec": schema.NamespaceSpec,
    "V1ConfigMap": schema.ConfigMap,
    "V1Secret": schema.Secret,
    "V1ObjectMeta": schema.Metadata,
    "V1PodTemplateSpec": schema.PodTemplate,
    "V1LabelSelector": schema.Selector,
    "V1LabelSelectorRequirement": schema.Requirement,
}

OF_OTHER_TIMES = {"clusterName", "externalID", "configSource", "topologyKeys", "sops"}
"""Fields that Kubernetes removed and that old manifests have, and one of another tool."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_fields_are_those_of_kubernetes(name: str) -> None:
    """Each published field is honoured, warned of, ignored or refused; there is no other."""
    published = model(name)
    assert published is not None
    assert fields(PUBLISHED[name]).keys() - OF_OTHER_TIMES == published.fields.keys() - OF_OTHER_TIMES


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_kubernetes_requires_is_required(name: str) -> None:
    """A shape that asks for less would take what no cluster takes."""
    published = model(name)
    assert published is not None
    required = {field for field, info in fields(PUBLISHED[name]).items() if info.is_required()}
    assert published.required <= required | {"status"}
