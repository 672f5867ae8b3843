"""The steps that are right now, each with its reason, and what is being waited for.

A step's `key` is what only one step at a time may work on; `attempt` names its tries for backoff, and contains
the specification's hash, so that a new specification starts with a clean slate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pullet.model.names import InstanceName
from pullet.model.observed import Incarnation
from pullet.model.placement import Instance
from pullet.model.pod import Build, PullPolicy
from pullet.model.workload import RegistryLogin

SWEEP = 10.0
"""Seconds after which the loop looks again although nothing woke it."""


@dataclass(frozen=True, slots=True)
class Pull:
    """Have the image on the engine, pulled or built, before anything is stopped for it.

    Policy Always pulls once for each specification; otherwise specifications share what is there. Where the image with
    the id `fixed` is on the engine, nothing is pulled.
    """

    do: ClassVar[str] = "pull"
    instance: InstanceName
    hash: str
    image: str
    policy: PullPolicy
    because: str
    build: Build | None = None
    logins: tuple[RegistryLogin, ...] = ()
    fixed: str = ""

    @property
    def key(self) -> str:
        name = f"image {self.image}" + (f" as {self.fixed}" if self.fixed else "")
        return name + (f" for {self.hash}" if self.policy is PullPolicy.ALWAYS else "")

    @property
    def attempt(self) -> str:
        return f"pull {self.image} {self.hash}"


def pulls(instance: Instance, because: str = "", logins: tuple[RegistryLogin, ...] = ()) -> Iterator[Pull]:
    """One for each image that the instance needs on the engine before anything else happens."""
    found: dict[str, Pull] = {}
    for one in instance.pod.all_containers():
        fixed = instance.images.get(one.image, "")
        why = because or f"{one.image} must be here before anything else happens"
        pull = Pull(instance.name, instance.hash, one.image, one.pull, why, one.build, logins, fixed)
        found.setdefault(pull.key, pull)
    yield from found.values()


@dataclass(frozen=True, slots=True)
class Start:
    """Create the instance's containers and start them; what exists of them already is taken up.

    An `unnamed` one does not answer to the names that it shares, until it is mended.
    """

    do: ClassVar[str] = "start"
    target: Instance
    commit: str
    because: str
    unnamed: bool = False

    @property
    def instance(self) -> InstanceName:
        return self.target.name

    @property
    def key(self) -> str:
        return str(self.target.name)

    @property
    def attempt(self) -> str:
        return f"start {self.target.name} {self.target.hash}"


@dataclass(frozen=True, slots=True)
class _OfIncarnation:
    """A step that is about what stands already."""

    do: ClassVar[str]
    target: Incarnation

    @property
    def instance(self) -> InstanceName:
        return self.target.instance

    @property
    def key(self) -> str:
        return str(self.target.instance)

    @property
    def attempt(self) -> str:
        return f"{self.do} {self.target.instance} {self.target.hash}"


@dataclass(frozen=True, slots=True)
class Revive(_OfIncarnation):
    """Start containers again that exist, and stop those first that run; `known` is their specification, where it is.

    `grace` is the time to stop in seconds, None for their own.
    """

    do: ClassVar[str] = "restart"
    because: str
    known: Instance | None = None
    grace: float | None = None


@dataclass(frozen=True, slots=True)
class Mend(_OfIncarnation):
    """Put right in place what can be while the containers live: changes by hand, and names that they lack."""

    do: ClassVar[str] = "mend"
    known: Instance
    because: str


@dataclass(frozen=True, slots=True)
class Remove(_OfIncarnation):
    """Stop gracefully within the instance's own grace period, then remove the containers."""

    do: ClassVar[str] = "remove"
    because: str


@dataclass(frozen=True, slots=True)
class Stop(_OfIncarnation):
    """Stop gracefully, and for good: the containers stay, so that what they wrote can be read, and never come back."""

    do: ClassVar[str] = "stop"
    because: str


Step = Pull | Start | Revive | Remove | Stop | Mend


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet, and why; `until` is when time alone makes a difference, in seconds since the epoch."""

    instance: InstanceName
    because: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`hold` says why steps that would remove were left out, and how a person lets them happen.

    `due` is when a verdict may be found, in seconds since the epoch.
    """

    revision: str
    node: str
    steps: tuple[Step, ...] = ()
    waits: tuple[Wait, ...] = ()
    hold: str = ""
    due: float | None = None

    @property
    def empty(self) -> bool:
        """The fixed point: nothing to do and nothing to wait for."""
        return not self.steps and not self.waits

    def look_again_in(self, now: float) -> float:
        """Seconds after which time alone may have changed the plan; at most `SWEEP`."""
        times = (self.due, *(wait.until for wait in self.waits))
        return min((SWEEP, *(max(0.0, at - now) for at in times if at is not None)))

    def as_dict(self) -> dict[str, object]:
        """The shape of `pullet plan -o json`."""
        return {
            "revision": self.revision,
            "node": self.node,
            "steps": [
                {"do": step.do, "instance": str(step.instance), "because": step.because}
                for step in self.steps
            ],
            "waits": [{"instance": str(wait.instance), "because": wait.because} for wait in self.waits],
            **({"hold": self.hold} if self.hold else {}),
        }

    def __str__(self) -> str:
        """A line a step, then a line a wait: for people, and for golden plans."""
        rows = [(step.do, str(step.instance), step.because) for step in self.steps]
        rows += [("wait", str(wait.instance), wait.because) for wait in self.waits]
        width = max((len(name) for _, name, _ in rows), default=0)
        lines = [f"{do:<8} {name:<{width}}  {because}" for do, name, because in rows]
        if self.hold:
            lines.append(f"hold     {self.hold}")
        return "\n".join(lines) or "nothing to do"
