"""Beside the loop: when it looks, and what it does then."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable

from pullet.decide import Scene
from pullet.model.errors import Transient
from pullet.model.network import Network
from pullet.model.upkeep import Discard, Spent, StoredImage
from pullet.upkeep import OFTEN, SELDOM, Upkeep
from tests.decide.world import World, workload


class Shelf:
    """A storeroom that is only a list."""

    def __init__(self, *images: StoredImage) -> None:
        self.stored = {image.id: image for image in images}
        self.marked: list[str] = []
        self.networks: list[list[str]] = []
        self.emptied: list[Spent] = []
        self.open = threading.Event()
        self.open.set()
        self.fails = False

    def images(self) -> Collection[StoredImage]:
        if self.fails:
            raise Transient("the engine does not answer")
        return tuple(self.stored.values())

    def mark(self, needed: Iterable[str]) -> None:
        self.marked += needed

    def discard(self, one: Discard) -> None:
        del self.stored[one.image.id]

    def empty(self, one: Spent) -> None:
        self.emptied.append(one)

    def close_networks(self, needed: Iterable[Network]) -> None:
        self.open.wait(10)
        self.networks.append([network.name for network in needed])


def image(reference: str, needed: float = 0.0) -> StoredImage:
    return StoredImage(f"sha256:{reference}", frozenset({reference}), frozenset(), used=False, needed=needed)


def looks(upkeep: Upkeep, scene: Scene) -> None:
    upkeep.consider(scene)
    upkeep.stop(10)


def settled(world: World, *names: str) -> Scene:
    world.commit([workload(name, "web:1") for name in names])
    world.settle()
    world.clock.advance(60.0)  # so that nothing is left to be found out
    world.tick()
    return world.look()[0]


def test_what_is_needed_is_marked_and_the_rest_goes() -> None:
    """One look, beside the loop."""
    world, shelf = World(), Shelf(image("web:1"), image("web:0"))
    looks(Upkeep(shelf, 10.0, world.clock.now), settled(world, "web"))
    assert shelf.marked == ["sha256:web:1"]
    assert list(shelf.stored) == ["sha256:web:1"]
    assert shelf.networks == [["shop"]]


def test_images_stay_where_the_settings_say_so() -> None:
    """Networks go all the same: they cost nothing to make again."""
    world, shelf = World(), Shelf(image("web:0"))
    looks(Upkeep(shelf, None, world.clock.now), settled(world, "web"))
    assert list(shelf.stored) == ["sha256:web:0"]
    assert shelf.networks == [["shop"]]


def test_it_looks_again_when_something_changed_and_seldom_otherwise() -> None:
    """A tick may come many times a second."""
    world, shelf = World(), Shelf()
    upkeep = Upkeep(shelf, 10.0, world.clock.now)
    looks(upkeep, settled(world, "web"))
    world.clock.advance(OFTEN + 1)
    looks(upkeep, world.look()[0])
    assert len(shelf.networks) == 1
    looks(upkeep, settled(world, "web", "api"))
    looks(upkeep, world.look()[0])
    assert len(shelf.networks) == 2
    world.clock.advance(SELDOM + 1)
    looks(upkeep, world.look()[0])
    assert len(shelf.networks) == 3


def test_the_loop_never_waits_for_it() -> None:
    """A look that is not over is the only one."""
    world, shelf = World(), Shelf()
    upkeep = Upkeep(shelf, 10.0, world.clock.now)
    shelf.open.clear()
    upkeep.consider(settled(world, "web"))
    world.clock.advance(SELDOM + 1)
    upkeep.consider(world.look()[0])
    shelf.open.set()
    upkeep.stop(10)
    assert len(shelf.networks) == 1


def test_an_engine_that_is_away() -> None:
    """Puts it off."""
    world, shelf = World(), Shelf(image("web:0"))
    upkeep = Upkeep(shelf, 10.0, world.clock.now)
    shelf.fails = True
    looks(upkeep, settled(world, "web"))
    assert shelf.stored
    shelf.fails = False
    world.clock.advance(SELDOM + 1)
    looks(upkeep, world.look()[0])
    assert not shelf.stored
