"""References to images, in the two ways in which they are told: whole, and as an engine lists them. Pure."""

from __future__ import annotations

HUB = "docker.io"
HUBS = (HUB, f"index.{HUB}")


def normalised(image: str) -> str:
    """With registry, and tag where it has no digest: `nginx` is docker.io/library/nginx:latest.

    https://docs.docker.com/reference/cli/docker/image/tag/#description
    """
    first, slash, _ = image.partition("/")
    is_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    if not slash or not is_host:
        image = f"{HUB}/{image}" if slash else f"{HUB}/library/{image}"
    tagged = "@" in image or ":" in image.rpartition("/")[2]
    return image if tagged else f"{image}:latest"


def familiar(image: str) -> str:
    """As an engine lists it: `docker.io/library/web` is `web:latest`; empty for one by digest, which gives no tag."""
    if "@" in image:
        return ""
    registry, _, path = normalised(image).partition("/")
    return path.removeprefix("library/") if registry in HUBS else f"{registry}/{path}"
