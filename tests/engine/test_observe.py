"""What exists on the engine."""

import pytest
import structlog

from pullet.engine import labels
from pullet.engine.changes import Changes
from pullet.engine.client import Connection
from pullet.engine.docker_engine import DockerEngine
from pullet.engine.drift import Ways
from pullet.engine.observe import Observer, timestamp
from pullet.model.observed import Phase
from pullet.model.pod import Port, Restart
from pullet.model.probe import Probe, TcpSocket
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.images import BUSYBOX
from tests.lab.pods import drawn, instance
from tests.lab.proxy import tapped
from tests.lab.wait import eventually


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T02:00:01.123456789+02:00", 1.123456),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_times_of_the_engine(text: str, seconds: float | None) -> None:
    """Seconds since the epoch, to the microsecond; the engine's zero time is none."""
    assert timestamp(text) == seconds


def test_what_is_started_is_observed(hand: Hand) -> None:
    """The whole incarnation is read back from the engine alone."""
    probe = Probe(TcpSocket(80), period=1)
    target = instance(readiness=probe, restart=Restart.ON_FAILURE, ports=(Port(80, 39181, "127.0.0.1"),))
    seen = hand.starts(target)
    assert (seen.instance, seen.hash, seen.commit, seen.path) == (
        target.name,
        target.hash,
        "c0ffee",
        "web.yaml",
    )
    assert (seen.restart, seen.host_ports) == (Restart.ON_FAILURE, target.pod.host_ports)
    (container,) = seen.containers
    assert (container.name, container.image, container.phase) == ("app", BUSYBOX, Phase.RUNNING)
    assert (container.readiness, container.restarts, container.finished_at) == (probe, 0, None)
    assert container.address.startswith(("10.", "172.", "192."))
    assert container.started_at is not None


def test_another_node_on_the_same_engine_is_not_seen(hand: Hand, engine: LabEngine) -> None:
    """The label of the node is the scope of ownership."""
    hand.starts(instance())
    other = DockerEngine(engine.url, "somebody-else", Wake())
    assert other.observe().incarnations == ()
    other.stop()


def test_nothing_changed_is_one_call_and_no_inspection(engine: LabEngine, node: str) -> None:
    """While the events are listened to, a look at an idle engine is one list."""
    with tapped(engine.url) as tap:
        ours = DockerEngine(tap.url, node, Wake())
        ours.start()
        hand = Hand(ours)
        for ordinal in range(3):
            hand.starts(instance(f"shop/Deployment/web#{ordinal}"))

        def requests_of_a_look() -> list[str]:
            before = len(tap.requests)
            ours.observe()
            return tap.since(before)

        eventually(lambda: requests_of_a_look() == ["GET /containers/json"], what="one list and no more")
        victim = hand.container(instance().name)
        engine.client.kill(victim.id)
        eventually(lambda: any(victim.id in request for request in requests_of_a_look()), what="inspected")
        assert hand.container(instance().name).phase is Phase.EXITED
        ours.stop()


def test_without_events_every_look_inspects(engine: LabEngine, node: str) -> None:
    """Nothing is trusted that nobody watches: `once` and `plan` see the truth without a listener."""
    with tapped(engine.url) as tap:
        ours = DockerEngine(tap.url, node, Wake())
        Hand(ours).starts(instance())
        before = len(tap.requests)
        ours.observe()
        assert len(tap.since(before)) == 2
        ours.stop()


def test_labels_that_are_not_understood_are_ignored_with_one_warning(
    docker_engine: DockerEngine, engine: LabEngine, node: str
) -> None:
    """A container that claims to be ours and is not is never touched, and said once."""
    marks = {labels.NODE: node, labels.INSTANCE: "nonsense"}
    body = {"Image": BUSYBOX, "Labels": marks, "HostConfig": {"NetworkMode": "none"}}
    engine.client.create(body, f"stranger-{node}")
    with structlog.testing.capture_logs() as logs:
        assert docker_engine.observe().incarnations == ()
        assert docker_engine.observe().incarnations == ()
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == [
        "container_not_understood"
    ]


def test_what_is_being_made_is_looked_at_when_it_runs_or_nobody_is_at_it(
    engine: LabEngine, node: str
) -> None:
    """As if the look had been a moment earlier: so a start costs one inspection."""
    target = instance()
    engine.client.create(
        drawn(target, node).body | {"HostConfig": {"NetworkMode": "none"}, "NetworkingConfig": {}},
        f"made-{node}",
    )
    observer = Observer(Connection(engine.url), node, Changes(), Ways())
    assert observer.look({str(target.name)}) == ()
    assert [one.instance for one in observer.look()] == [target.name]
    assert [one.instance for one in observer.look({str(target.name)})] == [target.name]


def test_a_life_whose_lack_of_memory_the_engine_missed(hand: Hand, engine: LabEngine, node: str) -> None:
    """What starved a moment ago and was killed again has starved again; what is only killed has not."""
    changes = Changes()
    connection = Connection(engine.url, 10)
    observer = Observer(connection, node, changes, Ways())
    (one,), (other,) = (
        hand.starts(instance(name)).containers for name in ("shop/Deployment/web#0", "shop/Deployment/web#1")
    )
    changes.ran_out_of_memory(one.id)
    for each in (one, other):
        engine.client.kill(each.id)
    eventually(
        lambda: (
            {row["State"] for row in engine.client.containers(all=True, filters={"id": [one.id, other.id]})}
            == {"exited"}
        ),
        10,
        "both have ended",
    )
    killed = {each.id: each for seen in observer.look() for each in seen.containers}
    assert (killed[one.id].oom_killed, killed[other.id].oom_killed) == (True, False)
    connection.renew()
