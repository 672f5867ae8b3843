"""Volumes that go with their workload: only where that was said last, and where nothing is unknown."""

from __future__ import annotations

from dataclasses import replace

from pullet.decide import needed
from pullet.decide.shedding import FORGOTTEN
from pullet.model.catalog import Unreadable
from pullet.model.memory import Memory
from pullet.model.volumes import Mount, NamedVolume
from pullet.model.workload import Fixed, Prune, Workload
from tests.decide.world import World, workload

DATA = "pullet-edge-1-shop-data"


def storing(name: str, prune: Prune = "volumes", *volumes: NamedVolume) -> Workload:
    """What keeps data, in the volume `shop-data` where no other is given."""
    one = workload(name, "db:1")
    (container,) = one.pod.containers
    mounts = tuple(Mount(volume, "/data") for volume in volumes or (NamedVolume("shop-data"),))
    return replace(one, prune=prune, pod=replace(one.pod, containers=(replace(container, mounts=mounts),)))


def settled(*declared: Workload) -> World:
    world = World()
    world.commit(declared)
    world.settle(60)
    return world


def going(world: World) -> list[str]:
    """What a look after the next tick may remove."""
    world.tick()
    what = needed(world.look()[0])
    return sorted(one.volume for one in what.spent) if what else []


def test_it_goes_with_the_last_container() -> None:
    """And not before; the plan says so when the container goes."""
    world = settled(storing("db"), workload("web", "web:1"))
    assert going(world) == []
    world.commit([workload("web", "web:1")])
    (step,) = world.look()[1].steps
    assert step.because.endswith(f"; its volumes go with it: {DATA}")
    assert going(world) == []
    world.settle(60)
    assert going(world) == [DATA]


def test_it_stays_where_nobody_asked() -> None:
    """Also where that was said once, and another thing was said later."""
    world = settled(storing("db", "true"))
    world.commit([])
    world.settle(60)
    assert going(world) == []
    world = settled(storing("db"))
    world.commit([storing("db", "true")])
    world.settle(60)
    world.commit([])
    world.settle(60)
    assert going(world) == []


def test_it_stays_while_something_else_is_declared_to_use_it() -> None:
    """Whatever that says of its own volumes, and wherever it runs."""
    world = settled(storing("db"), replace(storing("other", "true"), node_selector={"role": "elsewhere"}))
    world.commit(world.declared[1:])
    world.settle(60)
    assert going(world) == []
    world.commit([])
    world.settle(60)
    assert going(world) == [DATA]


def test_absence_of_information_never_deletes() -> None:
    """A file that cannot be read may declare anything, and a ledger that was lost has nothing to say."""
    world = settled(storing("db"))
    world.commit([])
    world.settle(60)
    unread = replace(world.desired.catalog, unreadable=(Unreadable("x.yaml", "?"),))
    world.desired, known = replace(world.desired, catalog=unread), world.desired
    assert going(world) == []
    world.desired = known
    assert going(world) == [DATA]
    world.memory = Memory()
    assert going(world) == []


def test_each_instance_has_its_own_and_what_is_external_is_nobodys() -> None:
    """An instance that was scaled away left one, too."""
    own, strange = NamedVolume("shop-own", per_instance=True), NamedVolume("strange", external=True)
    world = settled(replace(storing("db", "volumes", own, strange), count=Fixed(2)))
    world.commit([storing("db", "volumes", own, strange)])
    world.settle(60)
    assert going(world) == []
    world.commit([])
    world.settle(60)
    assert going(world) == ["pullet-edge-1-shop-own-db-0", "pullet-edge-1-shop-own-db-1"]


def test_it_is_not_remembered_for_ever() -> None:
    """What has been in use all the time is left to people."""
    world = settled(storing("db"))
    world.commit([])
    world.settle(60)
    assert world.memory.shed
    world.clock.advance(FORGOTTEN)
    assert going(world) == []
    assert not world.memory.shed
