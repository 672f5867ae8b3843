"""The shape of a pod: containers, their environment, ports, resources and probes.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.quantity import Quantity
from pullet.manifests.kubernetes.syntax import (
    Address,
    Argument,
    AtLeastOne,
    ConfigKey,
    EnvName,
    EnvPrefix,
    HeaderName,
    HostPort,
    ImageReference,
    Label,
    Labels,
    Natural,
    PortName,
    PortNumber,
    PortReference,
    Seconds,
    Subdomain,
)
from pullet.manifests.schema import NotYet, Shape, honoured, not_yet, warned


class KeyReference(Shape):
    """configMapKeyRef, secretKeyRef"""

    name: Subdomain = honoured("The ConfigMap or Secret, in the same namespace.")
    key: ConfigKey = honoured("The key in it.")
    optional: bool = honoured(
        "Whether the variable is left out where there is none; else that is an error.", False
    )


class ValueSource(Shape):
    """env[].valueFrom"""

    config_map_key_ref: KeyReference | None = honoured("The value of a key of a ConfigMap.", None)
    secret_key_ref: KeyReference | None = honoured("The value of a key of a Secret.", None)
    field_ref: NotYet = not_yet("A field of the pod.")
    resource_field_ref: NotYet = not_yet("A resource of the container.")
    file_key_ref: NotYet = not_yet("A key of a file in a volume.")


class EnvEntry(Shape):
    """env[]"""

    name: EnvName = honoured("The variable's name.")
    value: Argument | None = honoured(
        "Its value; $(NAME) stands for a variable defined before, $$ for $.", None
    )
    value_from: ValueSource | None = honoured("Where its value comes from.", None)


class ObjectReference(Shape):
    """configMapRef, secretRef"""

    name: Subdomain = honoured("The ConfigMap or Secret, in the same namespace.")
    optional: bool = honoured("Whether it may be missing.", False)


class EnvFromEntry(Shape):
    """envFrom[]"""

    prefix: EnvPrefix = honoured("What stands before each key.", "")
    config_map_ref: ObjectReference | None = honoured("Every key of a ConfigMap.", None)
    secret_ref: ObjectReference | None = honoured("Every key of a Secret.", None)


class ContainerPort(Shape):
    """ports[]"""

    container_port: PortNumber = honoured("The port that the container listens on.")
    host_port: HostPort = honoured("The port of the node that leads to it.", 0)
    host_ip: Address = honoured("The node's address that it is published on; all without one.", "")
    protocol: Literal["TCP", "UDP", "SCTP", ""] = honoured("The transport; TCP without one.", "")
    name: PortName = honoured("A name that probes can use.", "")


class ResourceRequirements(Shape):
    """resources"""

    limits: dict[str, Quantity] = honoured("What the engine allows: cpu and memory.", {})
    requests: dict[str, Quantity] = honoured(
        "What placement counts on: cpu and memory; the limits without any.", {}
    )
    claims: NotYet = not_yet("Devices.")


class HttpHeader(Shape):
    """httpHeaders[]"""

    name: HeaderName = honoured("The header's name.")
    value: str = honoured("Its value.", "")


class HttpGetAction(Shape):
    """httpGet"""

    port: PortReference = honoured("The port's number, or its name in ports.")
    path: str = honoured("The path.", "/")
    host: str = honoured("Whom to ask instead of the instance.", "")
    scheme: Literal["HTTP", "HTTPS", ""] = honoured("HTTP without one; certificates are not checked.", "")
    http_headers: list[HttpHeader] = honoured("Headers to send.", [])


class TcpSocketAction(Shape):
    """tcpSocket"""

    port: PortReference = honoured("The port's number, or its name in ports.")
    host: str = honoured("Whom to ask instead of the instance.", "")


class ExecAction(Shape):
    """exec"""

    command: list[Argument] = honoured("A command in the container that exits with 0.", [])


class ReadinessProbe(Shape):
    """readinessProbe"""

    http_get: HttpGetAction | None = honoured("Ready when a GET answers with 200 to 399.", None)
    tcp_socket: TcpSocketAction | None = honoured("Ready when a connection is accepted.", None)
    exec: ExecAction | None = honoured("Ready when a command exits with 0.", None)
    grpc: NotYet = not_yet("Ready when the gRPC health service says so.")
    initial_delay_seconds: Seconds = honoured("How long after the start the first look is.", 0)
    period_seconds: Seconds = honoured("How often to look.", 10)
    timeout_seconds: Seconds = honoured("How long an answer may take.", 1)
    success_threshold: Natural = honoured("How many good answers in a row make it ready.", 1)
    failure_threshold: Natural = honoured("How many bad answers in a row end that.", 3)
    termination_grace_period_seconds: NotYet = not_yet("Not for readiness probes.")


class Container(Shape):
    """containers[]"""

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
    resources: ResourceRequirements | None = honoured("Processor and memory.", None)
    readiness_probe: ReadinessProbe | None = honoured("How it is known to be ready.", None)
    liveness_probe: NotYet = not_yet("When to restart it.")
    startup_probe: NotYet = not_yet("When it counts as started.")
    lifecycle: NotYet = not_yet("Hooks after the start and before the stop.")
    resize_policy: NotYet = not_yet("How resources change in place.")
    restart_policy: NotYet = not_yet("A restart policy of its own.")
    restart_policy_rules: NotYet = not_yet("A restart policy by exit code.")
    security_context: NotYet = not_yet("User, capabilities and the like.")
    stdin: NotYet = not_yet("An open standard input.")
    stdin_once: NotYet = not_yet("Closes it after the first user.")
    termination_message_path: NotYet = not_yet("A file with the last words.")
    termination_message_policy: NotYet = not_yet("Where the last words come from.")
    tty: NotYet = not_yet("A terminal.")
    volume_devices: NotYet = not_yet("Block devices.")
    volume_mounts: NotYet = not_yet("Where volumes stand in the container.")


class PodSpec(Shape):
    """spec of a pod"""

    containers: AtLeastOne[Container] = honoured("What runs: one container, for now.")
    node_selector: Labels = honoured("Labels that a node must carry to be chosen.", {})
    restart_policy: Literal["Always", "OnFailure", "Never", ""] = honoured(
        "When a container that ended is started again; only Always in a Deployment or DaemonSet.", "Always"
    )
    termination_grace_period_seconds: Seconds = honoured("How long it may take to stop.", 30)
    service_account: Any = warned("there are no service accounts outside a cluster.")
    service_account_name: Any = warned("there are no service accounts outside a cluster.")
    automount_service_account_token: Any = warned("there are no service accounts outside a cluster.")
    dns_policy: Any = warned("there is no cluster whose DNS could be chosen.")
    active_deadline_seconds: NotYet = not_yet("When it is ended.")
    affinity: NotYet = not_yet("Where it would rather run.")
    dns_config: NotYet = not_yet("How names are resolved.")
    enable_service_links: NotYet = not_yet("Variables that name services.")
    ephemeral_containers: NotYet = not_yet("Containers for debugging.")
    host_aliases: NotYet = not_yet("Entries of /etc/hosts.")
    host_ipc: NotYet = not_yet("The node's IPC namespace.")
    host_network: NotYet = not_yet("The node's network.")
    host_pid: NotYet = not_yet("The node's process namespace.")
    host_users: NotYet = not_yet("A user namespace of its own.")
    hostname: NotYet = not_yet("The host name inside.")
    hostname_override: NotYet = not_yet("The host name inside.")
    image_pull_secrets: NotYet = not_yet("Credentials for registries.")
    init_containers: NotYet = not_yet("Containers that run first.")
    node_name: NotYet = not_yet("The node it must run on.")
    os: NotYet = not_yet("The operating system.")
    overhead: NotYet = not_yet("Resources of the sandbox.")
    preemption_policy: NotYet = not_yet("Whom it may displace.")
    priority: NotYet = not_yet("Who goes first.")
    priority_class_name: NotYet = not_yet("Who goes first.")
    readiness_gates: NotYet = not_yet("Conditions that others set.")
    resource_claims: NotYet = not_yet("Devices.")
    resources: NotYet = not_yet("Resources of the whole pod.")
    runtime_class_name: NotYet = not_yet("Another container runtime.")
    scheduler_name: NotYet = not_yet("Another scheduler.")
    scheduling_gates: NotYet = not_yet("Holds its placement.")
    security_context: NotYet = not_yet("User, groups and the like.")
    set_hostname_as_fqdn: NotYet = not_yet("The full name as host name.")
    share_process_namespace: NotYet = not_yet("One process namespace for all containers.")
    subdomain: NotYet = not_yet("A name below a service's.")
    tolerations: NotYet = not_yet("Taints that it tolerates.")
    topology_spread_constraints: NotYet = not_yet("How it is spread.")
    volumes: NotYet = not_yet("Volumes.")
    workload_ref: NotYet = not_yet("A group that is scheduled together.")
