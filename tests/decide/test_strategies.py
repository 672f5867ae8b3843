"""Blue/green, canaries and delays, whole, on the fake engine with the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pullet.decide import Scene
from pullet.decide.canary import questions
from pullet.decide.health import health
from pullet.decide.naming import is_nameless
from pullet.model.inspection import Inspected, Query
from pullet.model.memory import Memory, Words
from pullet.model.names import InstanceName
from pullet.model.observed import Answer, Observed
from pullet.model.plan import Plan, Remove, Start
from pullet.model.replacement import BlueGreen, Canary, CanaryStep, Replacement, Rolling, Share
from pullet.model.report import Report, State
from pullet.model.workload import Workload
from pullet.testing.script import Crash, Reached
from tests.decide.world import World, workload

WEB = "shop/Deployment/web"
FIRST = InstanceName.parse(f"{WEB}#0")
CHECK = Query("http://127.0.0.1:9090/api/v1/query?query=errors")
STEPS = (
    CanaryStep(Share(1)),
    CanaryStep(Share(50, percent=True), pause=300),
    CanaryStep(Share(75, percent=True), manual=True),
)


class Asked(World):
    """With an answer to every canary's check."""

    said = Inspected(passed=True)

    def observe(self) -> Observed:
        observed = super().observe()
        scene = Scene(self.desired, observed, self.clock.now())
        return replace(observed, inspected=dict.fromkeys(questions(scene), self.said))


def settled(how: Replacement, replicas: int = 4, watch: Callable[..., None] = lambda *_: None) -> Asked:
    """A node on which web:1 stands and has proven itself, and web:2 was just committed."""
    node = Asked(watch)
    release(node, "web:1", how, replicas)
    assert node.settle(60).state is State.CONVERGED
    node.clock.advance(30)
    node.tick()
    release(node, "web:2", how, replicas)
    return node


def release(node: World, image: str, how: Replacement, replicas: int = 4) -> None:
    node.commit([shaped(image, how, replicas)])


def shaped(image: str, how: Replacement, replicas: int) -> Workload:
    return workload("web", image, replicas=replicas, replacement=how, probed=True)


def images(node: World) -> list[str]:
    return sorted(one.containers[0].image for one in node.observe().incarnations)


def promote(node: World) -> None:
    node.words = Words(promoted={WEB: node.clock.now()})


def waits(plan: Plan) -> str:
    return "; ".join(sorted({wait.because for wait in plan.waits}))


def test_blue_green_holds_a_whole_new_set_beside_the_old() -> None:
    """At some time both stand whole; then the old go in one tick."""
    removals: list[int] = []
    most = 0

    def watch(scene: Scene, plan: Plan, _: Report) -> None:
        nonlocal most
        most = max(most, len(scene.observed.incarnations))
        removals.extend(
            [len(gone)] if (gone := [one for one in plan.steps if isinstance(one, Remove)]) else []
        )

    node = settled(BlueGreen(), watch=watch)
    assert node.settle(60).state is State.CONVERGED
    assert (most, removals, images(node)) == (8, [4], ["web:2"] * 4)


def nameless(node: World) -> list[str]:
    return [one.containers[0].image for one in node.observe().incarnations if is_nameless(one)]


def test_a_green_set_has_no_names_before_it_is_promoted() -> None:
    """Nobody reaches it by the name of a Service; and the old go only when it has them."""

    def watch(scene: Scene, plan: Plan, _: Report) -> None:
        if any(isinstance(step, Remove) for step in plan.steps):
            assert not any(map(is_nameless, scene.observed.incarnations))

    node = settled(BlueGreen(manual=True), watch=watch)
    assert node.settle(60).state is State.HELD
    assert nameless(node) == ["web:2"] * 4
    promote(node)
    assert node.settle(60).state is State.CONVERGED
    assert nameless(node) == []


