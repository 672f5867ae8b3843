"""Steps by hand: each is given to an engine and waited for."""

from __future__ import annotations

from pullet.engine.docker_engine import DockerEngine
from pullet.model.names import InstanceName
from pullet.model.observed import Attempt, Incarnation, Observed, ObservedContainer, Phase
from pullet.model.placement import Instance
from pullet.model.plan import Pull, Remove, Revive, Start, Step
from pullet.model.pod import PullPolicy
from tests.lab.wait import eventually

COMMIT = "c0ffee"
BECAUSE = "the test says so"


class Hand:
    def __init__(self, engine: DockerEngine) -> None:
        self.engine = engine

    def does(self, step: Step, timeout: float = 30) -> Attempt | None:
        """How the step failed; None if it did not (for a restart: how often it was done)."""
        self.engine.apply([step])
        eventually(lambda: step.key not in self.engine.observe().busy, timeout, f"{step.do} ends")
        return self.engine.observe().attempts.get(step.attempt)

    def starts(self, instance: Instance) -> Incarnation:
        failed = self.does(Start(instance, COMMIT, BECAUSE))
        assert failed is None, failed
        return self.sees(instance.name)

    def pulls(self, image: str, policy: PullPolicy = PullPolicy.IF_NOT_PRESENT) -> Attempt | None:
        return self.does(Pull(InstanceName.parse("shop/Deployment/web#0"), "0", image, policy, BECAUSE))

    def revives(self, target: Incarnation) -> Attempt | None:
        return self.does(Revive(target, BECAUSE))

    def removes(self, target: Incarnation) -> Attempt | None:
        return self.does(Remove(target, BECAUSE))

    def observed(self) -> Observed:
        return self.engine.observe()

    def sees(self, name: InstanceName) -> Incarnation:
        """The one incarnation of an instance."""
        (found,) = (one for one in self.engine.observe().incarnations if one.instance == name)
        return found

    def container(self, name: InstanceName) -> ObservedContainer:
        (container,) = self.sees(name).containers
        return container

    def waits_for(self, name: InstanceName, phase: Phase, timeout: float = 20) -> ObservedContainer:
        eventually(lambda: self.container(name).phase is phase, timeout, f"{name} is {phase}")
        return self.container(name)
