"""Which incarnations a person means by a name."""

from __future__ import annotations

import pytest

from pullet.cli.targets import matching, spots, workload_meant_by
from pullet.model.errors import Refused
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import Incarnation, ObservedContainer, Phase, Role
from pullet.model.pod import Restart


def incarnation(name: str, *containers: ObservedContainer) -> Incarnation:
    return Incarnation(InstanceName.parse(name), "1a2b", "c0ffee", "web.yaml", Restart.ALWAYS, containers)


def container(name: str, role: Role = Role.MAIN) -> ObservedContainer:
    return ObservedContainer(id=name, name=name, image="web:1", phase=Phase.RUNNING, role=role)


NAMES = (
    "shop/Deployment/web#0",
    "shop/Deployment/web#1",
    "test/Deployment/web#0",
    "shop/StatefulSet/db#0",
    "shop/Pod/once#0",
)
STANDING = tuple(incarnation(name, container("app")) for name in NAMES)


def meant(target: str) -> list[str]:
    return [str(one.instance) for one in matching(target, STANDING, "edge-1")]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("shop/Deployment/web", NAMES[:2]),
        ("shop/deployment/web", NAMES[:2]),
        ("shop/web", NAMES[:2]),
        ("shop/Deployment/web#1", NAMES[1:2]),
        ("shop/web-1", NAMES[1:2]),
        ("web#1", NAMES[1:2]),
        ("db", NAMES[3:4]),
        ("statefulset/db", NAMES[3:4]),
        ("db-0", NAMES[3:4]),
        ("once", NAMES[4:5]),
    ],
)
def test_names(target: str, expected: tuple[str, ...]) -> None:
    """Whole, or shorter where that is clear; a kind in whatever case."""
    assert meant(target) == list(expected)


@pytest.mark.parametrize("target", ["web", "deployment/web", "web#0"])
def test_what_may_be_several_is_not_guessed(target: str) -> None:
    """The candidates are named."""
    with pytest.raises(Refused, match="may be several") as refused:
        meant(target)
    assert "shop/Deployment/web" in refused.value.hint
    assert "test/Deployment/web" in refused.value.hint


def test_what_does_not_run_here() -> None:
    """What does is listed, each workload once."""
    with pytest.raises(Refused, match="nothing on edge-1 is called api") as refused:
        meant("api")
    assert refused.value.hint == (
        "here: shop/Deployment/web, test/Deployment/web, shop/StatefulSet/db, shop/Pod/once"
    )


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("statefulset/dbs", "did you mean shop/StatefulSet/db?"),
        ("shop/Deployment/wbe", "did you mean shop/Deployment/web?"),
        ("shop/web#7", "here: shop/Deployment/web#0, shop/Deployment/web#1"),
    ],
)
def test_a_slip(target: str, hint: str) -> None:
    """What was probably meant is named."""
    with pytest.raises(Refused, match="nothing on edge-1 is called") as refused:
        meant(target)
    assert refused.value.hint == hint


def test_a_node_that_runs_a_lot() -> None:
    """The first are enough to see how names are written."""
    many = tuple(incarnation(f"shop/Pod/p{number}#0", container("app")) for number in range(200))
    with pytest.raises(Refused) as refused:
        matching("zebra", many, "edge-1")
    assert refused.value.hint.endswith("shop/Pod/p9 and 190 more")


def test_an_instance_stands_for_its_workload() -> None:
    """Whichever it is, also one that does not stand."""
    names = [WorkloadName("shop", "Deployment", "web"), WorkloadName("shop", "StatefulSet", "db")]
    assert workload_meant_by("web#3", names, "edge-1") == names[0]
    assert workload_meant_by("shop/StatefulSet/db#0", names, "edge-1") == names[1]


def test_containers() -> None:
    """All but the sandbox; a name that none has is answered with those that there are."""
    pod = incarnation("shop/Pod/once#0", container("POD", Role.SANDBOX), container("app"), container("log"))
    assert [str(spot) for spot in spots([pod], None)] == ["shop/Pod/once#0/app", "shop/Pod/once#0/log"]
    assert [spot.container.name for spot in spots([pod], "log")] == ["log"]
    with pytest.raises(Refused, match=r"no container api \(its containers: app, log\)"):
        spots([pod], "api")
