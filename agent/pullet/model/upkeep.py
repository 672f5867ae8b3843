"""What a node has besides containers, and what of it is needed: images, networks and volumes of this agent's."""

from __future__ import annotations

from dataclasses import dataclass

from pullet.model.network import Network


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that this agent pulled or built, for `references`; `id` is `sha256:…`.

    `tags` is what the engine calls it now, without `docker.io/library/` and with the tag. `used` says whether any
    container on the engine was made from it, and `needed` when anything last needed it, in seconds since the epoch.
    """

    id: str
    references: frozenset[str]
    tags: frozenset[str]
    used: bool
    needed: float


@dataclass(frozen=True, slots=True)
class Needed:
    """What is wanted on a node or may be gone back to: `references` and `ids` of images, and networks.

    Volumes are needed, whatever is wanted, until they are `spent`.
    """

    references: frozenset[str]
    ids: frozenset[str]
    networks: tuple[Network, ...]
    spent: tuple[Spent, ...] = ()

    def needs(self, image: StoredImage) -> bool:
        return image.used or image.id in self.ids or bool(image.references & self.references)


@dataclass(frozen=True, slots=True)
class Discard:
    """An image that is to go, and why."""

    image: StoredImage
    because: str


@dataclass(frozen=True, slots=True)
class Spent:
    """A volume that is to go, by the engine's name, and why."""

    volume: str
    because: str