def test_an_agent_that_dies_while_names_change() -> None:
    """What left its network comes back to it, also where changes by hand are only reported."""
    node = settled(BlueGreen(manual=True))
    node.desired = replace(node.desired, drift="report")
    node.settle(60)
    promote(node)
    node.tick()
    node.engine.agent_death(lambda _: Reached.HALF)
    assert node.settle(60).state is State.CONVERGED
    assert nameless(node) == []
    assert images(node) == ["web:2"] * 4


def test_what_replaces_nothing_any_more_takes_its_names_at_once() -> None:
    """Nobody else answers to them."""
    node = settled(BlueGreen(manual=True))
    node.settle(60)
    for name in "0123":
        for one in node.observe().incarnations:
            if one.instance.ordinal == name and one.containers[0].image == "web:1":
                node.engine.apply([Remove(one, "by hand")])
    report = node.settle(60)
    assert (report.state, nameless(node), images(node)) == (State.CONVERGED, [], ["web:2"] * 4)


def test_nothing_old_goes_while_one_of_the_new_is_not_ready() -> None:
    """However many of them are."""
    node = settled(BlueGreen())
    while images(node) != ["web:1"] * 4 + ["web:2"] * 4:
        node.tick()
        node.clock.advance(0.1)
    node.engine.script.answers["web:2"] = Answer(ready=False, message="503")
    for _ in range(50):
        _, plan, _ = node.tick()
        assert not any(isinstance(step, Remove) for step in plan.steps)
        node.clock.advance(0.5)
    assert "the old ones stay until" in waits(plan) or "503" in waits(plan)


def test_blue_green_waits_for_a_person() -> None:
    """Held, so that nobody waits for ever; and a word that was said before does not count."""
    node = settled(BlueGreen(manual=True))
    promote(node)
    report = node.settle(120)
    assert (report.state, report.message) == (State.HELD, f"{WEB}: waits for pullet promote {WEB}")
    assert images(node) == ["web:1"] * 4 + ["web:2"] * 4
    promote(node)
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:2"] * 4


def test_a_word_for_one_specification_promotes_no_other() -> None:
    """The next release waits for a word of its own."""
    node = settled(BlueGreen(manual=True))
    node.settle(60)
    promote(node)
    node.settle(60)
    release(node, "web:3", BlueGreen(manual=True))
    assert node.settle(60).state is State.HELD
    assert images(node) == ["web:2"] * 4 + ["web:3"] * 4


def test_promoted_in_git() -> None:
    """By the hash of what is promoted, in a commit of its own, that touches no container."""
    node = settled(BlueGreen(manual=True))
    wanted = node.desired.assignments[0].instances[0].hash
    assert node.settle(60).state is State.HELD
    release(node, "web:2", BlueGreen(manual=True, promoted="0000000"))
    assert node.settle(60).state is State.HELD
    release(node, "web:2", BlueGreen(manual=True, promoted=wanted[:8]))
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:2"] * 4


def test_a_green_set_that_fails_goes_and_the_old_one_never_noticed() -> None:
    """The old containers are the ones that stood before."""
    node = settled(BlueGreen())
    before = {one.containers[0].id for one in node.observe().incarnations}
    node.engine.script.crashes["web:2"] = Crash(0.5)
    node.engine.script.answers["web:2"] = Answer(ready=False, message="503")
    assert node.settle(120).state is State.ROLLED_BACK
    assert {one.containers[0].id for one in node.observe().incarnations} == before


def test_the_first_release_has_nothing_to_be_held_beside() -> None:
    """No step, no pause and no word."""
    for how in (BlueGreen(manual=True), Canary(STEPS, CHECK)):
        node = World()
        release(node, "web:1", how)
        assert node.settle(30).state is State.CONVERGED


