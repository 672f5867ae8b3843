"""The shapes against the published schema of Kubernetes: no field of a pod is forgotten, and none is invented."""

from __future__ import annotations

import pytest

from pullet.manifests.kubernetes import affinityschema as affinity
from pullet.manifests.kubernetes import envschema, podschema, probeschema, securityschema, volumeschema
from pullet.manifests.kubernetes.outline import model
from pullet.manifests.schema import Shape, fields

PUBLISHED: dict[str, type[Shape]] = {
    "V1PodSpec": podschema.PodSpec,
    "V1Container": podschema.Container,
    "V1ContainerPort": podschema.ContainerPort,
    "V1ResourceRequirements": podschema.ResourceRequirements,
    "V1HostAlias": podschema.HostAlias,
    "V1PodDNSConfig": podschema.DnsConfig,
    "V1PodDNSConfigOption": podschema.DnsOption,
    "V1LocalObjectReference": podschema.LocalReference,
    "V1PodSchedulingGate": podschema.SchedulingGate,
    "V1PodOS": podschema.System,
    "V1EnvVar": envschema.EnvEntry,
    "V1EnvVarSource": envschema.ValueSource,
    "V1EnvFromSource": envschema.EnvFromEntry,
    "V1ConfigMapEnvSource": envschema.ObjectReference,
    "V1SecretEnvSource": envschema.ObjectReference,
    "V1ConfigMapKeySelector": envschema.KeyReference,
    "V1SecretKeySelector": envschema.KeyReference,
    "V1ObjectFieldSelector": envschema.FieldReference,
    "V1ResourceFieldSelector": envschema.ResourceFieldReference,
    "V1Probe": probeschema.Probe,
    "V1HTTPGetAction": probeschema.HttpGetAction,
    "V1HTTPHeader": probeschema.HttpHeader,
    "V1TCPSocketAction": probeschema.TcpSocketAction,
    "V1ExecAction": probeschema.ExecAction,
    "V1GRPCAction": probeschema.GrpcAction,
    "V1SleepAction": probeschema.SleepAction,
    "V1Lifecycle": probeschema.Lifecycle,
    "V1LifecycleHandler": probeschema.Handler,
    "V1SecurityContext": securityschema.SecurityContext,
    "V1PodSecurityContext": securityschema.PodSecurityContext,
    "V1Capabilities": securityschema.Capabilities,
    "V1SeccompProfile": securityschema.SeccompProfile,
    "V1AppArmorProfile": securityschema.AppArmorProfile,
    "V1SELinuxOptions": securityschema.SeLinuxOptions,
    "V1Sysctl": securityschema.SysctlEntry,
    "V1Volume": volumeschema.Volume,
    "V1VolumeMount": volumeschema.VolumeMount,
    "V1EmptyDirVolumeSource": volumeschema.EmptyDir,
    "V1HostPathVolumeSource": volumeschema.HostPath,
    "V1ConfigMapVolumeSource": volumeschema.ConfigMapVolume,
    "V1SecretVolumeSource": volumeschema.SecretVolume,
    "V1KeyToPath": volumeschema.KeyToPath,
    "V1DownwardAPIVolumeSource": volumeschema.DownwardVolume,
    "V1DownwardAPIVolumeFile": volumeschema.DownwardFile,
    "V1ProjectedVolumeSource": volumeschema.ProjectedVolume,
    "V1VolumeProjection": volumeschema.ProjectedSource,
    "V1ConfigMapProjection": volumeschema.ProjectedKeys,
    "V1SecretProjection": volumeschema.ProjectedKeys,
    "V1DownwardAPIProjection": volumeschema.ProjectedDownward,
    "V1PersistentVolumeClaimVolumeSource": volumeschema.ClaimVolume,
    "V1EphemeralVolumeSource": volumeschema.EphemeralVolume,
    "V1PersistentVolumeClaimTemplate": volumeschema.EphemeralTemplate,
    "V1PersistentVolumeClaimSpec": volumeschema.EphemeralSpec,
    "V1VolumeResourceRequirements": volumeschema.ClaimResources,
    "V1Affinity": affinity.Affinity,
    "V1NodeAffinity": affinity.NodeAffinity,
    "V1NodeSelector": affinity.NodeSelector,
    "V1NodeSelectorTerm": affinity.NodeTerm,
    "V1NodeSelectorRequirement": affinity.NodeRequirement,
    "V1PodAffinity": affinity.PodAffinity,
    "V1PodAntiAffinity": affinity.PodAntiAffinity,
    "V1PodAffinityTerm": affinity.PodTerm,
    "V1LabelSelector": affinity.PodSelector,
    "V1LabelSelectorRequirement": affinity.LabelRequirement,
    "V1Toleration": affinity.TolerationEntry,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_fields_are_those_of_kubernetes(name: str) -> None:
    """Each published field is honoured, warned of or refused; there is no other."""
    published = model(name)
    assert published is not None
    assert fields(PUBLISHED[name]).keys() == published.fields.keys()


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_kubernetes_requires_is_required(name: str) -> None:
    """A shape that asks for less would take what no cluster takes."""
    published = model(name)
    assert published is not None
    required = {field for field, info in fields(PUBLISHED[name]).items() if info.is_required()}
    assert published.required <= required
