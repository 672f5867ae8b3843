"""What comes before the first container of an instance, and the start itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pullet.decide.scene import Move, Scene
from pullet.model.placement import Instance
from pullet.model.plan import Start, Wait, pulls
from pullet.model.workload import RegistryLogin


def prepare(instance: Instance, logins: tuple[RegistryLogin, ...], scene: Scene) -> Iterator[Move]:
    """The images that must be on the engine before anything is stopped or started for this specification."""
    for pull in pulls(instance, logins=logins):
        if busy := scene.observed.busy.get(pull.key):
            yield Wait(instance.name, f"{pull.image}: {busy}")
        elif pull.key not in scene.observed.prepared:
            yield scene.unless_too_soon(pull)


def begin(start: Start, scene: Scene) -> Move:
    """The start, unless a port of the node that it needs is held."""
    if holder := scene.port_holder(start.target):
        return Wait(start.instance, f"a port of the node that it needs is held by {holder.instance}")
    return scene.unless_too_soon(start)


def with_images(start: Start, logins: tuple[RegistryLogin, ...], scene: Scene) -> Iterator[Move]:
    """The start, when its images are here."""
    yield from list(prepare(start.target, logins, scene)) or [begin(start, scene)]
