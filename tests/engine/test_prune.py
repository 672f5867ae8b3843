"""Images and networks that go when nothing needs them, and those that are nobody's business."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import docker.errors
import pytest

from pullet.engine import labels
from pullet.engine.client import Connection
from pullet.engine.docker_engine import DockerEngine
from pullet.engine.networks import Networks, network_name
from pullet.engine.pulled import Pulled
from pullet.engine.stock import Shelf
from pullet.engine.storeroom import Storeroom
from pullet.model.names import InstanceName
from pullet.model.network import Network
from pullet.model.plan import Pull, Start
from pullet.model.pod import Build, PullPolicy
from pullet.model.upkeep import Discard, StoredImage
from pullet.model.volumes import RepoPath
from pullet.model.workload import RegistryLogin
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.images import BUSYBOX, make_busybox, tag
from tests.lab.pods import instance
from tests.lab.registry import Registry, missing, private_registry
from tests.lab.wait import eventually

WEB = InstanceName.parse("shop/Deployment/web#0")


class Room:
    """An engine of which one directory is all that can be built."""

    def __init__(self, lab: LabEngine, hand: Hand, image: str, state: Path) -> None:
        self.lab, self.hand, self.image, self.state = lab, hand, image, state

    @property
    def store(self) -> Storeroom:
        return self.hand.engine.storeroom

    def builds(self) -> None:
        step = Pull(WEB, "0", self.image, PullPolicy.IF_NOT_PRESENT, "wanted", Build(RepoPath("app", "0")))
        assert self.hand.does(step, 60) is None

    def ours(self) -> StoredImage:
        (found,) = self.store.images()
        return found

    def is_here(self, image: str) -> bool:
        return self.lab.client.has_image(image)

    def networks(self, node: str) -> list[str]:
        rows = self.lab.client.networks(filters={"label": [f"{labels.NODE}={node}"]})
        return sorted(row["Name"] for row in rows)


@pytest.fixture
def room(engine: LabEngine, node: str, wake: Wake, tmp_path: Path) -> Iterator[Room]:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text(f"FROM {BUSYBOX}\nRUN echo {node} > /srv/node\n")
    shelf = Shelf(tmp_path / "state", tmp_path / "run", lambda _: tmp_path / "app")
    shelf.state.mkdir()
    ours = DockerEngine(engine.url, node, wake, shelf=shelf)
    image = f"pullet.test/{node}:1"
    yield Room(engine, Hand(ours), image, shelf.state)
    ours.stop()
    for name in (image, f"pullet.test/{node}:mine"):
        with suppress(docker.errors.ImageNotFound):
            engine.client.remove_image(name, force=True)


def test_an_image_that_this_agent_brought_goes(room: Room) -> None:
    """Remembered across restarts, taken away without force, and forgotten."""
    room.builds()
    found = room.ours()
    assert found.references == found.tags == {room.image}
    assert not found.used
    assert found.id in Pulled(room.state, lambda: 0.0).read()
    room.store.discard(Discard(found, "nothing needs it"))
    assert not room.is_here(room.image)
    assert room.is_here(BUSYBOX)
    assert not Pulled(room.state, lambda: 0.0).read()


def test_an_image_in_use_stays(room: Room) -> None:
    """Also of a container that is down; the engine has the last word, and that is no failure."""
    room.builds()
    room.hand.starts(instance(image=room.image))
    found = room.ours()
    assert found.used
    room.store.discard(Discard(found, "somebody thought so"))
    assert room.is_here(room.image)
    room.hand.removes(room.hand.sees(WEB))
    assert not room.ours().used


def test_an_image_that_was_here_before_is_not_ours(room: Room) -> None:
    """Where nothing had to be brought, nothing may be taken away."""
    assert room.hand.pulls(BUSYBOX) is None
    assert list(room.store.images()) == []


def test_an_image_with_a_strangers_name(room: Room) -> None:
    """Is told with all its names, so that it can be left; and one that somebody removed is forgotten."""
    room.builds()
    mine = room.image.replace(":1", ":mine")
    repository, _, version = mine.rpartition(":")
    room.lab.client.tag(room.image, repository, version)
    assert room.ours().tags == {room.image, mine}
    room.lab.client.remove_image(mine)
    room.lab.client.remove_image(room.image)
    assert list(room.store.images()) == []
    assert not Pulled(room.state, lambda: 0.0).read()


def test_a_network_that_nothing_needs_goes(room: Room, node: str) -> None:
    """When its last container is gone, and not while it is needed or one that is down would go back to it."""
    target = instance()
    seen = room.hand.starts(target)
    name = network_name(node, Network("shop"))
    room.store.close_networks([])
    assert room.networks(node) == [name]
    room.lab.client.kill(seen.containers[0].id)
    room.store.close_networks([])
    assert room.networks(node) == [name]
    room.hand.removes(room.hand.sees(WEB))
    room.store.close_networks([Network("shop")])
    assert room.networks(node) == [name]
    room.store.close_networks([])
    assert room.networks(node) == []


def test_a_strangers_container_keeps_a_network(room: Room, node: str) -> None:
    """Whoever made it, and whether it runs or not; another node's network is not looked at."""
    target = instance()
    room.hand.starts(target)
    room.hand.removes(room.hand.sees(WEB))
    name = network_name(node, Network("shop"))
    other = room.lab.client.create_network(
        f"pullet-other-{node}", labels={labels.NODE: f"other-{node}", labels.NAMESPACE: "shop"}
    )["Id"]
    stranger = room.lab.client.create({"Image": BUSYBOX, "HostConfig": {"NetworkMode": name}}, f"mine-{node}")
    try:
        room.store.close_networks([])
        assert room.networks(node) == [name]
        assert room.networks(f"other-{node}") == [f"pullet-other-{node}"]
    finally:
        room.lab.client.remove_container(stranger, force=True)
        room.lab.client.remove_network(other)
    room.store.close_networks([])
    assert room.networks(node) == []


