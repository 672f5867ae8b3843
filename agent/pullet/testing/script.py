"""What happens to a fake engine: a test changes it at any time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from pullet.model.errors import PulletError
from pullet.model.observed import Answer


@dataclass(frozen=True, slots=True)
class Crash:
    """The process ends by itself, `after` seconds from each start."""

    after: float
    exit_code: int = 1


class Reached(Enum):
    """How far a step got before its agent died. Half a start is created, half a removal is stopped."""

    NOTHING = auto()
    HALF = auto()
    DONE = auto()


@dataclass
class Script:
    """Keys are images, of `answers` also specification hashes, which come first. Durations in seconds.

    `released` is what a reference leads to in its registry by now, its own content where nothing is said;
    `unwelcome` is how what is to be done after a start fails, `words` what a container says at its end. Counted from
    each start, `hangs` is when its liveness probe has failed, and `rises` when its startup probe succeeds.
    """

    unpullable: dict[str, PulletError] = field(default_factory=dict)
    unstartable: dict[str, PulletError] = field(default_factory=dict)
    unwelcome: dict[str, PulletError] = field(default_factory=dict)
    crashes: dict[str, Crash] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    hangs: dict[str, float] = field(default_factory=dict)
    rises: dict[str, float] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    pulling: dict[str, float] = field(default_factory=dict)
    pull: float = 1.0
    start: float = 0.2
    stop: float = 0.1
    init: float = 0.2
