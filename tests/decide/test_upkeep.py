"""What a node needs, and which images it needs no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pullet.decide import needed, superfluous
from pullet.model.catalog import Unreadable
from pullet.model.image import familiar
from pullet.model.lifetime import Finite, Scheduled
from pullet.model.names import WorkloadName
from pullet.model.network import Network
from pullet.model.observed import Role
from pullet.model.upkeep import Needed, StoredImage
from pullet.model.verdict import Good, Record
from tests.decide.world import World, workload

NOTHING = Needed(frozenset(), frozenset(), ())
DAY = 86400.0
KEEP = 7 * DAY
NOW = 100 * DAY
OLD = StoredImage("sha256:1", frozenset({"web:1"}), frozenset({"web:1"}), used=False, needed=NOW - 8 * DAY)


def goes(image: StoredImage, what: Needed = NOTHING, keep: float = KEEP) -> list[str]:
    return [one.because for one in superfluous([image], what, NOW, keep)]


def test_what_nothing_has_needed_for_long_goes() -> None:
    """The reason says for how long."""
    assert goes(OLD) == ["nothing has needed it for 8 days"]
    assert goes(replace(OLD, tags=frozenset())) == ["nothing has needed it for 8 days"]
    assert goes(replace(OLD, needed=NOW - 30), keep=0) == ["nothing has needed it for 30 s"]


@pytest.mark.parametrize(
    ("image", "what"),
    [
        (replace(OLD, used=True), NOTHING),
        (replace(OLD, needed=NOW - 6 * DAY), NOTHING),
        (OLD, replace(NOTHING, references=frozenset({"web:1"}))),
        (OLD, replace(NOTHING, ids=frozenset({"sha256:1"}))),
        (replace(OLD, tags=frozenset({"web:1", "mine:1"})), NOTHING),
        (replace(OLD, needed=NOW + DAY), NOTHING),
    ],
    ids=["used", "young", "declared", "good", "named by somebody else", "of a clock that was set back"],
)
def test_what_stays(image: StoredImage, what: Needed) -> None:
    """Whatever its age."""
    assert goes(image, what) == []


@pytest.mark.parametrize(
    ("reference", "listed"),
    [
        ("web", "web:latest"),
        ("docker.io/library/web:1", "web:1"),
        ("docker.io/team/web", "team/web:latest"),
        ("localhost:5000/web", "localhost:5000/web:latest"),
        ("registry.example:5000/team/web:2", "registry.example:5000/team/web:2"),
        ("web:1@sha256:0", ""),
    ],
)
def test_how_an_engine_lists_a_reference(reference: str, listed: str) -> None:
    """Only then is it known whether a tag is one of ours."""
    assert familiar(reference) == listed


def test_what_is_declared_here_is_needed() -> None:
    """Its images with those of init containers, what a rollback would start, and its network."""
    world = World()
    world.commit([workload("web", "web:1", init=("web:2",))])
    world.settle()
    world.clock.advance(60.0)  # by then it has proven itself
    scene = world.look()[0]
    (image,) = {one.image_id for one in world.observe().incarnations[0].containers if one.role is Role.MAIN}
    what = needed(scene)
    assert what is not None
    assert what.references == {"web:1", "web:2"}
    assert image in what.ids
    assert what.networks == (Network("shop"),)


def test_what_was_good_is_needed_while_another_is_tried() -> None:
    """Also where no container of it stands any more."""
    world = World()
    world.commit([workload("web", "web:2")])
    scene = world.look()[0]
    good = Record(good=Good("h", "c", 0.0, {"web:1": "sha256:1"}))
    what = needed(replace(scene, memory=replace(scene.memory, records={"shop/Deployment/web": good})))
    assert what is not None
    assert what.ids == {"sha256:1"}


def test_what_comes_at_its_times_is_needed_in_between() -> None:
    """Nothing of a CronJob stands most of the time."""
    world = World()
    world.commit([replace(workload("report", "web:3"), lifetime=Scheduled("@daily", Finite()))])
    what = needed(world.look()[0])
    assert what is not None
    assert what.references == {"web:3"}


def test_nothing_goes_while_not_all_is_known() -> None:
    """Absence of information never deletes."""
    world = World()
    assert needed(world.look()[0]) is None
    world.commit([workload("web", "web:1")])
    scene = world.look()[0]
    catalog = scene.desired.catalog
    for unknown in (
        replace(catalog, unreadable=(Unreadable("a.yaml", "{"),)),
        replace(catalog, refused=frozenset({WorkloadName("shop", "Deployment", "api")})),
    ):
        assert needed(replace(scene, desired=replace(scene.desired, catalog=unknown))) is None
