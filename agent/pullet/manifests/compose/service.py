"""The shape of a service in canonical long form.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pullet.manifests.compose.deployment import Build, Deploy, DeviceRequest, OfService
from pullet.manifests.compose.parts import (
    BlockIo,
    Device,
    Grant,
    HealthCheck,
    Hook,
    Logging,
    Need,
    ServiceNetwork,
    ServicePort,
    ServiceVolume,
    Ulimit,
)
from pullet.manifests.compose.syntax import (
    Address,
    Alias,
    Cores,
    Exposed,
    FromMinusOne,
    Image,
    Mac,
    Natural,
    Part,
    Seconds,
    Texts,
)
from pullet.manifests.schema import Unsupported, honoured, ignored, unsupported, warned, wrong

_ACTIONS = frozenset({"rebuild", "restart", "sync", "sync+restart", "sync+exec"})


def _development(value: Any) -> Any:
    """What has no meaning here is to be right all the same.

    https://github.com/compose-spec/compose-spec/blob/main/develop.md
    """
    rules = value.get("watch") if isinstance(value, dict) else None
    for rule in rules if isinstance(rules, list) else ():
        if not isinstance(rule, dict) or not {"path", "action"} <= rule.keys():
            raise wrong("each rule to watch needs a path and an action")
        if rule["action"] not in _ACTIONS:
            raise wrong(f"an action is one of {', '.join(sorted(_ACTIONS))}")
    return value


Development = Annotated[Any, AfterValidator(_development)]

_LOADED = "Resolved while loading."
_WINDOWS = "It is of Windows."


class Service(Part):
    """services"""

    image: Image | None = honoured("The image; with build, what it is called.", None)
    build: Build | None = honoured(
        "How the image is made from the repository, where the node allows it.", None
    )
    pull_policy: str = honoured(
        "When the image is pulled: always, missing, never or build; missing without one.", ""
    )
    pull_refresh_after: Any = warned("time alone pulls no image; commit a new tag instead.")
    command: list[str] | None = honoured("Instead of the image's command; an empty one takes it away.", None)
    entrypoint: list[str] | None = honoured("Instead of the image's entrypoint and command.", None)
    environment: Texts = honoured("Variables; one without a value takes the image's away.", {})
    env_file: Any = ignored(_LOADED)
    label_file: Any = ignored(_LOADED)
    extends: Any = ignored(_LOADED)
    profiles: Any = ignored(_LOADED)
    user: str = honoured("Whom it runs as.", "")
    group_add: list[str] = honoured("Further groups.", [])
    working_dir: str = honoured("The directory it starts in.", "")
    hostname: str = honoured("The host name inside.", "")
    domainname: str = honoured("The domain inside.", "")
    container_name: Alias | None = warned(
        "Pullet names containers itself; the service answers to it on its networks."
    )
    init: bool | None = honoured("Whether a small init process comes first.", None)
    tty: bool = honoured("A terminal.", False)
    stdin_open: bool = honoured("An open standard input.", False)
    stop_signal: str = honoured("How it is asked to stop.", "")
    stop_grace_period: Seconds = honoured("How long it may take to stop.", 10)
    restart: str = honoured("When a container is started again; after failures without one.", "")
    healthcheck: HealthCheck | None = honoured("How it is known to be healthy.", None)
    depends_on: dict[str, Need] = honoured("What must be so before it starts.", {})
    post_start: list[Hook] = honoured("A command after the start.", [])
    pre_stop: list[Hook] = honoured("A command before the stop.", [])
    pre_start: Unsupported = unsupported(
        "It is not in the published specification.", "write a service that others depend on to complete"
    )
    networks: dict[str, ServiceNetwork] = honoured("Networks; the project's default one without any.", {})
    network_mode: str = honoured("host, none, bridge or service:NAME instead of networks.", "")
    mac_address: Mac | None = honoured("The MAC address on the first network.", None)
    ports: list[ServicePort] = honoured("Ports of the node that lead to it.", [])
    expose: list[Exposed] = honoured("Ports that it listens on.", [])
    links: list[str] = honoured("Services, with a name of their own for this one.", [])
    external_links: Unsupported = unsupported(
        "They lead to containers that are not of the repository.", "share an external network instead"
    )
    dns: list[Address] = honoured("Servers for names.", [])
    dns_search: list[str] = honoured("Domains to look names up in.", [])
    dns_opt: list[str] = honoured("Options of the resolver.", [])
    extra_hosts: dict[str, list[str]] = honoured("Names and their addresses; host-gateway is the node's.", {})
    volumes: list[ServiceVolume] = honoured("What it finds in its file system.", [])
    volumes_from: list[str] = honoured("All that another service mounts.", [])
    tmpfs: list[str] = honoured("Paths that are memory, with options.", [])
    configs: list[Grant] = honoured("Configuration as files.", [])
    secrets: list[Grant] = honoured("Secrets as files.", [])
    read_only: bool = honoured("Whether its root may only be read.", False)
    privileged: bool = honoured("All rights on the node, where it allows that.", False)
    cap_add: list[str] = honoured("Capabilities besides the engine's.", [])
    cap_drop: list[str] = honoured("Capabilities less.", [])
    security_opt: list[str] = honoured(
        "no-new-privileges, seccomp, apparmor, label and systempaths; a seccomp profile is a file of the repository.",
        [],
    )
    userns_mode: Literal["host", ""] = honoured("host: the node's users.", "")
    pid: str = honoured("host, or service:NAME.", "")
    ipc: str = honoured("host, private, shareable or service:NAME.", "")
    uts: Literal["host", ""] = honoured("host: the node's host name.", "")
    cgroup: Literal["host", "private"] | None = honoured("Which control groups it sees.", None)
    cgroup_parent: str = honoured("The control group that it stands in.", "")
    sysctls: dict[str, str] = honoured("Parameters of the kernel.", {})
    ulimits: dict[str, Ulimit] = honoured("Limits of its processes.", {})
    devices: list[Device] = honoured("Devices of the node.", [])
    device_cgroup_rules: list[str] = honoured("Rules for devices, as the kernel writes them.", [])
    gpus: list[DeviceRequest] | Literal["all"] | None = honoured("GPUs.", None)
    shm_size: Natural | None = honoured("The size of /dev/shm.", None)
    cpus: Cores | None = honoured("At most so many cores.", None)
    cpu_shares: Natural | None = honoured("Its weight among others.", None)
    cpu_quota: FromMinusOne | None = honoured("Microseconds of a period.", None)
    cpu_period: Natural | None = honoured("A period, in microseconds.", None)
    cpu_rt_runtime: Natural | None = honoured("Microseconds of real time in a period.", None)
    cpu_rt_period: Natural | None = honoured("Such a period, in microseconds.", None)
    cpuset: str = honoured("The cores it may use.", "")
    cpu_count: Any = warned("it is of Windows; write cpus.", silent=(0,))
    cpu_percent: Any = warned("it is of Windows; write cpus.", silent=(0,))
    mem_limit: Natural | None = honoured("At most so much memory.", None)
    mem_reservation: Natural | None = honoured("Memory that placement counts on.", None)
    memswap_limit: FromMinusOne | None = honoured(
        "Memory and swap together; twice the memory without one.", None
    )
    mem_swappiness: Annotated[int, Field(ge=-1, le=100)] | None = honoured("How readily it is swapped.", None)
    oom_kill_disable: bool = honoured("Whether it is spared when memory runs out.", False)
    oom_score_adj: Annotated[int, Field(ge=-1000, le=1000)] | None = honoured("Who goes first then.", None)
    pids_limit: FromMinusOne | None = honoured("At most so many processes.", None)
    blkio_config: BlockIo | None = honoured("Weights and rates of devices.", None)
    storage_opt: Texts = honoured("Options of the engine's storage.", {})
    logging: Logging | None = honoured("Where what it writes goes.", None)
    labels: Texts = honoured("Labels of its containers.", {})
    annotations: Texts = honoured("Annotations of its containers.", {})
    platform: str = honoured("The image's platform.", "")
    runtime: str = honoured("The engine's runtime, where the node allows it.", "")
    scale: Natural | None = honoured("How many; the same as deploy.replicas.", None)
    deploy: Deploy | None = honoured("How many, where, with what.", None)
    attach: Any = warned("what it writes is shown by pullet logs.", silent=(True,))
    develop: Development = warned("it is for developers' machines.")
    credential_spec: Unsupported = unsupported(_WINDOWS)
    isolation: Unsupported = unsupported(_WINDOWS)
    provider: Unsupported = unsupported(
        "Only containers run here, and no programs on the node that provide others."
    )
    models: Unsupported = unsupported("Nothing here runs language models.", "run one as a service")
    use_api_socket: Unsupported = unsupported(
        "It would hand over the engine.", "mount the engine's socket, where the node allows it"
    )
    x_pullet: Annotated[OfService | None, Field(alias="x-pullet")] = honoured(
        "What only Pullet reads: as for the whole project, and how it is replaced.", None
    )