def test_a_canary_step_by_step() -> None:
    """One, half after no pause, three quarters after five minutes, all after a word."""
    node = settled(Canary(STEPS, CHECK))
    report = node.settle(100)
    assert report.state is State.PROGRESSING
    assert images(node) == ["web:1"] * 2 + ["web:2"] * 2
    assert "canary step 2 of 3: 2 of 4 to run" in report.message
    assert "pause until 1970-" in report.message
    report = node.settle(400)
    assert (report.state, images(node)) == (State.HELD, ["web:1"] + ["web:2"] * 3)
    assert f"waits for pullet promote {WEB}" in report.message
    promote(node)
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:2"] * 4


def test_a_canary_never_takes_from_what_serves() -> None:
    """One more than wanted at most, and never less that are ready."""

    def watch(scene: Scene, _: Plan, __: Report) -> None:
        standing = scene.observed.incarnations
        ready = {one.instance for one in standing if health(one, scene.observed, scene.now).good}
        if scene.desired.revision.commit.endswith("2"):
            assert len(standing) <= 5
            assert len(ready) == 4

    node = settled(Canary((CanaryStep(Share(1), pause=20),)), watch=watch)
    assert node.settle(120).state is State.CONVERGED


def test_a_canary_that_restarts_once_goes_back() -> None:
    """However well it is afterwards."""
    node = settled(Canary(STEPS))
    node.settle(100)
    node.engine.crash(InstanceName.parse(f"{WEB}#0"))
    report = node.settle(60)
    assert report.state is State.ROLLED_BACK
    assert "restarted once" in report.message
    assert images(node) == ["web:1"] * 4


def test_a_canary_whose_check_fails_goes_back() -> None:
    """Three of four have never been touched."""
    node = settled(Canary(STEPS, CHECK))
    before = {one.containers[0].id for one in node.observe().incarnations if one.instance.ordinal != "0"}
    node.said = Inspected(passed=False)
    assert node.settle(100).state is State.PROGRESSING
    assert images(node).count("web:2") == 1
    node.said = Inspected(passed=False, failed=True, message="GET /errors answered 0.2, which is not < 0.05")
    report = node.settle(60)
    assert report.state is State.ROLLED_BACK
    assert "the canary's check failed: GET /errors answered 0.2" in report.message
    assert before < {one.containers[0].id for one in node.observe().incarnations}


def test_a_canary_that_is_never_ready_goes_back() -> None:
    """After the deadline, as everywhere."""
    node = settled(Canary(STEPS))
    node.engine.script.answers["web:2"] = Answer(ready=False, message="503")
    assert node.settle(700).state is State.ROLLED_BACK
    assert images(node) == ["web:1"] * 4


def test_a_single_instance_has_its_old_one_beside_it_through_all_steps() -> None:
    """There is something to go back to as long as it is being judged."""
    node = settled(Canary((CanaryStep(Share(1), pause=300),)), replicas=1)
    assert node.settle(200).state is State.PROGRESSING
    assert images(node) == ["web:1", "web:2"]
    assert node.settle(200).state is State.CONVERGED
    assert images(node) == ["web:2"]


def test_what_goes_missing_beyond_the_step_is_not_made_new() -> None:
    """A canary stays as small as it was asked to be."""
    node = settled(Canary(STEPS))
    node.settle(100)
    node.engine.remove_behind_our_back(InstanceName.parse(f"{WEB}#3"))
    node.settle(20)
    assert images(node) == ["web:1"] + ["web:2"] * 2
    node.settle(300)
    promote(node)
    assert node.settle(60).state is State.CONVERGED


@pytest.mark.parametrize("how", [BlueGreen(), Canary(STEPS)], ids=["blue-green", "canary"])
@pytest.mark.parametrize("reached", Reached)
def test_an_agent_that_dies_anywhere(how: Replacement, reached: Reached) -> None:
    """What stands tells how far it got."""
    node = settled(how)
    for number in range(60):
        node.tick()
        if number % 3:
            node.engine.agent_death(lambda _: reached)
        node.clock.advance(0.7)
    for _ in range(3):
        node.settle(400)
        promote(node)
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:2"] * 4


