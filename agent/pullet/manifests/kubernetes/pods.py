"""A pod's shape to the specification of an instance, with the checks that look at more than one field.

`build` is what the kinds call; what concerns one subject has a module of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pullet.manifests.declared import Needs, ObjectName, Reference
from pullet.manifests.kubernetes import podschema as shapes
from pullet.manifests.kubernetes.affinity import where
from pullet.manifests.kubernetes.downward import About
from pullet.manifests.kubernetes.network import Names, check_namespaces
from pullet.manifests.kubernetes.ours import OURS, written_by_us
from pullet.manifests.kubernetes.outline import check_unread
from pullet.manifests.kubernetes.ports import check_ports, made
from pullet.manifests.kubernetes.probes import Probes
from pullet.manifests.kubernetes.resources import of_pod, resources
from pullet.manifests.kubernetes.schema import Metadata, TemplateMetadata
from pullet.manifests.kubernetes.security import PodContext, check
from pullet.manifests.kubernetes.securityschema import PodSecurityContext
from pullet.manifests.kubernetes.variables import Variables
from pullet.manifests.kubernetes.volumes import Mounts, Volumes
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.network import HostNetwork
from pullet.model.pod import Container, Pod, PullPolicy, Restart
from pullet.model.where import Where


@dataclass(frozen=True, slots=True)
class Built:
    """A pod, where it may run, and what of it other objects decide."""

    pod: Pod
    node_selector: Mapping[str, str]
    where: Where
    needs: Needs


@dataclass(frozen=True, slots=True)
class _Placed:
    """A container's shape and where it stands; the `first` ones are those that others wait for."""

    shape: shapes.Container
    loc: Loc
    first: bool = False

    @property
    def ends(self) -> bool:
        return self.first and self.shape.restart_policy != "Always"


def build(
    spec: shapes.PodSpec, metadata: Metadata | None, namespace: str, loc: Loc, findings: Findings
) -> Built:
    """The pod whose specification stands at `loc`."""
    return _Building(spec, metadata or TemplateMetadata.model_construct(), namespace, loc, findings).built()


