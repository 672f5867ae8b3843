"""The same is true of the real engine and of its fake."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pullet.model.names import InstanceName, WorkloadName
from pullet.model.observed import UNNAMED, Incarnation, Phase, Role
from pullet.model.placement import Instance
from pullet.model.plan import Mend, Pull, Remove, Revive, Start, Stop
from pullet.model.pod import Port, PullPolicy, Restart
from pullet.model.probe import Exec, Probe
from pullet.testing.script import Crash
from tests.lab.git_servers import free_port
from tests.lab.pods import container, of
from tests.lab.worlds import (
    ABSENT,
    BRIEF,
    COMMANDS,
    CRASHING,
    GOOD,
    LACKING,
    MOMENT,
    MOVING,
    Fake,
    Real,
    World,
    real_world,
    running,
    several,
)

WEB = InstanceName.parse("shop/Deployment/web#0")


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        yield Fake()
    else:
        with real_world(request.getfixturevalue("engine")) as real:
            yield real


def started(world: World, target: Instance) -> Incarnation:
    """Started without a failure."""
    assert world.does(Start(target, "c0ffee", "wanted")) is None
    seen = world.sees(target.name)
    assert seen is not None
    return seen


def test_what_is_started_runs_and_is_seen(world: World) -> None:
    """With its specification, policy and ports, and no restarts so far."""
    target = running(GOOD, ports=(Port(80, host=free_port(), host_ip="127.0.0.1"),))
    seen = started(world, target)
    assert (seen.instance, seen.hash, seen.commit, seen.path) == (WEB, target.hash, "c0ffee", "web.yaml")
    assert (seen.restart, seen.host_ports) == (Restart.ALWAYS, target.pod.host_ports)
    (container,) = seen.containers
    assert (container.name, container.image, container.phase) == ("app", GOOD, Phase.RUNNING)
    assert (container.restarts, container.finished_at) == (0, None)
    assert container.started_at is not None
    assert container.address


def test_what_counts_when_nobody_declares_it_any_more(world: World) -> None:
    """It is seen on the containers: what the workload came after, and that it stays; and when they were made."""
    db = WorkloadName("shop", "StatefulSet", "db")
    seen = started(world, replace(running(GOOD), after=(db,), kept=True))
    assert (seen.after, seen.kept) == ((db,), True)
    (container,) = seen.containers
    assert container.created_at is not None
    assert container.created_at <= (container.started_at or 0)
    plain = started(world, running(GOOD, "shop/Deployment/web#1"))
    assert (plain.after, plain.kept) == ((), False)


def test_what_runs_is_started_anew(world: World) -> None:
    """Where it is marked as cut off: the same container, a new process."""
    seen = started(world, running(GOOD))
    (before,) = seen.containers
    marked = replace(seen, containers=(replace(before, stranded=True),))
    world.does(Revive(marked, "what it depends on was replaced"))
    (after,) = world.until_phase(WEB, Phase.RUNNING).containers
    assert after.id == before.id
    assert (after.started_at or 0) > (before.started_at or 0)


def test_a_step_in_flight_is_busy(world: World) -> None:
    """With its verb, until it ended."""
    step = Start(running(GOOD), "c0ffee", "wanted")
    world.apply([step])
    assert world.observe().busy == {step.key: "being started"}
    world.until(lambda: not world.observe().busy, "the start ends")


def test_starting_again_changes_nothing(world: World) -> None:
    """One container, from the same moment on."""
    assert started(world, running(GOOD)) == started(world, running(GOOD))


def test_two_specifications_stand_side_by_side(world: World) -> None:
    """While one replaces the other, there are two incarnations of the instance."""
    started(world, running(GOOD))
    started(world, running(GOOD, working_dir="/tmp"))
    assert len({one.hash for one in world.observe().incarnations if one.instance == WEB}) == 2


def test_a_removed_one_is_gone(world: World) -> None:
    """And removing it again is fine."""
    seen = started(world, running(GOOD))
    for _ in range(2):
        assert world.does(Remove(seen, "not wanted")) is None
        assert world.sees(WEB) is None


def test_a_stopped_one_stays_down_for_good(world: World) -> None:
    """It stands to be looked at, never restarts by itself, and stopping it again is fine."""
    for name, image in (("shop/Job/good#0", GOOD), ("shop/Job/bad#0", CRASHING)):
        seen = started(world, running(image, name, restart=Restart.ON_FAILURE))
        for _ in range(2):
            assert world.does(Stop(seen, "its time is over")) is None
        down = world.until_phase(seen.instance, Phase.EXITED)
        assert down.restart is Restart.NEVER


def test_a_pod_of_several_stops_as_a_whole(world: World) -> None:
    """With what served it, and its network."""
    seen = whole(world, several())
    assert world.does(Stop(seen, "its time is over")) is None
    down = world.sees(seen.instance)
    assert down is not None
    assert {one.phase for one in down.containers} == {Phase.EXITED}


def test_a_crash_is_healed_by_the_engine_and_counted(world: World) -> None:
    """Again and again, with a pause in between that is shown as restarting."""
    world.does(Start(running(CRASHING), "c0ffee", "wanted"))
    world.until_phase(WEB, Phase.RESTARTING)

    def restarted() -> bool:
        seen = world.sees(WEB)
        return seen is not None and seen.containers[0].restarts >= 3

    world.until(restarted, "three restarts")


def test_a_pod_that_never_restarts_stays_down(world: World) -> None:
    """With its exit code and the time it ended."""
    world.does(Start(running(CRASHING, restart=Restart.NEVER), "c0ffee", "wanted"))
    (container,) = world.until_phase(WEB, Phase.EXITED).containers
    assert (container.exit_code, container.restarts) == (3, 0)
    assert container.finished_at is not None


def test_a_killed_one_stays_down_until_it_is_revived(world: World) -> None:
    """Somebody who kills a container through the engine tells it not to restart it."""
    seen = started(world, running(GOOD))
    world.kill(seen)
    down = world.until_phase(WEB, Phase.EXITED)
    assert down.containers[0].exit_code == 137
    attempt = world.does(Revive(down, "it was killed"))
    assert attempt is not None
    assert (attempt.count, attempt.error) == (1, "")
    (container,) = world.until_phase(WEB, Phase.RUNNING).containers
    assert container.id == seen.containers[0].id
    assert container.restarts == 0


def test_a_paused_one_is_revived(world: World) -> None:
    """From the same start."""
    seen = started(world, running(GOOD))
    world.pause(seen)
    paused = world.until_phase(WEB, Phase.PAUSED)
    world.does(Revive(paused, "it was paused"))
    assert world.until_phase(WEB, Phase.RUNNING).containers[0].started_at == seen.containers[0].started_at


def test_one_that_runs_is_stopped_and_started(world: World) -> None:
    """The same container in another process, which the engine has not restarted."""
    seen = started(world, running(GOOD, liveness=Probe(Exec(("true",)))))
    attempt = world.does(Revive(seen, "its liveness probe fails"))
    assert attempt is not None
    assert (attempt.count, attempt.error) == (1, "")
    (before,) = seen.containers
    (after,) = world.until_phase(WEB, Phase.RUNNING).containers
    assert (after.id, after.restarts, after.liveness) == (before.id, 0, before.liveness)
    assert (after.started_at or 0) > (before.started_at or 0)
    assert world.does(Revive(seen, "too late: it was started anew since")) is not None
    assert world.until_phase(WEB, Phase.RUNNING).containers == (after,)


def test_one_that_never_restarts_is_only_stopped(world: World) -> None:
    """Its exit code says what came of it."""
    seen = started(world, running(GOOD, restart=Restart.NEVER))
    world.does(Revive(seen, "its liveness probe fails"))
    (down,) = world.until_phase(WEB, Phase.EXITED).containers
    assert down.finished_at is not None
    assert down.started_at == seen.containers[0].started_at


def test_in_a_pod_of_several_only_one_is_started_anew(world: World) -> None:
    """The others and what holds their network run on."""
    seen = whole(world, several())
    a = next(one for one in seen.containers if one.name == "a")
    world.does(Revive(replace(seen, containers=(a,)), "its liveness probe fails"))
    world.until(lambda: "a" in _running(world), "it runs")
    after = world.sees(WEB)
    assert after is not None
    changed = {one.name for one in after.containers if one not in seen.containers}
    assert changed == {"a"}


def test_one_removed_behind_our_back_cannot_be_revived(world: World) -> None:
    """It is not seen any more, and the attempt says so."""
    seen = started(world, running(GOOD))
    world.remove_behind_our_back(seen)
    world.until(lambda: world.sees(WEB) is None, "gone")
    attempt = world.does(Revive(seen, "too late"))
    assert attempt is not None
    assert attempt.error


def test_a_command_that_the_image_lacks(world: World) -> None:
    """The start is refused; the container stands, created and not started."""
    failed = world.does(Start(running(LACKING), "c0ffee", "wanted"))
    assert failed is not None
    assert failed.refused
    assert world.until_phase(WEB, Phase.CREATED).containers[0].started_at is None


def test_a_host_port_that_is_held(world: World) -> None:
    """The second waits, created, and gets it when the first is gone."""
    ports = (Port(80, host=free_port(), host_ip="127.0.0.1"),)
    first = started(world, running(GOOD, ports=ports))
    second = running(GOOD, "shop/Deployment/web#1", ports=ports)
    failed = world.does(Start(second, "c0ffee", "wanted"))
    assert failed is not None
    assert not failed.refused
    world.until_phase(second.name, Phase.CREATED)
    world.does(Remove(first, "not wanted"))
    assert started(world, second).containers[0].phase is Phase.RUNNING


def test_images_that_are_here_and_that_are_not(world: World) -> None:
    """A pull prepares; a pull that fails is an attempt and prepares nothing."""
    assert world.pulls(GOOD) is None
    failed = world.pulls(ABSENT)
    assert failed is not None
    assert world.observe().prepared == {f"image {GOOD}"}


def test_a_start_without_its_image(world: World) -> None:
    """Is worth another try after a pull, and leaves nothing behind."""
    failed = world.does(Start(running(ABSENT), "c0ffee", "wanted"))
    assert failed is not None
    assert not failed.refused
    assert world.sees(WEB) is None


def test_what_is_to_be_done_after_the_start_fails(world: World) -> None:
    """Then it has not started: it is stopped, and the engine does not start it again."""
    target = running(GOOD, post_start=Exec(("sh", "-c", "exit 3")))
    failed = world.does(Start(target, "c0ffee", "wanted"))
    assert failed is not None
    assert "exit code 3" in failed.error
    down = world.until_phase(WEB, Phase.EXITED)
    again = world.does(Revive(down, "it is down"))
    assert again is not None
    assert "exit code 3" in again.error
    assert world.until_phase(WEB, Phase.EXITED).containers[0].restarts == 0


def test_an_image_is_told_by_its_id(world: World) -> None:
    """Of what a reference led to when the container was made, whatever it leads to by now."""
    (first,) = started(world, running(MOVING)).containers
    world.moves(MOVING)
    (second,) = started(world, running(MOVING, "shop/Deployment/web#1")).containers
    assert first.image == second.image == MOVING
    assert first.image_id.startswith("sha256:")
    assert first.image_id != second.image_id


def test_an_image_that_is_fixed(world: World) -> None:
    """A container is made from the id, although the reference leads elsewhere, and says what was declared."""
    (first,) = started(world, running(MOVING)).containers
    world.moves(MOVING)
    fixed = replace(running(MOVING, "shop/Deployment/web#1"), images={MOVING: first.image_id})
    (second,) = started(world, fixed).containers
    assert (second.image, second.image_id) == (MOVING, first.image_id)


def test_an_image_that_is_fixed_and_gone(world: World) -> None:
    """Then it is what the reference leads to now: an id cannot be had back, and something has to run."""
    fixed = replace(running(GOOD), images={GOOD: f"sha256:{'0' * 64}"})
    (container,) = started(world, fixed).containers
    assert container.image == GOOD
    assert container.image_id not in fixed.images.values()


def test_a_pull_of_what_is_fixed(world: World) -> None:
    """Asks no registry while the id is on the engine, even where the policy is to ask always."""
    (first,) = started(world, running(GOOD)).containers
    fixed = Pull(WEB, "", ABSENT, PullPolicy.ALWAYS, "", fixed=first.image_id)
    assert world.does(fixed) is None
    failed = world.does(replace(fixed, fixed=f"sha256:{'0' * 64}"))
    assert failed is not None


def test_the_engine_restarts(world: World) -> None:
    """What always runs comes back with the engine, counted anew; what never restarts and what was killed stays down."""
    if isinstance(world, Real) and not world.lab.private:
        pytest.skip("only a private engine may be restarted")
    always = started(world, running(GOOD))
    never = started(world, running(GOOD, "shop/Pod/once#0", restart=Restart.NEVER))
    killed = started(world, running(GOOD, "shop/Pod/killed#0"))
    world.kill(killed)
    world.until_phase(killed.instance, Phase.EXITED)
    stopped = started(world, running(CRASHING, "shop/Job/stopped#0", restart=Restart.ON_FAILURE))
    assert world.does(Stop(stopped, "its time is over")) is None
    world.engine_restart()
    (back,) = world.until_phase(WEB, Phase.RUNNING).containers
    assert (back.id, back.restarts) == (always.containers[0].id, 0)
    assert (back.started_at or 0) >= (always.containers[0].started_at or 0)
    world.until_phase(never.instance, Phase.EXITED)
    world.until_phase(killed.instance, Phase.EXITED)
    world.until_phase(stopped.instance, Phase.EXITED)


def whole(world: World, target: Instance) -> Incarnation:
    """Started as often as the planner would ask for it, until all of its main containers run."""

    def complete() -> bool:
        assert world.does(Start(target, "c0ffee", "wanted")) is None
        seen = world.sees(target.name)
        return seen is not None and all(
            any(one.name == name and one.phase is Phase.RUNNING for one in seen.containers)
            for name in seen.mains
        )

    world.until(complete, "all run")
    seen = world.sees(target.name)
    assert seen is not None
    return seen


def test_a_pod_of_several_containers(world: World) -> None:
    """A sandbox, what prepares, what serves and the main ones: each with its role, and no word of the sandbox's own."""
    seen = whole(world, several())
    roles = {one.name: (one.role, one.phase) for one in seen.containers}
    assert roles == {
        "POD": (Role.SANDBOX, Phase.RUNNING),
        "first": (Role.INIT, Phase.EXITED),
        "helper": (Role.SIDECAR, Phase.RUNNING),
        "a": (Role.MAIN, Phase.RUNNING),
        "b": (Role.MAIN, Phase.RUNNING),
    }
    assert seen.mains == ("a", "b")
    assert whole(world, several()) == seen


