"""A new specification proves itself, or the last good one comes back."""

from __future__ import annotations

from dataclasses import replace

from pullet.model.errors import Refused, Transient
from pullet.model.memory import Memory, Words
from pullet.model.names import InstanceName
from pullet.model.observed import Answer
from pullet.model.replacement import Recreate, Rolling, Share
from pullet.model.report import Report, State
from pullet.model.verdict import Record
from pullet.model.workload import Workload
from pullet.testing.fake_images import id_of
from pullet.testing.script import Crash, Reached
from tests.decide.world import World, workload

WEB = "shop/Deployment/web"
FIRST = InstanceName.parse(f"{WEB}#0")


def settled(*first: Workload) -> World:
    """A world in which these are proven."""
    world = World()
    world.commit(first)
    assert world.settle(60).state is State.CONVERGED
    world.clock.advance(30)
    world.tick()
    return world


def record(world: World) -> Record:
    return world.memory.records[WEB]


def images(world: World) -> list[str]:
    return sorted(one.containers[0].image for one in world.observe().incarnations)


def because(report: Report) -> str:
    failed = report.workloads[WEB].failed
    assert failed is not None
    return failed.because


def test_what_stays_up_is_good() -> None:
    """Commit, hash and image ids are remembered."""
    world = settled(workload("web", "web:1", replicas=2))
    good = record(world).good
    assert good is not None
    assert good.commit == world.desired.revision.commit
    assert {(name, good.hash) for name, _ in world.wanted()} == world.standing()
    assert good.images == {"web:1": id_of("web:1")}


def test_never_ready() -> None:
    """After the deadline, and not before; the old one served all the time."""
    world = settled(workload("web", "web:1", probed=True))
    world.engine.script.answers["web:2"] = Answer(ready=False, message="GET / answered 503")
    world.commit([replace(workload("web", "web:2", probed=True), progress_deadline=100)])
    assert world.settle(90).state in (State.PROGRESSING, State.DEGRADED)
    assert images(world) == ["web:1", "web:2"]
    report = world.settle(20)
    assert (report.state, report.ready) == (State.ROLLED_BACK, 1)
    assert images(world) == ["web:1"]
    assert because(report) == "no progress for 100 s: not ready for more than 60 s: GET / answered 503"


def test_a_crash_loop() -> None:
    """Does not wait for the deadline."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["web:2"] = Crash(0.5, 3)
    world.commit([workload("web", "web:2")])
    report = world.settle(60)
    assert report.state is State.ROLLED_BACK
    assert "restarted" in because(report)
    assert "exit code 3" in because(report)
    assert images(world) == ["web:1"]


def test_an_image_that_is_not_there() -> None:
    """Stops nothing, and after the deadline it is given up."""
    world = settled(workload("web", "web:1"))
    world.engine.script.unpullable["web:2"] = Refused("no such tag")
    world.commit([replace(workload("web", "web:2"), progress_deadline=50)])
    assert world.settle(30).state is State.DEGRADED
    report = world.settle(40)
    assert report.state is State.ROLLED_BACK
    assert because(report).startswith("no progress for 50 s: pull failed")
    assert images(world) == ["web:1"]


def test_a_slow_pull_is_not_judged() -> None:
    """What is in flight may take as long as it takes."""
    world = settled(workload("web", "web:1"))
    world.engine.script.pulling["web:2"] = 500
    world.commit([replace(workload("web", "web:2"), progress_deadline=50)])
    assert world.settle(700).state is State.CONVERGED
    assert images(world) == ["web:2"]


def test_the_first_release_has_nothing_to_go_back_to() -> None:
    """It is tried for ever, and that is not well."""
    world = World()
    world.engine.script.crashes["web:1"] = Crash(0.5)
    world.commit([workload("web", "web:1")])
    assert world.settle(900).state is State.DEGRADED
    assert images(world) == ["web:1"]
    world.engine.script.crashes.clear()
    assert world.settle(900).state is State.CONVERGED


def test_a_bad_commit_right_after_the_first() -> None:
    """The first one had no time to prove itself before, and does so beside what fails."""
    world = World()
    world.commit([workload("web", "web:1", replicas=2)])
    assert world.settle(60).state is State.CONVERGED
    assert record(world).good is None
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([workload("web", "web:2", replicas=2)])
    assert world.settle(60).state is State.ROLLED_BACK
    assert images(world) == ["web:1", "web:1"]


def test_what_failed_is_not_tried_again() -> None:
    """Other commits do not change that; another specification does, and so does a person."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([workload("web", "web:2")])
    world.settle(60)
    world.engine.script.crashes.clear()
    world.commit([workload("web", "web:2"), workload("api", "api:1")])
    assert world.settle(300).state is State.ROLLED_BACK
    world.words = Words(retried={WEB: world.clock.now()})
    assert world.settle(60).state is State.CONVERGED
    assert images(world) == ["api:1", "web:2"]


