"""The shape of a pod and its containers; what they are made of has a shape of its own.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pullet.manifests.kubernetes.affinityschema import Affinity, TolerationEntry
from pullet.manifests.kubernetes.envschema import EnvEntry, EnvFromEntry
from pullet.manifests.kubernetes.probeschema import Lifecycle, Probe
from pullet.manifests.kubernetes.quantity import Quantity
from pullet.manifests.kubernetes.securityschema import PodSecurityContext, SecurityContext
from pullet.manifests.kubernetes.syntax import (
    Address,
    Argument,
    AtLeastOne,
    GivenAddress,
    HostName,
    HostPort,
    ImageReference,
    Label,
    LabelKey,
    Labels,
    OptionalLabel,
    OptionalSubdomain,
    PortName,
    PortNumber,
    Seconds,
    Subdomain,
)
from pullet.manifests.kubernetes.volumeschema import Volume, VolumeMount
from pullet.manifests.schema import Shape, Unsupported, honoured, ignored, later, unsupported, warned

_ACCOUNTS = "there are no service accounts outside a cluster."
_PRIORITY = "nothing is displaced here, and all workloads are placed alike."
_DEVICES = "devices are not handed out by claims here."
_GPU = "ask for nvidia.com/gpu or amd.com/gpu in limits"


class ContainerPort(Shape):
    """ports[]"""

    container_port: PortNumber = honoured("The port that the container listens on.")
    host_port: HostPort = honoured("The port of the node that leads to it.", 0)
    host_ip: Address = honoured("The node's address that it is published on; all without one.", "")
    protocol: Literal["TCP", "UDP", "SCTP", ""] = honoured("The transport; TCP without one.", "")
    name: PortName = honoured("A name that probes and Services can use.", "")


class ResourceRequirements(Shape):
    """resources"""

    limits: dict[str, Quantity] = honoured(
        "What the engine allows: cpu, memory, nvidia.com/gpu, amd.com/gpu; ephemeral-storage with a warning.",
        {},
    )
    requests: dict[str, Quantity] = honoured(
        "What placement counts on: cpu and memory; the limits without any.", {}
    )
    claims: Unsupported = unsupported(_DEVICES, _GPU)


class Container(Shape):
    """containers[], initContainers[]"""

    name: Label = honoured("The container's name.")
    image: ImageReference = honoured("The image.")
    image_pull_policy: Literal["Always", "IfNotPresent", "Never", ""] = honoured(
        "Without one: Always for the tag latest or none, else IfNotPresent.", ""
    )
    command: list[Argument] | None = honoured(
        "Instead of the image's entrypoint; $(NAME) stands for a variable.", None
    )
    args: list[Argument] | None = honoured(
        "Instead of the image's command; $(NAME) stands for a variable.", None
    )
    working_dir: str = honoured("The directory it starts in.", "")
    env: list[EnvEntry] = honoured("Variables, the last of a name wins.", [])
    env_from: list[EnvFromEntry] = honoured("Variables from ConfigMaps and Secrets; env is stronger.", [])
    ports: list[ContainerPort] = honoured("Ports, published where they have a hostPort.", [])
    resources: ResourceRequirements | None = honoured("Processor, memory and devices.", None)
    volume_mounts: list[VolumeMount] = honoured("Where volumes stand in the container.", [])
    security_context: SecurityContext | None = honoured("User, capabilities and the like.", None)
    readiness_probe: Probe | None = honoured("How it is known to be ready.", None)
    liveness_probe: Probe | None = honoured("When it is restarted.", None)
    startup_probe: Probe | None = honoured("When it counts as started.", None)
    lifecycle: Lifecycle | None = honoured("Hooks after the start and before the stop.", None)
    restart_policy: Literal["Always", "OnFailure", "Never", ""] = honoured(
        "Its own instead of the pod's; Always makes a sidecar of an init container.", ""
    )
    stdin: bool = honoured("Whether standard input stays open.", False)
    stdin_once: bool = honoured("Whether it closes after its first user.", False)
    tty: bool = honoured("Whether it has a terminal.", False)
    termination_message_path: Any = warned(
        "nothing shows the last words of a container but its log.", silent=("", "/dev/termination-log")
    )
    termination_message_policy: Any = warned(
        "nothing shows the last words of a container but its log.",
        silent=("", "File", "FallbackToLogsOnError"),
    )
    resize_policy: Any = ignored("A change of resources is a new instance, which proves itself first.")
    restart_policy_rules: Unsupported = unsupported(
        "the engine restarts by policy, not by exit code.", "let the command decide by its exit code"
    )
    volume_devices: Unsupported = unsupported(
        "block devices are not handed to containers as volumes.", "use a hostPath of type BlockDevice"
    )


class HostAlias(Shape):
    """hostAliases[]"""

    ip: GivenAddress = honoured("The address.")
    hostnames: list[Subdomain] = honoured("The names that stand for it.", [])


class DnsOption(Shape):
    """options[] of dnsConfig"""

    name: str = honoured("The option's name.")
    value: str = honoured("Its value.", "")


class DnsConfig(Shape):
    """dnsConfig"""

    nameservers: list[GivenAddress] = honoured(
        "Who is asked for names that the engine does not know itself.", []
    )
    searches: list[str] = honoured("Domains that short names are looked for in.", [])
    options: list[DnsOption] = honoured("Options of the resolver.", [])


class LocalReference(Shape):
    """imagePullSecrets[]"""

    name: Subdomain = honoured("The Secret, in the same namespace; a missing one is a warning.")


class SchedulingGate(Shape):
    """schedulingGates[]"""

    name: LabelKey = honoured("What it waits for.")


class System(Shape):
    """os"""

    name: Literal["linux"] = honoured("There are Linux containers only.")


class PodSpec(Shape):
    """spec of a pod"""

    containers: AtLeastOne[Container] = honoured("What runs, in one network namespace.")
    init_containers: list[Container] = honoured("What runs before, one after the other; sidecars stay.", [])
    volumes: list[Volume] = honoured("What containers can mount.", [])
    restart_policy: Literal["Always", "OnFailure", "Never", ""] = honoured(
        "When a container that ended is started again; only Always in a Deployment or DaemonSet.", "Always"
    )
    termination_grace_period_seconds: Seconds = honoured("How long it may take to stop.", 30)
    active_deadline_seconds: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = later(
        "When it is ended.", None
    )
    node_selector: Labels = honoured("Labels that a node must carry to be chosen.", {})
    node_name: OptionalSubdomain = honoured("The node it must run on.", "")
    affinity: Affinity | None = honoured("Where it must or would rather run.", None)
    tolerations: list[TolerationEntry] = honoured("Taints that it tolerates.", [])
    security_context: PodSecurityContext | None = honoured("User, groups and the like.", None)
    resources: ResourceRequirements | None = honoured(
        "Of the whole pod: its limits bound each container, and a warning says so where there are several.",
        None,
    )
    image_pull_secrets: list[LocalReference] = honoured("Secrets with the passwords of registries.", [])
    host_network: bool = honoured("The node's network.", False)
    host_pid: bool = honoured("The node's process namespace.", False)
    host_ipc: bool = honoured("The node's IPC namespace.", False)
    host_users: bool = honoured(
        "true: the engine's own user namespace. false is refused, as the engine has none for a single pod.",
        True,
    )
    share_process_namespace: bool = honoured("One process namespace for all containers.", False)
    hostname: OptionalLabel = honoured("The host name inside; the pod's name without one.", "")
    hostname_override: HostName = honoured("The host name inside, whatever else is said.", "")
    subdomain: OptionalLabel = honoured("The domain: hostname.subdomain.namespace.svc.cluster.local.", "")
    set_hostname_as_fqdn: bool = honoured(
        "The full name as host name; needs a hostname or a bare Pod.", False
    )
    host_aliases: list[HostAlias] = honoured("Entries of /etc/hosts.", [])
    dns_config: DnsConfig | None = honoured("How names are resolved.", None)
    dns_policy: Literal["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None", ""] = honoured(
        "None: by dnsConfig. Else by the engine, which knows the names of the namespace and asks the node's servers."
        " Default and ClusterFirstWithHostNet are accepted with a warning.",
        "",
    )
    service_account: Any = warned(_ACCOUNTS, silent=("", "default"))
    service_account_name: str = warned(_ACCOUNTS, silent=("", "default"))
    automount_service_account_token: Any = warned(_ACCOUNTS, silent=(False,))
    enable_service_links: Any = warned("there are no variables that name services.", silent=(False,))
    preemption_policy: Any = warned(_PRIORITY, silent=("",))
    priority: Any = warned(_PRIORITY, silent=(0,))
    priority_class_name: Any = warned(_PRIORITY, silent=("",))
    readiness_gates: Any = warned("nothing sets such conditions, so it is ready without them.", silent=([],))
    scheduler_name: Any = warned("there is one way to place.", silent=("", "default-scheduler"))
    topology_spread_constraints: Any = warned(
        "placement spreads the pods of each workload evenly over the nodes that fit, and over nothing else.",
        silent=([],),
    )
    overhead: Any = warned("a pod counts as what its containers ask for.", silent=({},))
    os: System | None = ignored("There are Linux containers only.")
    ephemeral_containers: Unsupported = unsupported(
        "they are added to a running pod and cannot be declared, in Kubernetes as here.", "use pullet exec"
    )
    resource_claims: Unsupported = unsupported(_DEVICES, _GPU)
    runtime_class_name: OptionalSubdomain = honoured(
        "The RuntimeClass, whose handler is a runtime of the engine. Where none of that name is declared it is "
        "refused, unless the node's policy says that a warning is enough.",
        "",
    )
    scheduling_gates: list[SchedulingGate] = honoured(
        "While there is one it is placed nowhere, and pending: a commit without it lifts it.", []
    )
    workload_ref: Unsupported = unsupported("pods are not placed as groups.", "remove it")
