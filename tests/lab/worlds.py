"""The real engine and its fake under the same words, for tests that hold the two together."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from pullet.engine.docker_engine import DockerEngine
from pullet.model.errors import Refused, Transient
from pullet.model.names import InstanceName
from pullet.model.observed import Attempt, Drift, Incarnation, Observed, Phase
from pullet.model.placement import Instance
from pullet.model.plan import Pull, Step
from pullet.model.pod import Pod, PullPolicy, Restart
from pullet.testing.clock import VirtualClock
from pullet.testing.fake_engine import FakeEngine
from pullet.testing.script import Crash, Script
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.images import BUSYBOX, tag
from tests.lab.pods import SLEEP, container, instance, of, unique_node
from tests.lab.wait import eventually

GOOD = BUSYBOX
CRASHING = "pullet.test/crashing:1"  # ends with 3, a moment after each start
LACKING = "pullet.test/lacking:1"  # does not hold the command
ABSENT = "127.0.0.1:1/absent:1"  # cannot be pulled
BRIEF = "pullet.test/brief:1"  # ends well, a moment after each start
MOVING = "pullet.test/moving:1"  # as the good one, and leads elsewhere after `moves`
MOMENT = 0.05

COMMANDS = {
    GOOD: SLEEP,
    CRASHING: ("sh", "-c", f"sleep {MOMENT}; exit 3"),
    LACKING: ("/no/such/thing",),
    BRIEF: ("sleep", str(MOMENT)),
    ABSENT: SLEEP,
    MOVING: SLEEP,
}


def running(image: str, name: str = "shop/Deployment/web#0", **fields: object) -> Instance:
    """An instance of one of the images above, which behaves as its image's name says."""
    return instance(name, image=image, command=COMMANDS[image], **fields)  # type: ignore[arg-type]


def several(first: str = BRIEF) -> Instance:
    """A pod of an init container of this image, a sidecar and two main ones."""
    return of(
        Pod(
            (container(name="a"), container(name="b")),
            init=(
                container(name="first", image=first, command=COMMANDS[first]),
                container(name="helper", restart=Restart.ALWAYS),
            ),
            grace=2,
        )
    )


class World(ABC):
    """What both can do; `until` lets time pass."""

    @abstractmethod
    def observe(self) -> Observed: ...
    @abstractmethod
    def apply(self, steps: list[Step]) -> None: ...
    @abstractmethod
    def until(self, condition: Callable[[], bool], what: str) -> None: ...
    @abstractmethod
    def kill(self, target: Incarnation) -> None: ...
    @abstractmethod
    def pause(self, target: Incarnation) -> None: ...
    @abstractmethod
    def remove_behind_our_back(self, target: Incarnation) -> None: ...
    @abstractmethod
    def rename(self, target: Incarnation) -> None:
        """What can be put back in place."""

    @abstractmethod
    def limit(self, target: Incarnation) -> None:
        """A bound that nobody asked for, which stays for as long as the container does."""

    @abstractmethod
    def engine_restart(self) -> None: ...
    @abstractmethod
    def moves(self, image: str) -> None:
        """From now on the reference leads to another image on this node."""

    def does(self, step: Step) -> Attempt | None:
        self.apply([step])
        self.until(lambda: step.key not in self.observe().busy, f"{step.do} ends")
        return self.observe().attempts.get(step.attempt)

    def pulls(self, image: str) -> Attempt | None:
        name = InstanceName.parse("shop/Deployment/web#0")
        return self.does(Pull(name, "0", image, PullPolicy.IF_NOT_PRESENT, "wanted"))

    def sees(self, name: InstanceName) -> Incarnation | None:
        return next((one for one in self.observe().incarnations if one.instance == name), None)

    def until_phase(self, name: InstanceName, phase: Phase) -> Incarnation:
        def reached() -> bool:
            seen = self.sees(name)
            return seen is not None and seen.containers[0].phase is phase

        self.until(reached, f"{name} is {phase}")
        seen = self.sees(name)
        assert seen is not None
        return seen


class Real(World):
    def __init__(self, lab: LabEngine, node: str) -> None:
        self.lab = lab
        self.node = node
        self.engine = DockerEngine(lab.url, node, Wake())
        self.engine.start()
        tag(lab.client, CRASHING)
        tag(lab.client, LACKING)
        tag(lab.client, BRIEF)
        tag(lab.client, MOVING)

    def observe(self) -> Observed:
        return self.engine.observe()

    def apply(self, steps: list[Step]) -> None:
        self.engine.apply(steps)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        eventually(condition, 30, what)

    def kill(self, target: Incarnation) -> None:
        for one in target.containers:
            if one.phase is Phase.RUNNING:
                self.lab.client.kill(one.id)

    def pause(self, target: Incarnation) -> None:
        self.lab.client.pause(target.containers[0].id)

    def remove_behind_our_back(self, target: Incarnation) -> None:
        self.lab.client.remove_container(target.containers[0].id, force=True)

    def rename(self, target: Incarnation) -> None:
        self.lab.client.rename(target.containers[0].id, f"mine-{self.node}")

    def limit(self, target: Incarnation) -> None:
        bound = {"PidsLimit": 1000}
        self.lab.client.ask("POST", f"/containers/{target.containers[0].id}/update", json=bound)

    def engine_restart(self) -> None:
        self.lab.restart()

    def moves(self, image: str) -> None:
        made = self.lab.client.create({"Image": image}, f"moved-{self.node}")
        repository, _, version = image.rpartition(":")
        self.lab.client.commit(made, repository, version, changes="LABEL moved=yes")
        self.lab.client.remove_container(made)


class Fake(World):
    def __init__(self) -> None:
        self.clock = VirtualClock()
        script = Script(
            crashes={CRASHING: Crash(MOMENT, 3)},
            unstartable={LACKING: Refused("executable file not found")},
            unwelcome={GOOD: Transient("ended with exit code 3")},
            unpullable={ABSENT: Refused("connection refused")},
        )
        self.engine = FakeEngine(self.clock, script)
        for image in (GOOD, CRASHING, LACKING, BRIEF, MOVING):
            self.engine.images.add(image)

    def observe(self) -> Observed:
        return self.engine.observe()

    def apply(self, steps: list[Step]) -> None:
        self.engine.apply(steps)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        for _ in range(1000):
            if condition():
                return
            self.clock.advance(0.02)
        raise AssertionError(f"{what}: not in 20 virtual seconds")

    def kill(self, target: Incarnation) -> None:
        self.engine.kill(target.instance)

    def pause(self, target: Incarnation) -> None:
        self.engine.pause(target.instance)

    def remove_behind_our_back(self, target: Incarnation) -> None:
        self.engine.remove_behind_our_back(target.instance)

    def rename(self, target: Incarnation) -> None:
        self.engine.drift_by_hand(target.instance, Drift("name", "it was renamed to mine", in_place=True))

    def limit(self, target: Incarnation) -> None:
        words = "its limit of processes is 1000, none was asked for"
        self.engine.drift_by_hand(target.instance, Drift("PidsLimit", words))

    def engine_restart(self) -> None:
        self.engine.engine_restart()

    def moves(self, image: str) -> None:
        self.engine.images.add(image, "moved")


@contextlib.contextmanager
def real_world(lab: LabEngine) -> Iterator[Real]:
    with unique_node(lab.client) as node:
        world = Real(lab, node)
        try:
            yield world
        finally:
            world.engine.stop()
