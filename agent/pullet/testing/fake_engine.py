"""An engine that is only arithmetic: no threads, no time of its own, the same answers every time.

It stands for the real engine and its crew in property tests; tests/engine/test_contract.py holds the two together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from pullet.engine.book import Book, Flight
from pullet.engine.failures import ImageGone
from pullet.engine.labels import SANDBOX_NAME
from pullet.engine.spec import Part, image_of, parts
from pullet.model.errors import PulletError, Refused, Transient
from pullet.model.names import InstanceName
from pullet.model.observed import CUT, UNNAMED, Answer, Drift, Incarnation, Observed, Phase, Role
from pullet.model.plan import Mend, Pull, Remove, Revive, Start, Step, Stop
from pullet.model.pod import Container, Pod, PullPolicy
from pullet.testing.agenda import Agenda
from pullet.testing.clock import VirtualClock
from pullet.testing.fake_container import ALIVE, FakeContainer, incarnation_of
from pullet.testing.fake_images import FakeImages
from pullet.testing.script import Reached, Script

KILLED = 137


class FakeEngine:
    """Everything takes effect when the clock has passed it and the engine is looked at or spoken to."""

    def __init__(self, clock: VirtualClock, script: Script | None = None) -> None:
        self.script = script or Script()
        self.images = FakeImages()
        self._agenda = Agenda(clock)
        self._book = Book(lambda: self._agenda.now)
        self._flights: dict[str, Flight] = {}
        self._containers: dict[str, FakeContainer] = {}
        self._numbers = itertools.count(1)

    # What the loop sees.

    def observe(self) -> Observed:
        """`answers` left empty."""
        self._agenda.settle()
        groups: dict[tuple[InstanceName, str], list[FakeContainer]] = {}
        for one in sorted(self._containers.values(), key=lambda one: (one.instance.sort_key, one.hash)):
            groups.setdefault((one.instance, one.hash), []).append(one)
        return replace(self._book.read(), incarnations=tuple(map(incarnation_of, groups.values())))

    def apply(self, steps: Iterable[Step]) -> None:
        self._agenda.settle()
        for flight in self._book.open(steps):
            self._flights[flight[0].key] = flight
            self._agenda.after(self._duration(flight[0]), partial(self._land, flight))

    def results(self, observed: Observed) -> dict[str, Answer]:
        """What probes say of running containers: all is well, unless the script says otherwise."""
        return {
            container.id: self._answer(self._containers[container.id])
            for incarnation in observed.incarnations
            for container in incarnation.containers
            if container.is_probed
        }

    def last_words(self, container_id: str) -> str:
        """What the script has its image say."""
        container = self._containers.get(container_id)
        return self.script.words.get(container.spec.image, "") if container else ""

    def next_event(self) -> float | None:
        """When something will happen by itself, in seconds since the epoch."""
        self._agenda.settle()
        return self._agenda.next_event()

    # What the world does.

    def kill(self, instance: InstanceName) -> None:
        """As `docker kill` does it: the engine does not start it again."""
        self._agenda.settle()
        for container in self._of(instance):
            if container.phase in ALIVE:
                container.end(self._agenda.now, KILLED)

    def crash(self, instance: InstanceName, exit_code: int = 1) -> None:
        """The process ends by itself: the engine starts it again by its restart policy."""
        self._agenda.settle()
        for container in self._of(instance):
            if container.phase is Phase.RUNNING:
                self._ended(container, exit_code)

    def pause(self, instance: InstanceName) -> None:
        self._agenda.settle()
        for container in self._of(instance):
            if container.phase is Phase.RUNNING:
                container.phase = Phase.PAUSED

    def drift_by_hand(self, instance: InstanceName, drift: Drift) -> None:
        """Somebody changes its containers so that they differ in this way from what was asked for."""
        self._agenda.settle()
        for container in self._of(instance):
            container.drift = (*(one for one in container.drift if one.trait != drift.trait), drift)

    def remove_behind_our_back(self, instance: InstanceName) -> None:
        self._agenda.settle()
        for container in self._of(instance):
            del self._containers[container.id]

    def engine_restart(self) -> None:
        """Without live-restore: all stop, and come back by their restart policy; steps in flight fail."""
        self._agenda.settle()
        for flight in tuple(self._flights.values()):
            self._end(flight, Transient("the connection to the engine broke"))
        for container in self._containers.values():
            if container.phase in ALIVE:
                container.end(self._agenda.now, KILLED)
                if container.wants_restart():
                    self._run(container)

    def agent_death(self, reached: Callable[[Step], Reached]) -> None:
        """The crew with its memory is gone; `reached` says how far each step in flight had come."""
        self._agenda.settle()
        flights, self._flights = tuple(self._flights.values()), {}
        self._book = Book(lambda: self._agenda.now)
        for step in (flight[0] for flight in flights):
            self._left(step, reached(step))

    # Steps.

    def _duration(self, step: Step) -> float:
        match step:
            case Pull(image=image, policy=policy, fixed=fixed):
                here = fixed in self.images or (image in self.images and policy is not PullPolicy.ALWAYS)
                return 0.0 if here else self.script.pulling.get(image, self.script.pull)
            case Start() | Revive() | Mend():
                return self.script.start
            case Remove(target=target) | Stop(target=target):
                grace = max((one.pod.grace for one in self._targets(target)), default=0.0)
                return min(self.script.stop, grace)

    def _land(self, flight: Flight) -> None:
        if self._flights.get(flight[0].key) is not flight:
            return  # the agent or the engine was restarted in between
        try:
            self._do(flight[0])
        except PulletError as error:
            self._end(flight, error)
        else:
            self._end(flight, None)

    def _end(self, flight: Flight, error: PulletError | None) -> None:
        del self._flights[flight[0].key]
        self._book.close(flight, error)

    def _do(self, step: Step) -> None:
        match step:
            case Pull(image=image, policy=policy, fixed=fixed):
                if fixed not in self.images:
                    self._pull(image, policy)
            case Start():
                self._go_on(step)
            case Revive(target=target):
                self._revive(target)
            case Mend(target=target):
                self._mend(target)
            case Remove(target=target):
                for container in self._targets(target):
                    del self._containers[container.id]
            case Stop(target=target):
                self._stop(target)

    def _mend(self, target: Incarnation) -> None:
        for container in self._targets(target):
            container.drift = tuple(one for one in container.drift if not one.in_place)

    def _leave_networks(self, target: Incarnation) -> None:
        """To take its names there, and the agent died before it was back."""
        for container in self._targets(target):
            if any(one.trait == UNNAMED for one in container.drift):
                container.drift = (Drift(CUT, "it is not on the network shop", in_place=True),)

    def _stop(self, target: Incarnation) -> None:
        for container in self._targets(target):
            container.keep_down = True
            if container.phase in ALIVE:
                container.end(self._agenda.now, KILLED)

    def _left(self, step: Step, reached: Reached) -> None:
        """What stands of a step whose agent died."""
        try:
            match step, reached:
                case _, Reached.DONE:
                    self._do(step)
                case Start() as start, Reached.HALF:
                    self._made(start, next(iter(_parts(start.target.pod))))
                case Mend(target=target), Reached.HALF:
                    self._leave_networks(target)
                case Remove(target=target) | Stop(target=target), Reached.HALF:
                    for container in self._targets(target):
                        if container.phase in ALIVE:
                            container.end(self._agenda.now, KILLED)
        except PulletError:
            return

    def _pull(self, image: str, policy: PullPolicy) -> None:
        if image in self.images and policy is not PullPolicy.ALWAYS:
            return
        if policy is PullPolicy.NEVER:
            raise Refused(f"image {image} is not on this node and its pull policy is Never")
        if image in self.script.unpullable:
            raise self.script.unpullable[image]
        self.images.add(image, self.script.released.get(image, ""))

    def _go_on(self, step: Start) -> None:
        """As far as it goes now: what must wait for an init container is left to the next call."""
        target = step.target
        begun = any(one.hash == target.hash and one.role is Role.MAIN for one in self._of(target.name))
        for part in _parts(target.pod):
            if begun and part.role is Role.INIT:
                continue
            container = self._made(step, part)
            if container.phase is Phase.CREATED:
                self._start(container)
            if not _lets_the_next_start(container):
                return

    def _made(self, step: Start, part: Part) -> FakeContainer:
        """The container, made if it does not stand yet."""
        target = step.target
        for one in self._of(target.name):
            if (one.hash, one.spec.name) == (target.hash, part.container.name):
                return one
        image = image_of(target, part.container)
        image = image if image in self.images else part.container.image
        if part.role is not Role.SANDBOX and image not in self.images:
            raise ImageGone(f"image {image} is not on the engine any more")
        number = f"c{next(self._numbers):05}"
        self._containers[number] = made = FakeContainer(
            number,
            target.name,
            target.hash,
            step.commit,
            target.path,
            target.pod,
            part.container,
            part.role,
            image_id=self.images.resolved(image),
            drift=_lacking(step, part),
            created_at=self._agenda.now,
            after=target.after,
            kept=target.kept,
        )
        return made

    def _revive(self, target: Incarnation) -> None:
        standing = list(self._targets(target))
        if len(standing) < len(target.containers):
            raise Transient(f"restart {target.instance}: no such container")
        for container, seen in zip(standing, target.containers, strict=True):
            runs_on = (
                container.phase is seen.phase is Phase.RUNNING and container.started_at == seen.started_at
            )
            if runs_on or (seen.stranded and container.phase in ALIVE):
                container.end(self._agenda.now, KILLED)
            if not (runs_on and not seen.stranded and container.stays_down):
                self._start(container)

    def _start(self, container: FakeContainer) -> None:
        """On request, so the engine counts its own restarts anew."""
        if container.phase is Phase.PAUSED:
            container.phase = Phase.RUNNING
        if container.phase in ALIVE:
            return
        if container.spec.image in self.script.unstartable:
            raise self.script.unstartable[container.spec.image]
        if container.pod.host_ports and any(_collide(one, container) for one in self._running()):
            raise Transient(f"start {container.instance}: port is already allocated")
        container.restarts, container.backoff = 0, 0.0
        self._run(container)
        if container.spec.post_start and container.spec.image in self.script.unwelcome:
            container.end(self._agenda.now, KILLED)
            raise self.script.unwelcome[container.spec.image]

    # Processes.

    def _run(self, container: FakeContainer) -> None:
        container.run(self._agenda.now)
        if container.role is Role.INIT:
            self._in_this_life(container, self.script.init, partial(self._ended, container, 0))
        if rises := self.script.rises.get(container.spec.image) if container.spec.startup else None:
            container.risen = False
            self._in_this_life(container, rises, container.rise)
        if hangs := self.script.hangs.get(container.spec.image) if container.spec.liveness else None:
            self._in_this_life(container, hangs, container.hang)
        if crash := self.script.crashes.get(container.spec.image):
            self._in_this_life(container, crash.after, partial(self._ended, container, crash.exit_code))

    def _ended(self, container: FakeContainer, exit_code: int) -> None:
        container.end(self._agenda.now, exit_code)
        if container.wants_restart():
            container.phase = Phase.RESTARTING
            self._in_this_life(container, container.next_backoff(), partial(self._restarted, container))

    def _restarted(self, container: FakeContainer) -> None:
        container.restarts += 1
        self._run(container)

    def _in_this_life(self, container: FakeContainer, seconds: float, happen: Callable[[], None]) -> None:
        life = container.life
        self._agenda.after(seconds, lambda: happen() if self._alive(container, life) else None)

    def _alive(self, container: FakeContainer, life: int) -> bool:
        return container.id in self._containers and container.life == life

    # Looking around.

    def _of(self, instance: InstanceName) -> list[FakeContainer]:
        return [one for one in self._containers.values() if one.instance == instance]

    def _targets(self, target: Incarnation) -> list[FakeContainer]:
        ids = (container.id for container in target.containers)
        return [self._containers[number] for number in ids if number in self._containers]

    def _running(self) -> Iterator[FakeContainer]:
        return (one for one in self._containers.values() if one.phase in ALIVE)

    def _answer(self, container: FakeContainer) -> Answer:
        if any(one.trait == CUT for one in container.drift):
            return Answer(ready=False, message="it has no address at which to ask it")
        answers = self.script.answers
        told = answers.get(container.hash) or answers.get(container.spec.image)
        return told or container.answer(self._agenda.now)


def _lacking(step: Start, part: Part) -> tuple[Drift, ...]:
    """Whoever is on a network for its pod lacks the names there that it is not given yet."""
    holds_network = part.role is Role.SANDBOX or not step.target.pod.has_sandbox
    return (Drift(UNNAMED, "it lacks names", in_place=True),) if step.unnamed and holds_network else ()


def _parts(pod: Pod) -> tuple[Part, ...]:
    """With the sandbox first, where there is one."""
    sandbox = (Part(Container(SANDBOX_NAME, ""), Role.SANDBOX),) if pod.has_sandbox else ()
    return (*sandbox, *parts(pod))


def _lets_the_next_start(container: FakeContainer) -> bool:
    match container.role:
        case Role.INIT:
            return container.phase is Phase.EXITED and container.exit_code == 0
        case Role.SIDECAR:
            return container.phase is Phase.RUNNING
        case _:
            return True


def _collide(one: FakeContainer, other: FakeContainer) -> bool:
    """Containers of one pod share its ports."""
    together = (one.instance, one.hash) == (other.instance, other.hash)
    return not together and bool(one.pod.host_ports & other.pod.host_ports)