def test_two_that_cannot_stand_side_by_side() -> None:
    """The old one stops first, and the plan says why."""
    node = World()
    for image in ("web:1", "web:2"):
        node.commit([workload("web", image, host_port=8080, replacement=BlueGreen())])
        said = []
        for _ in range(100):
            _, plan, report = node.tick()
            said += [step.because for step in plan.steps]
            node.clock.advance(0.2)
        assert report.state is State.CONVERGED
    assert any("needs a port of the node that this one holds, so the old stops first" in one for one in said)


def test_a_delay_between_two() -> None:
    """Counted from when the last one became ready."""
    node = settled(Rolling(Share(1), Share(0), delay=60))
    node.settle(30)
    assert images(node) == ["web:1"] * 3 + ["web:2"]
    _, plan, _ = node.look()
    assert "comes 60 s after the last one was ready" in waits(plan)
    node.settle(60)
    assert images(node) == ["web:1"] * 2 + ["web:2"] * 2
    assert node.settle(200).state is State.CONVERGED


def test_a_canary_that_fell_is_forgiven_when_somebody_asks() -> None:
    """Where it was left as it is: how often it fell before is no matter then, only whether it does again."""
    world = World()
    how = Canary((CanaryStep(Share(1)),))
    world.commit([replace(workload("web", "web:1", replicas=2, replacement=how), on_failure="pause")])
    world.settle(60)
    world.engine.script.crashes["web:2"] = Crash(3.0, 1)
    world.commit([replace(workload("web", "web:2", replicas=2, replacement=how), on_failure="pause")])
    assert world.settle(60).state is State.DEGRADED
    del world.engine.script.crashes["web:2"]
    world.settle(120)
    world.words = Words(retried={"shop/Deployment/web": world.clock.now()})
    assert world.settle(200).state is State.CONVERGED


@pytest.mark.parametrize("how", [Canary(STEPS), BlueGreen(manual=True)], ids=["canary", "blue-green"])
def test_a_revert_in_the_middle_goes_back_at_once(how: Replacement) -> None:
    """Nobody has to promote what served all the time, and no step of it is tried."""
    node = settled(how)
    assert node.settle(400).state is State.HELD
    assert len(set(images(node))) == 2
    release(node, "web:1", how)
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:1"] * 4


def test_the_way_back_of_a_canary_is_open_without_a_ledger() -> None:
    """Its last old one is not kept for a way back before the others have come."""
    how = Canary((CanaryStep(Share(1)), CanaryStep(Share(2), manual=True)))
    node = settled(how, replicas=2)
    assert node.settle(60).state is State.HELD
    node.memory = Memory()
    release(node, "web:1", how, replicas=2)
    assert node.settle(60).state in (State.HELD, State.CONVERGED)
    promote(node)
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:1"] * 2


def test_a_canary_that_fell_just_before_somebody_asks_is_forgiven() -> None:
    """That the engine starts it again after that is no new fall."""
    node = settled(Canary((CanaryStep(Share(1), pause=30),)), replicas=2)
    node.settle(5)
    node.engine.crash(FIRST)
    node.words = Words(retried={WEB: node.clock.now()})
    assert node.settle(120).state is State.CONVERGED
    assert images(node) == ["web:2"] * 2


def test_what_is_left_of_an_earlier_rollout_takes_no_room_from_the_green_set() -> None:
    """Of two old ones that do not serve one goes, although the newest waits for the others of its set."""
    node = settled(BlueGreen(), replicas=2)
    node.engine.images.add("web:2")
    node.engine.apply([Start(node.desired.assignments[0].instances[0], "", "an earlier rollout")])
    node.clock.advance(1)
    node.engine.kill(FIRST)
    release(node, "web:3", BlueGreen(), replicas=2)
    assert node.settle(60).state is State.CONVERGED
    assert images(node) == ["web:3"] * 2
