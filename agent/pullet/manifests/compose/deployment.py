"""The shapes of how many of a service there are, where, with what, and how its image is built.

https://github.com/compose-spec/compose-spec/blob/main/deploy.md
https://github.com/compose-spec/compose-spec/blob/main/build.md
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pullet.manifests.compose.scalars import Wrong, flag
from pullet.manifests.compose.syntax import Cores, FromMinusOne, Image, Natural, Part, Ratio, Seconds, Texts
from pullet.manifests.schema import Unsupported, honoured, ignored, unsupported, warned, wrong

_BUILDKIT = "Images are built by the engine's own builder, which has no word for it."
_TRUSTED = "A build has no more rights than any other container."
_CACHE = "an image is built once for each content of its context, from the node's own cache."


class DeviceRequest(Part):
    """gpus[], deploy.resources.reservations.devices[]"""

    capabilities: list[str] = honoured("What it must be able to do; gpu in gpus.", [])
    driver: str = honoured("The engine's driver that hands it out.", "")
    count: int | Literal["all"] | None = honoured(
        "How many; all of them without one and without device_ids.", None
    )
    device_ids: list[str] = honoured("Which ones.", [])
    options: Texts = honoured("Options of the driver.", {})


class Limits(Part):
    """deploy.resources.limits"""

    cpus: Cores | None = honoured("At most so many cores.", None)
    memory: Natural | None = honoured("At most so much memory.", None)
    pids: FromMinusOne | None = honoured("At most so many processes.", None)


class Reservations(Part):
    """deploy.resources.reservations"""

    cpus: Cores | None = honoured("Cores that placement counts on.", None)
    memory: Natural | None = honoured("Memory that placement counts on.", None)
    pids: Any = warned("processes are limited, and not reserved.")
    devices: list[DeviceRequest] = honoured("Devices such as GPUs.", [])
    generic_resources: Unsupported = unsupported(
        "Nodes do not say what other resources they have.", "label the nodes, and constrain to the label"
    )


class Resources(Part):
    """deploy.resources"""

    limits: Limits | None = honoured("What the engine allows.", None)
    reservations: Reservations | None = honoured("What placement counts on, and devices.", None)


class RestartPolicy(Part):
    """deploy.restart_policy"""

    condition: Literal["none", "on-failure", "any"] = honoured("When a container is started again.", "any")
    delay: Seconds | None = warned("the engine and the agent wait longer with each failure.")
    max_attempts: Natural | None = honoured("How often at most, after failures.", None)
    window: Seconds | None = warned("a container counts as up by its own time.")


class UpdateConfig(Part):
    """deploy.update_config"""

    parallelism: Natural = honoured("How many at once; all with 0.", 1)
    order: Literal["stop-first", "start-first"] = honoured(
        "Whether the old goes before the new comes.", "stop-first"
    )
    delay: Seconds | None = honoured("How long to wait between one that is ready and the next.", None)
    monitor: Seconds | None = honoured("How long a new one must be up and well before the next comes.", None)
    failure_action: Literal["continue", "pause", "rollback"] = honoured(
        "What a failure leads to: back to what was good before, no further, or on and on.", "rollback"
    )
    max_failure_ratio: Ratio = honoured("How many may fail, as a part of all on the node.", 0)


class RollbackConfig(Part):
    """deploy.rollback_config"""

    parallelism: Natural = honoured("How many at once; all with 0.", 1)
    order: Literal["stop-first", "start-first"] = honoured(
        "Whether the old goes before the new comes.", "stop-first"
    )
    delay: Seconds | None = warned("the way back waits for nothing.")
    monitor: Seconds | None = warned("on the way back each has to be well as update_config says.")
    failure_action: Literal["continue", "pause"] | None = warned(
        "there is nothing to go back to from what was good; it is tried for ever."
    )
    max_failure_ratio: Ratio | None = warned("the way back is gone whatever fails on it.")


class Placement(Part):
    """deploy.placement"""

    constraints: list[str] = honoured("Labels and names that a node must have: node.labels.role == web.", [])
    preferences: Any = warned("instances are spread evenly over all nodes that fit.")
    max_replicas_per_node: Natural | None = honoured("How many of it one node may run; 0 is no bound.", None)


class Deploy(Part):
    """deploy"""

    mode: Literal["replicated", "global", "replicated-job", "global-job"] = honoured(
        "How many: a number, or one on each node that fits; a job ends by itself.", "replicated"
    )
    replicas: Natural | None = honoured("How many.", None)
    resources: Resources | None = honoured("Processor, memory and devices.", None)
    restart_policy: RestartPolicy | None = honoured(
        "When a container is started again; stronger than restart.", None
    )
    update_config: UpdateConfig | None = honoured("How a new specification replaces the old.", None)
    rollback_config: RollbackConfig | None = honoured(
        "How what was good comes back; without it as update_config says.", None
    )
    placement: Placement | None = honoured("Where.", None)
    labels: Any = warned(
        "they are those of a service object, which there is none of; write labels for containers."
    )
    endpoint_mode: Literal["vip", "dnsrr"] | None = warned("a name leads to the addresses of all instances.")


class Toleration(Part):
    """x-pullet.tolerations[]"""

    key: str = honoured("The taint's key; every taint without one.", "")
    operator: Literal["Equal", "Exists"] = honoured("How the value is compared.", "Equal")
    value: str = honoured("The taint's value.", "")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute", ""] = honoured(
        "The taint's effect; every effect without one.", ""
    )


def _pruned(value: object) -> bool | Literal["volumes"] | None:
    if value is None or value == "volumes":
        return value
    try:
        return flag(value)
    except Wrong as error:
        raise wrong(str(error).replace("true or false", "true, false or volumes")) from None


Pruned = Annotated[Any, AfterValidator(_pruned)]


class Placing(Part):
    """x-pullet, for the project and in a service"""

    node_selector: Annotated[dict[str, str], Field(alias="nodeSelector")] = honoured(
        "Labels that a node must carry to be chosen; a service's stand beside the project's.", {}
    )
    tolerations: list[Toleration] = honoured("Taints that are tolerated.", [])
    after: list[str] = honoured(
        "What comes first: namespace/Kind/name, as in pullet.dev/after; a service's stand beside the project's.",
        [],
    )
    prune: Pruned = honoured(
        "false: what stands stays when it is no longer declared; volumes: its volumes go with it; a service's word is "
        "stronger.",
        None,
    )
    drift: Literal["repair", "report", "off"] | None = honoured(
        "What happens to changes by hand, instead of what the node's settings say; a service's word is stronger.",
        None,
    )
    profiles: Any = ignored("Which profiles are on; read while loading.")


class Check(Part):
    """x-pullet.check"""

    exec: Any = honoured(
        "A command in the first new container: a list, or text that is split into words.", None
    )
    http: str | None = honoured("An address that the agent gets; good with a status from 200 to 399.", None)
    expect: str | None = honoured(
        'What the number in the answer must be: "< 0.05"; the value of a Prometheus query, or the number alone.',
        None,
    )


class OfService(Placing):
    """x-pullet, in a service"""

    strategy: str | None = honoured("blue-green or canary instead of what update_config says.", None)
    promotion: str | None = honoured("manual: a person says when it goes on; automatic by default.", None)
    promoted: str | None = honoured("The beginning of the hash of a specification that is promoted.", None)
    steps: list[Any] | None = honoured("A canary's steps: numbers, percentages and pauses.", None)
    check: Check | None = honoured("What a canary is asked besides its health check.", None)


class Build(Part):
    """build"""

    context: str = honoured("A directory of the repository.", "./")
    dockerfile: str = honoured("The Dockerfile, seen from the context.", "")
    dockerfile_inline: str = honoured("The Dockerfile itself.", "")
    args: Texts = honoured("Values of the Dockerfile's ARGs.", {})
    labels: Texts = honoured("Labels of the image.", {})
    target: str = honoured("The stage to build.", "")
    network: str = honoured("The network that it runs in.", "")
    extra_hosts: dict[str, list[str]] = honoured("Names and their addresses.", {})
    shm_size: Natural | None = honoured("The size of /dev/shm.", None)
    no_cache: bool = honoured("Without what was built before.", False)
    pull: bool = honoured("With a newer base image, where there is one.", False)
    tags: list[Image] | None = warned("an image that nothing runs needs no name.")
    platforms: list[str] | None = warned("each node builds for itself, or for the service's platform.")
    cache_from: Any = warned(_CACHE)
    cache_to: Any = warned(_CACHE)
    no_cache_filter: Any = warned(_CACHE)
    provenance: Any = warned("an image that is not pushed carries no attestations.")
    sbom: Any = warned("an image that is not pushed carries no attestations.")
    additional_contexts: Unsupported = unsupported(_BUILDKIT, "copy them below the context")
    secrets: Unsupported = unsupported(_BUILDKIT)
    ssh: Unsupported = unsupported(_BUILDKIT)
    entitlements: Unsupported = unsupported(_TRUSTED)
    privileged: Unsupported = unsupported(_TRUSTED)
    ulimits: Unsupported = unsupported(_BUILDKIT)
    isolation: Unsupported = unsupported("It is of Windows.")
