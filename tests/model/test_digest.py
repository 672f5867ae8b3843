from dataclasses import dataclass, field, replace

from pullet.model.digest import digest
from pullet.model.limits import Resources
from pullet.model.names import WorkloadName
from pullet.model.network import NetworkOf
from pullet.model.pod import Container, EnvVar, Pod, Port
from pullet.model.probe import Exec, HttpGet, Probe, TcpSocket

POD = Pod(
    (
        Container(
            "web",
            "web:1",
            env=(EnvVar("A", "b"),),
            ports=(Port(80, host=8080),),
            resources=Resources(memory_limit=1 << 20),
            readiness=Probe(HttpGet("/", 80)),
        ),
    ),
    labels={"app": "web"},
)


def test_the_hash_of_a_specification_does_not_change_with_pullet() -> None:
    """If this fails, an upgrade of the agent replaces every container of the fleet."""
    assert POD.digest() == "59ff64ce482588f6"


def test_the_name_of_a_lender_keeps_its_hash_too() -> None:
    """Names are tuples by now; what was made when they were none is not replaced for that."""
    assert digest(NetworkOf(WorkloadName("shop", "Service", "db"))) == "f796be2b48d3af76"


def test_every_field_counts() -> None:
    """What forces a recreation changes the hash."""
    web = POD.containers[0]
    variants = {
        replace(POD, grace=5).digest(),
        replace(POD, labels={"app": "api"}).digest(),
        replace(POD, containers=(replace(web, image="web:2"),)).digest(),
        replace(POD, containers=(replace(web, args=()),)).digest(),
        replace(POD, containers=(replace(web, readiness=Probe(TcpSocket(80))),)).digest(),
        replace(POD, containers=(replace(web, readiness=Probe(Exec(("true",)))),)).digest(),
        replace(POD, containers=(replace(web, env=(EnvVar("A", "b", secret=True),)),)).digest(),
        POD.digest(),
    }
    assert len(variants) == 8


def test_the_order_of_labels_does_not_count() -> None:
    """A mapping is a mapping."""
    one, other = {"a": "1", "b": "2"}, {"b": "2", "a": "1"}
    assert replace(POD, labels=one).digest() == replace(POD, labels=other).digest()


def test_a_field_that_is_added_with_a_default_changes_nothing() -> None:
    """So that a newer agent takes over what an older one made."""

    @dataclass(frozen=True)
    class Thing:
        name: str

    old = digest(Thing("a"))

    @dataclass(frozen=True)
    class Thing:  # type: ignore[no-redef]
        name: str
        size: int = 0
        marks: tuple[str, ...] = ()
        notes: dict[str, str] = field(default_factory=dict)

    assert digest(Thing("a")) == old
    assert digest(Thing("a", size=1)) != old  # type: ignore[call-arg]
