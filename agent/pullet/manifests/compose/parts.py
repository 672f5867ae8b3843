"""The shapes of what stands in a service: its ports, mounts, networks, limits and hooks.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.compose.syntax import (
    Address,
    Alias,
    FromMinusOne,
    Inside,
    Ipv4,
    Ipv6,
    Mac,
    Mode,
    Natural,
    Part,
    Port,
    Seconds,
    Texts,
)
from pullet.manifests.schema import honoured, ignored, warned


class ServicePort(Part):
    """ports[]"""

    target: Port = honoured("The port that the container listens on.")
    published: int | str | None = honoured(
        "The port of the node that leads to it; the engine chooses without one.", None
    )
    host_ip: str = honoured("The node's address that it is published on; all without one.", "")
    protocol: Literal["tcp", "udp", "sctp"] = honoured("The transport.", "tcp")
    name: str = honoured("What people call it.", "")
    mode: Literal["host", "ingress"] | None = ignored(
        "A port is published on the node that the container stands on."
    )
    app_protocol: str | None = warned("nothing here speaks a port's protocol.")


class BindOptions(Part):
    """volumes[].bind"""

    propagation: Literal["private", "slave", "shared", "rprivate", "rslave", "rshared"] | None = honoured(
        "How mounts below it spread.", None
    )
    create_host_path: bool = honoured("Whether a missing directory is made.", True)
    selinux: Literal["z", "Z"] | None = honoured("How it is labelled for SELinux.", None)
    recursive: Literal["enabled", "disabled", "writable", "readonly"] = honoured(
        "What becomes of mounts below it; only enabled.", "enabled"
    )


class VolumeOptions(Part):
    """volumes[].volume"""

    nocopy: bool = honoured("Leaves a new volume empty instead of filling it from the image.", False)
    subpath: str = honoured("The directory of the volume to mount.", "")
    labels: Texts = honoured("Labels of a volume without a name.", {})


class TmpfsOptions(Part):
    """volumes[].tmpfs"""

    size: Natural | None = honoured("Its size.", None)
    mode: Mode | None = honoured("Its permissions.", None)


class ServiceVolume(Part):
    """volumes[]"""

    type: Literal["volume", "bind", "tmpfs", "npipe", "cluster", "image"] = honoured(
        "A volume, a path, or memory; not npipe, cluster and image."
    )
    source: str = honoured("The volume's name or the path; a volume of the instance's own without one.", "")
    target: Inside = honoured("Where it stands in the container.")
    read_only: bool = honoured("Whether it may only be read.", False)
    consistency: Any = ignored("Only Docker Desktop tells them apart.")
    bind: BindOptions | None = honoured("How a path is mounted.", None)
    volume: VolumeOptions | None = honoured("How a volume is mounted.", None)
    tmpfs: TmpfsOptions | None = honoured("How large the memory is.", None)
    image: Any = ignored("Images cannot be mounted.")


class Grant(Part):
    """configs[], secrets[]"""

    source: str = honoured("The config or secret.")
    target: str = honoured("Its path: /NAME for configs, /run/secrets/NAME for secrets without one.", "")
    uid: str = honoured("Its owner.", "")
    gid: str = honoured("Its group.", "")
    mode: Mode | None = honoured("Its permissions; 0444 without any.", None)


class ServiceNetwork(Part):
    """networks of a service"""

    aliases: list[Alias] = honoured("Names that it answers to there.", [])
    ipv4_address: Ipv4 | None = honoured("Its address.", None)
    ipv6_address: Ipv6 | None = honoured("Its address.", None)
    link_local_ips: list[Address] = honoured("Further addresses of the link.", [])
    mac_address: Mac | None = honoured("Its MAC address.", None)
    driver_opts: Texts = honoured("Options of the network's driver.", {})
    interface_name: str = honoured("What the interface is called inside.", "")
    priority: int = honoured("The network with the highest comes first.", 0)
    gw_priority: int | None = warned("the first network leads to the world outside.", silent=(0,))


class Need(Part):
    """depends_on"""

    condition: Literal["service_started", "service_healthy", "service_completed_successfully"] = honoured(
        "What it must have come to.", "service_started"
    )
    required: bool = honoured("Whether a missing one is an obstacle.", True)
    restart: bool = honoured("Whether this one starts anew when that was replaced.", False)


class HealthCheck(Part):
    """healthcheck"""

    test: list[str] = honoured(
        "A command in the container: NONE, CMD with words, or CMD-SHELL with a line.", []
    )
    disable: bool = honoured("Turns the image's own off.", False)
    interval: Seconds = honoured("How often.", 0)
    timeout: Seconds = honoured("How long an answer may take.", 0)
    start_period: Seconds = honoured("How long failures do not count at first.", 0)
    start_interval: Seconds = honoured("How often during that time.", 0)
    retries: Natural = honoured("How many failures in a row make it unhealthy.", 0)


class Logging(Part):
    """logging"""

    driver: str = honoured("Where the engine writes to.", "")
    options: dict[str, Any] = honoured("Options of the driver.", {})


class Ulimit(Part):
    """ulimits"""

    soft: FromMinusOne = honoured("What holds.")
    hard: FromMinusOne = honoured("What it may be raised to.")


class Device(Part):
    """devices[]"""

    source: str = honoured("The device of the node.", "")
    target: str = honoured("Where it stands in the container; there too without one.", "")
    permissions: str = honoured("Any of r, w and m.", "rwm")
    name: str = honoured("A device as CDI names it.", "")


class Rate(Part):
    """blkio_config.device_…[]"""

    path: str = honoured("The device of the node.")
    rate: Natural = honoured("Bytes or operations in a second.")


class Weight(Part):
    """blkio_config.weight_device[]"""

    path: str = honoured("The device of the node.")
    weight: Natural = honoured("From 10 to 1000.")


class BlockIo(Part):
    """blkio_config"""

    weight: Natural = honoured("From 10 to 1000.", 0)
    weight_device: list[Weight] = honoured("Weights of single devices.", [])
    device_read_bps: list[Rate] = honoured("Bytes that may be read in a second.", [])
    device_read_iops: list[Rate] = honoured("Reads in a second.", [])
    device_write_bps: list[Rate] = honoured("Bytes that may be written in a second.", [])
    device_write_iops: list[Rate] = honoured("Writes in a second.", [])


class Hook(Part):
    """post_start[], pre_stop[]"""

    command: list[str] = honoured("A command in the container.")
    user: str = honoured("Who runs it; the container's user without one.", "")
    privileged: bool = honoured("Whether it has every right.", False)
    working_dir: str = honoured("Where it runs; the container's directory without one.", "")
    environment: Texts = honoured("Variables besides the container's.", {})
