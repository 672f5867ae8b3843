"""The engine's events wake the loop."""

import pytest

from pullet.engine.docker_engine import DockerEngine
from pullet.model.errors import PulletError
from pullet.model.observed import Phase
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.images import BUSYBOX
from tests.lab.pods import instance, unique_node
from tests.lab.wait import eventually


def quiet(wake: Wake) -> None:
    """Until nothing has been said for a moment."""
    while wake.wait(0.3):
        pass


def test_a_killed_container_wakes_the_loop(hand: Hand, engine: LabEngine, wake: Wake) -> None:
    """And the next look sees it."""
    seen = hand.starts(instance())
    quiet(wake)
    engine.client.kill(seen.containers[0].id)
    assert wake.wait(10) == ("engine",)
    assert hand.container(instance().name).phase is Phase.EXITED


def test_a_command_in_a_container_wakes_nobody(
    hand: Hand, docker_engine: DockerEngine, engine: LabEngine, wake: Wake
) -> None:
    """An exec probe a second must not turn the loop; the pause that follows it does."""
    seen = hand.starts(instance()).containers[0]
    quiet(wake)
    docker_engine.run_check(seen.id, ("true",), 10)
    assert wake.wait(0.3) == ()
    engine.client.pause(seen.id)
    assert wake.wait(10) == ("engine",)


def test_a_network_that_is_left_by_hand_wakes_the_loop(hand: Hand, engine: LabEngine, wake: Wake) -> None:
    """Of a container of ours; who else leaves one is no matter."""
    ours = hand.starts(instance()).containers[0].id
    (network,) = engine.client.inspect_container(ours)["NetworkSettings"]["Networks"]
    strange = {"Image": BUSYBOX, "HostConfig": {"NetworkMode": network}}
    other = engine.client.create(strange, f"stranger-{network}")
    quiet(wake)
    engine.client.disconnect_container_from_network(other, network)
    engine.client.remove_container(other)
    assert wake.wait(0.3) == ()
    engine.client.disconnect_container_from_network(ours, network)
    assert wake.wait(10) == ("engine",)
    assert [one.trait for one in hand.container(instance().name).drift] == ["network"]


def test_the_engine_restarts(engine: LabEngine, wake: Wake) -> None:
    """Events are listened to again, and what is observed is what is."""
    if not engine.private:
        pytest.skip("only a private engine may be restarted")
    with unique_node(engine.client) as node:
        ours = DockerEngine(engine.url, node, wake)
        ours.start()
        hand = Hand(ours)
        before = hand.starts(instance()).containers[0]
        engine.stop()
        with pytest.raises(PulletError):
            ours.observe()
        quiet(wake)
        engine.start()
        assert wake.wait(10) == ("engine",)
        after = hand.waits_for(instance().name, Phase.RUNNING)
        assert after.id == before.id
        assert (after.started_at or 0) > (before.started_at or 0)
        quiet(wake)
        engine.client.kill(after.id)
        assert "engine" in wake.wait(10)
        eventually(lambda: hand.container(instance().name).phase is Phase.EXITED)
        ours.stop()


def test_listening_ends_at_once(docker_engine: DockerEngine, hand: Hand) -> None:
    """Stop does not wait for the next event."""
    hand.starts(instance())
    docker_engine.stop()
    assert not docker_engine._events._thread.is_alive()