def test_what_prepares_holds_up_the_rest(world: World) -> None:
    """A start goes as far as it can, and is no failure; who fails is restarted by the engine."""
    target = several(CRASHING)
    assert world.does(Start(target, "c0ffee", "wanted")) is None
    seen = world.sees(target.name)
    assert seen is not None
    assert {one.name for one in seen.containers} == {"POD", "first"}
    assert seen.mains == ("a", "b")

    def restarted() -> bool:
        found = world.sees(target.name)
        return found is not None and any(one.restarts for one in found.containers)

    world.until(restarted, "a restart")


def test_a_pod_of_several_goes_as_a_whole(world: World) -> None:
    """Nothing of it is left."""
    assert world.does(Remove(whole(world, several()), "not wanted")) is None
    assert world.sees(WEB) is None


def test_a_pod_of_several_is_revived_as_a_whole(world: World) -> None:
    """Killed containers run again, the sandbox before who shares its network."""
    target = several()
    target = of(replace(target.pod, init=target.pod.init[1:]))
    seen = whole(world, target)
    world.kill(seen)
    world.until(lambda: not _running(world), "all are down")
    down = world.sees(WEB)
    assert down is not None
    world.does(Revive(down, "it was killed"))
    assert _running(world) == {"POD", "helper", "a", "b"}
    again = world.sees(WEB)
    assert again is not None
    assert not any(one.stranded for one in again.containers)