def test_a_start_in_the_same_moment(room: Room, node: str) -> None:
    """The network that it was told of is gone: it is made again at the latest with the next try."""
    room.hand.starts(instance())
    room.hand.removes(room.hand.sees(WEB))
    for one in room.lab.client.networks(filters={"label": [f"{labels.NODE}={node}"]}):
        room.lab.client.remove_network(one["Id"])  # so that the agent still knows it

    def started() -> bool:
        return room.hand.does(Start(instance(), "c0ffee", "wanted")) is None

    eventually(started, 20, "it starts")
    assert room.networks(node) == [network_name(node, Network("shop"))]


def test_a_network_that_was_named_exactly_stays(room: Room, node: str, engine: LabEngine) -> None:
    """Somebody else may know it by that name."""
    exact = Network(f"front-{node}", exact=True)
    connection = Connection(engine.url)
    Networks(connection, node).ensure(exact)
    room.store.close_networks([])
    assert room.networks(node) == [exact.name]
    connection.renew()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    if packages := missing():
        pytest.skip(f"apt-get install {packages}")
    with private_registry(tmp_path) as running:
        yield running


def test_what_was_pulled_is_ours_and_what_it_led_to_before_is_not(
    room: Room, node: str, registry: Registry
) -> None:
    """An image whose content was here already stays whose it was, whatever name it was pulled by."""
    client, name = room.lab.client, f"{registry.address}/team/{node}:1"
    login = {"username": registry.username, "password": registry.password}
    logins = (RegistryLogin(registry.address, registry.username, registry.password),)
    pull = Pull(WEB, "0", name, PullPolicy.ALWAYS, "wanted", logins=logins)
    try:
        client.push(tag(client, name), auth_config=login)
        client.remove_image(name)
        assert room.hand.does(pull) is None
        assert list(room.store.images()) == []
        client.remove_image(name)
        make_busybox(client, name, (f"LABEL only={node}",))
        client.push(name, auth_config=login)
        client.remove_image(name)
        assert room.hand.does(replace(pull, hash="1")) is None
        assert room.ours().references == {name}
        room.store.discard(Discard(room.ours(), "nothing needs it"))
        assert not room.is_here(name)
    finally:
        if client.has_image(name):
            client.remove_image(name, force=True)
