"""The shapes of a project's own parts: networks, volumes, configs, secrets, and what `x-pullet` says.

https://github.com/compose-spec/compose-spec/blob/main/06-networks.md and the pages after it
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from pullet.manifests.compose.deployment import Placing
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.syntax import Address, Part, Subnet, Texts
from pullet.manifests.schema import Unsupported, honoured, unsupported, warned

_OUTSIDE = "There is no store of them outside the repository."


class IpamPool(Part):
    """networks.ipam.config[]"""

    subnet: Subnet | None = honoured("The block of addresses.", None)
    ip_range: Subnet | None = honoured("The part of it that containers get addresses from.", None)
    gateway: Address | None = honoured("The gateway's address.", None)
    aux_addresses: dict[str, Address] = honoured("Addresses that are left to others.", {})


class Ipam(Part):
    """networks.ipam"""

    driver: str = honoured("Who hands out addresses; the engine's own without one.", "")
    config: list[IpamPool] = honoured("Blocks of addresses.", [])
    options: dict[str, str] = honoured("Options of the driver.", {})


class Network(Part):
    """networks"""

    name: str = honoured("What the engine calls it; without one it belongs to the project.", "")
    driver: str = honoured("The engine's driver; overlay becomes a bridge on the node.", "")
    driver_opts: Texts = honoured("Options of the driver.", {})
    ipam: Ipam | None = honoured("Its addresses.", None)
    external: bool = honoured("It is there already, under its name.", False)
    internal: bool = honoured("Without a way to the world outside.", False)
    attachable: bool | None = warned(
        "containers can always attach to a network of one node.", silent=(False,)
    )
    enable_ipv4: bool | None = warned("networks always have IPv4.", silent=(True,))
    enable_ipv6: bool = honoured("With IPv6.", False)
    labels: Texts = honoured("Labels of the network.", {})


class Volume(Part):
    """volumes"""

    name: str = honoured("What the engine calls it; without one it belongs to the project.", "")
    driver: str = honoured("The engine's driver; local without one.", "")
    driver_opts: Texts = honoured(
        "Options of the driver; a bind of the node's path must be allowed by it.", {}
    )
    external: bool = honoured("It is there already, under its name.", False)
    labels: Texts = honoured("Labels of the volume.", {})


class Config(Part):
    """configs"""

    name: str | None = warned("a config belongs to its project and to the containers that read it.")
    file: str = honoured("A file or directory of the repository, or an absolute path of the node.", "")
    content: str | None = honoured("The content itself.", None)
    environment: str = honoured("A variable of the project's .env file that holds the content.", "")
    labels: Any = warned("there is no object that could carry them.")
    external: Unsupported = unsupported(_OUTSIDE, "write file, content or environment")
    driver: Unsupported = unsupported(_OUTSIDE, "write file, content or environment")
    driver_opts: Unsupported = unsupported(_OUTSIDE, "write file, content or environment")
    template_driver: Unsupported = unsupported(
        "Templates are of Swarm.", "interpolate with ${NAME} in content instead"
    )


class Secret(Part):
    """secrets"""

    name: str | None = warned("a secret belongs to its project and to the containers that read it.")
    file: str = honoured("A file or directory of the repository, or an absolute path of the node.", "")
    environment: str = honoured("A variable of the project's .env file that holds the content.", "")
    labels: Any = warned("there is no object that could carry them.")
    external: Unsupported = unsupported(_OUTSIDE, "write file or environment")
    driver: Unsupported = unsupported(_OUTSIDE, "write file or environment")
    driver_opts: Unsupported = unsupported(_OUTSIDE, "write file or environment")
    template_driver: Unsupported = unsupported("Templates are of Swarm.", "render it before it is committed")


class Project(Part):
    """A Compose file"""

    name: str = honoured("The project's name, which is its namespace.", "")
    version: Any = warned("it is obsolete, and every file is read by the specification of today.")
    include: Any = honoured("Other Compose files, read as a part of this one.", None)
    services: dict[str, Service] = honoured("What runs.", {})
    networks: dict[str, Network] = honoured("Networks, each one of the engine of one node.", {})
    volumes: dict[str, Volume] = honoured("Volumes, each one of the engine of one node.", {})
    configs: dict[str, Config] = honoured("Configuration as files.", {})
    secrets: dict[str, Secret] = honoured("Secrets as files, in memory only.", {})
    models: Unsupported = unsupported("Nothing here runs language models.", "run one as a service")
    x_pullet: Annotated[Placing | None, Field(alias="x-pullet")] = honoured(
        "What only Pullet reads, such as where the project may stand.", None
    )