@dataclass(frozen=True, slots=True)
class _Building:
    spec: shapes.PodSpec
    metadata: Metadata
    namespace: str
    loc: Loc
    findings: Findings

    def built(self) -> Built:
        self._check_unread()
        init, containers = self._placed()
        every = (*init, *containers)
        self._apart(every)
        about = self._about(every)
        check_namespaces(self.spec, self.loc, self.findings)
        written_by_us(self.metadata.labels, (*self.loc[:-1], "metadata", "labels"), self.findings)
        return Built(
            pod=self._pod(init, containers),
            node_selector=dict(self.spec.node_selector),
            where=where(self.spec, self.metadata.labels, self.namespace, self.loc, self.findings),
            needs=self._needs(every, about),
        )

    def _check_unread(self) -> None:
        """What has no meaning here must be sound all the same, as a slip in it is a slip in any cluster."""
        check_unread(self.spec, "V1PodSpec", self.loc, self.findings)
        for name, shapes_ in (
            ("initContainers", self.spec.init_containers),
            ("containers", self.spec.containers),
        ):
            for index, shape in enumerate(shapes_):
                check_unread(shape, "V1Container", (*self.loc, name, index), self.findings)

    def _placed(self) -> tuple[tuple[_Placed, ...], tuple[_Placed, ...]]:
        init = tuple(
            _Placed(shape, (*self.loc, "initContainers", index), first=True)
            for index, shape in enumerate(self.spec.init_containers)
        )
        containers = (
            _Placed(shape, (*self.loc, "containers", index))
            for index, shape in enumerate(self.spec.containers)
        )
        return init, tuple(containers)

    def _apart(self, every: tuple[_Placed, ...]) -> None:
        names: set[str] = set()
        for one in every:
            if one.shape.name in names:
                self.findings.error(
                    (*one.loc, "name"), f'another container of the pod is named "{one.shape.name}"'
                )
            names.add(one.shape.name)
            if one.ends:
                self._without_standing(one)
        check_ports(
            [(one.shape, one.loc) for one in every if not one.ends],
            self.findings,
            host=self.spec.host_network,
        )

    def _without_standing(self, one: _Placed) -> None:
        """https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#differences-from-regular-containers"""
        shape = one.shape
        for field, value in (
            ("readinessProbe", shape.readiness_probe),
            ("livenessProbe", shape.liveness_probe),
            ("startupProbe", shape.startup_probe),
            ("lifecycle", shape.lifecycle),
        ):
            if value is not None:
                said = "may not be set for an init container that ends"
                self.findings.error(
                    (*one.loc, field), said, "restartPolicy: Always makes a sidecar of it", key=True
                )

    def _about(self, every: tuple[_Placed, ...]) -> About:
        return About(
            namespace=self.namespace,
            labels=self.metadata.labels,
            annotations=self.metadata.annotations,
            service_account=self.spec.service_account_name or str(self.spec.service_account or "default"),
            resources={one.shape.name: one.shape.resources or shapes.ResourceRequirements() for one in every},
            whole=self.spec.resources or shapes.ResourceRequirements(),
        )

    def _pod(self, init: tuple[_Placed, ...], containers: tuple[_Placed, ...]) -> Pod:
        spec = self.spec
        names = Names(spec, self.namespace, self._own_name(), self.loc, self.findings)
        context = self._context()
        check(context, host_network=spec.host_network, host_ipc=spec.host_ipc)
        pod = Pod(
            containers=tuple(self._container(one, context) for one in containers),
            init=tuple(self._container(one, context) for one in init),
            restart=Restart(spec.restart_policy or "Always"),
            grace=spec.termination_grace_period_seconds,
            deadline=spec.active_deadline_seconds,
            labels=dict(self.metadata.labels),
            annotations={
                key: text for key, text in self.metadata.annotations.items() if not key.startswith(OURS)
            },
            network=HostNetwork() if spec.host_network else None,
            names=names.below_service(),
            hostname=names.hostname(),
            domainname=names.domain(),
            hosts=names.hosts(),
            dns=names.dns(),
            pid="host" if spec.host_pid else "",
            ipc="host" if spec.host_ipc else "",
            share_processes=spec.share_process_namespace,
            sysctls=context.sysctls(),
            fs_group=context.shape.fs_group,
        )
        return of_pod(pod, spec.resources, (*self.loc, "resources"), self.findings)

    def _own_name(self) -> str:
        """A pod's that is declared by itself; those of a template are named when they are placed."""
        return "" if isinstance(self.metadata, TemplateMetadata) else self.metadata.name

    def _context(self) -> PodContext:
        shape = self.spec.security_context or PodSecurityContext()
        return PodContext(shape, (*self.loc, "securityContext"), self.metadata.annotations, self.findings)

    def _container(self, one: _Placed, context: PodContext) -> Container:
        shape, loc = one.shape, one.loc
        probes = Probes(shape, loc, self.spec.termination_grace_period_seconds, self.findings)
        return Container(
            name=shape.name,
            image=shape.image,
            pull=PullPolicy(shape.image_pull_policy)
            if shape.image_pull_policy
            else default_pull(shape.image),
            command=tuple(shape.command) if shape.command else None,
            args=tuple(shape.args) if shape.args else None,
            working_dir=shape.working_dir,
            ports=tuple(made(port, host=self.spec.host_network) for port in shape.ports),
            resources=resources(shape.resources, (*loc, "resources"), self.findings),
            security=context.of(shape.security_context, shape.name, (*loc, "securityContext")),
            readiness=probes.readiness(),
            liveness=probes.liveness(),
            startup=probes.startup(),
            post_start=probes.post_start(),
            pre_stop=probes.pre_stop(),
            restart=self._restart(one),
            stop_signal=(shape.lifecycle.stop_signal or "") if shape.lifecycle else "",
            tty=shape.tty,
            stdin=shape.stdin,
            stdin_once=shape.stdin_once,
        )

    def _restart(self, one: _Placed) -> Restart | None:
        """None where it is the pod's; a sidecar is told by its own."""
        own = one.shape.restart_policy
        same = own == (self.spec.restart_policy or "Always")
        return None if not own or (same and not one.first) else Restart(own)

    def _needs(self, every: tuple[_Placed, ...], about: About) -> Needs:
        volumes = Volumes(about, (*self.loc, "volumes"), self.findings)
        variables = Variables(about, self.findings)
        known = volumes.made(self.spec.volumes)
        mounts = Mounts(known, _read_only(self.spec), self.findings)
        return Needs(
            environments=tuple(tuple(variables.sources(one.shape, one.loc)) for one in every),
            uses=tuple(mounts.uses(one.shape, one.loc) for one in every),
            volumes=known,
            logins=tuple(self._logins()),
            claims=volumes.claims(self.spec.volumes),
            runtime=self._runtime(),
        )

    def _logins(self) -> Iterator[Reference]:
        for index, secret in enumerate(self.spec.image_pull_secrets):
            target = ObjectName(self.namespace, "Secret", secret.name)
            yield Reference(target, (*self.loc, "imagePullSecrets", index), optional=True)

    def _runtime(self) -> Reference | None:
        name = self.spec.runtime_class_name
        target = ObjectName("", "RuntimeClass", name)
        return Reference(target, self.loc, field="runtimeClassName") if name else None


def default_pull(image: str) -> PullPolicy:
    """https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting"""
    reference, _, digest = image.partition("@")
    tag = reference.rpartition("/")[2].partition(":")[2] or ("" if digest else "latest")
    return PullPolicy.ALWAYS if tag == "latest" else PullPolicy.IF_NOT_PRESENT


def _read_only(spec: shapes.PodSpec) -> frozenset[str]:
    """The volumes that no container may write to."""
    return frozenset(
        volume.name
        for volume in spec.volumes
        if volume.persistent_volume_claim is not None and volume.persistent_volume_claim.read_only
    )