def test_the_next_specification_is_tried_at_once() -> None:
    """Failures of the one before do not count."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([workload("web", "web:2")])
    world.settle(60)
    world.commit([workload("web", "web:3")])
    assert world.settle(60).state is State.CONVERGED
    world.commit([workload("web", "web:2")])
    assert world.settle(60).state is State.ROLLED_BACK
    assert images(world) == ["web:3"]


def test_a_revert_is_converged() -> None:
    """What is declared is what runs."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([workload("web", "web:2")])
    world.settle(60)
    world.commit([workload("web", "web:1")])
    assert world.settle(60).state is State.CONVERGED


def test_back_to_the_same_image_although_its_tag_moved_on() -> None:
    """All of the old were gone, and the registry is away: the id is what counts."""
    world = settled(replace(workload("web", "web:1"), replacement=Recreate()))
    before = world.observe().incarnations[0].containers[0].image_id
    world.engine.images.add("web:1", "something else")
    world.engine.script.unpullable["web:1"] = Refused("the registry is away")
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([replace(workload("web", "web:2"), replacement=Recreate())])
    assert world.settle(120).state is State.ROLLED_BACK
    assert [one.containers[0].image_id for one in world.observe().incarnations] == [before]


def test_in_the_middle_of_many() -> None:
    """The first that fails stops the rollout, and those that had been replaced go back."""
    one_by_one = Rolling(Share(1), Share(0))
    world = settled(replace(workload("web", "web:1", replicas=3), replacement=one_by_one))
    world.commit([replace(workload("web", "web:2", replicas=3), replacement=one_by_one)])
    while len(images(world)) < 4 or images(world).count("web:2") < 2:
        world.tick()
        world.clock.advance(0.5)
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.engine.crash(FIRST)
    assert world.settle(120).state is State.ROLLED_BACK
    assert images(world) == ["web:1"] * 3


def test_an_agent_that_dies_after_the_verdict() -> None:
    """The ledger has it; nothing bad is tried again."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([workload("web", "web:2")])
    while record(world).failed is None:
        world.tick()
        world.clock.advance(0.5)
    world.engine.agent_death(lambda _: Reached.NOTHING)
    assert world.settle(60).state is State.ROLLED_BACK
    assert images(world) == ["web:1"]


def test_a_ledger_that_is_lost() -> None:
    """What serves when the new one comes is taken for good: its own labels say which commit has it."""
    world = settled(workload("web", "web:1"))
    world.memory = Memory()
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([workload("web", "web:2")])
    assert world.settle(60).state is State.ROLLED_BACK


def test_a_ledger_that_is_lost_after_a_rollback() -> None:
    """What came back says which commit has it, and not at which one it came; so it comes back once more."""
    world = settled(replace(workload("web", "web:1"), replacement=Recreate()))
    good = world.desired.revision.commit
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([replace(workload("web", "web:2"), replacement=Recreate())])
    for memory in (world.memory, Memory()):
        world.memory = memory
        assert world.settle(120).state is State.ROLLED_BACK
        assert images(world) == ["web:1"]
        assert [one.commit for one in world.observe().incarnations] == [good]
        world.clock.advance(30)


def test_a_rollout_may_stop_instead() -> None:
    """As Compose's failure_action: pause asks: nothing goes back, and nothing goes on."""
    world = settled(workload("web", "web:1", replicas=2))
    world.engine.script.crashes["web:2"] = Crash(0.5)
    world.commit([replace(workload("web", "web:2", replicas=2), on_failure="pause")])
    report = world.settle(300)
    assert report.state is State.DEGRADED
    assert "its rollout stopped" in report.message
    assert "web:2" in images(world)
    assert images(world).count("web:1") >= 1