def _phase_of_first(world: World) -> Phase:
    seen = world.sees(WEB)
    assert seen is not None
    return next(one.phase for one in seen.containers if one.name == "first")


def test_what_was_prepared_is_lost_with_the_sandbox(world: World) -> None:
    """Then its init container is dead, whatever else runs, so that the pod is made anew and it runs again."""
    seen = whole(world, several())
    world.kill(seen)
    world.until(lambda: not _running(world), "all are down")
    assert _phase_of_first(world) is Phase.DEAD
    served = tuple(one for one in seen.containers if one.role is not Role.INIT)
    world.does(Revive(replace(seen, containers=served), "it was killed"))
    assert _phase_of_first(world) is Phase.DEAD
    assert world.does(Remove(seen, "it is dead")) is None
    whole(world, several())
    assert _phase_of_first(world) is Phase.EXITED


def test_what_was_prepared_for_who_ended_for_good_stays(world: World) -> None:
    """Nothing runs a second time where a pod had done its work before its sandbox went."""
    made = several()
    work = container(name="a", image=BRIEF, command=COMMANDS[BRIEF])
    target = of(replace(made.pod, containers=(work,), init=made.pod.init[:1], restart=Restart.NEVER))

    def done() -> bool:
        assert world.does(Start(target, "c0ffee", "wanted")) is None
        seen = world.sees(WEB)
        return seen is not None and any(
            one.name == "a" and one.phase is Phase.EXITED for one in seen.containers
        )

    if isinstance(world, Fake):
        world.engine.script.crashes[BRIEF] = Crash(MOMENT, 0)
    world.until(done, "its work is done")
    seen = world.sees(WEB)
    assert seen is not None
    world.kill(seen)
    world.until(lambda: not _running(world), "the sandbox is down")
    assert _phase_of_first(world) is Phase.EXITED