def test_a_paused_agent_judges_nothing() -> None:
    """Time that passes while it may do nothing is not held against anybody."""
    world = settled(workload("web", "web:1", probed=True))
    world.engine.script.answers["web:2"] = Answer(ready=False)
    world.commit([replace(workload("web", "web:2", probed=True), progress_deadline=100)])
    world.settle(50)
    world.words = Words(paused="moving house")
    world.settle(500)
    world.words = Words()
    assert world.settle(50).state is not State.ROLLED_BACK
    assert world.settle(100).state is State.ROLLED_BACK


def test_ready_for_long_enough() -> None:
    """With minReadySeconds the old one stays until the new one has been ready for so long."""
    world = settled(workload("web", "web:1"))
    world.commit([replace(workload("web", "web:2"), min_ready=40)])
    world.settle(35)
    assert images(world) == ["web:1", "web:2"]
    assert world.settle(60).state is State.CONVERGED
    assert images(world) == ["web:2"]


def test_an_image_that_came_for_another_is_missed_no_more() -> None:
    """What failed before is no reason to give up what only has to stay up by now."""
    world = settled(workload("web", "web:1"))
    world.engine.script.unpullable["web:2"] = Refused("web:2 is not there")
    world.commit([replace(workload("web", "web:2"), min_ready=60, progress_deadline=40)])
    world.settle(20)
    del world.engine.script.unpullable["web:2"]
    web = world.declared[0]
    world.commit([web, workload("api", "web:2")])
    states = [world.settle(1).state for _ in range(100)]
    assert State.ROLLED_BACK not in states
    assert states[-1] is State.CONVERGED


def test_what_has_been_prepared_in_the_end_is_no_crash_loop() -> None:
    """However often its init container failed before: what comes after it is judged by itself."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["tool:1"] = Crash(0.1, 1)
    slow = replace(workload("web", "web:2", init=("tool:1",)), on_failure="pause", min_ready=90)
    world.commit([slow])
    assert "its init container init-0" in because(world.settle(100))
    del world.engine.script.crashes["tool:1"]
    world.settle(40)
    world.words = Words(retried={WEB: world.clock.now()})
    assert world.settle(100).state is State.CONVERGED


def test_what_failed_and_came_to_work_after_all_is_good() -> None:
    """Where it was left as it is, and something newer came after it."""
    world = settled(workload("web", "web:1"))
    world.engine.script.crashes["web:2"] = Crash(0.1, 1)
    second = replace(workload("web", "web:2"), on_failure="pause", replacement=Recreate())
    world.commit([second])
    assert world.settle(60).state is State.DEGRADED
    del world.engine.script.crashes["web:2"]
    world.settle(200)
    world.commit([replace(workload("web", "web:3"), on_failure="pause")])
    world.tick()
    good = record(world).good
    assert good is not None
    assert (good.hash, record(world).failed) == (second.pod.digest(), None)
    world.settle(60)
    world.commit([second])
    assert world.settle(60).state is State.CONVERGED


def test_a_failure_that_something_else_keeps_from_being_repeated() -> None:
    """How long it has to wait for what it needs is not held against it, though its last start failed."""
    db = workload("db", "db:1", probed=True)
    world = settled(db, workload("web", "web:1", after=("db ready",)))
    world.commit([db, replace(workload("web", "web:2", after=("db ready",)), progress_deadline=20)])
    world.settle(1)
    world.engine.images.discard("web:2")
    world.engine.script.answers["db:1"] = Answer(ready=False, message="503")
    world.settle(0.5)
    assert [one.error for one in world.observe().attempts.values()] == [
        "image web:2 is not on the engine any more"
    ]
    world.engine.script.answers["db:1"] = Answer(ready=False, message="503")
    states = {world.settle(1).state for _ in range(90)}
    assert State.ROLLED_BACK not in states
    del world.engine.script.answers["db:1"]
    assert world.settle(60).state is State.CONVERGED
    assert images(world) == ["db:1", "web:2"]


def test_a_failure_from_before_somebody_asked_is_forgotten() -> None:
    """Until it is tried again, nothing speaks against it."""
    db = workload("db", "db:1", probed=True)
    world = settled(db, workload("web", "web:1", after=("db ready",)))
    world.engine.script.unstartable["web:2"] = Transient("no space left on device")
    world.commit([db, workload("web", "web:2", after=("db ready",))])
    world.settle(3)
    assert "no space left" in world.look()[2].headline
    world.engine.script.answers["db:1"] = Answer(ready=False, message="503")
    world.words = Words(retried={WEB: world.clock.now()})
    assert "no space left" not in str(world.look()[2])