def test_a_pod_of_several_whose_init_image_is_gone(world: World) -> None:
    """Is worth another try after a pull."""
    failed = world.does(Start(several(ABSENT), "c0ffee", "wanted"))
    assert failed is not None
    assert not failed.refused


def _running(world: World) -> set[str]:
    seen = world.sees(WEB)
    return {one.name for one in seen.containers if one.phase is Phase.RUNNING} if seen else set()


def traits(world: World) -> list[str]:
    seen = world.sees(WEB)
    return [one.trait for container in seen.containers for one in container.drift] if seen else []


def test_what_was_changed_by_hand_is_seen_and_mended_in_place(world: World) -> None:
    """In the container that lives on; like a restart, it is told as tried."""
    target = running(GOOD)
    before = started(world, target)
    world.rename(before)
    world.until(lambda: traits(world) == ["name"], "seen")
    seen = world.sees(WEB)
    assert seen is not None
    attempt = world.does(Mend(seen, target, "it was renamed"))
    assert attempt is not None
    assert (attempt.count, attempt.error) == (1, "")
    after = started(world, target)
    assert traits(world) == []
    assert [one.id for one in after.containers] == [one.id for one in before.containers]


@pytest.mark.parametrize("target", [running(GOOD), several()], ids=["one", "several"])
def test_what_is_made_without_its_names_takes_them_when_it_is_mended(world: World, target: Instance) -> None:
    """It says that it lacks them, and keeps its containers."""
    assert world.does(Start(target, "c0ffee", "wanted", unnamed=True)) is None
    world.until(lambda: traits(world) == [UNNAMED], "it lacks them")
    before = world.sees(WEB)
    assert before is not None
    world.does(Mend(before, target, "its turn has come"))
    world.until(lambda: traits(world) == [], "it has them")
    after = world.sees(WEB)
    assert after is not None
    assert [one.id for one in after.containers] == [one.id for one in before.containers]
    assert Phase.DEAD not in {one.phase for one in after.containers}


def test_what_cannot_be_mended_goes_with_the_container(world: World) -> None:
    """A new one of the same specification is as it was asked for."""
    target = running(GOOD)
    before = started(world, target)
    world.limit(before)
    world.until(lambda: traits(world) == ["PidsLimit"], "seen")
    world.does(Mend(before, target, "it has a limit"))
    assert traits(world) == ["PidsLimit"]
    assert world.does(Remove(before, "made anew")) is None
    started(world, target)
    assert traits(world) == []
