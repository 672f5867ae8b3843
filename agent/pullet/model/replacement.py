"""How the old make room for the new: bounds, strategies, steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pullet.model.inspection import Inspection


@dataclass(frozen=True, slots=True)
class Share:
    """A number of instances, or a percentage of those placed on the node."""

    value: int
    percent: bool = False

    def of(self, total: int, *, round_up: bool) -> int:
        """maxSurge rounds up and maxUnavailable down, as in Kubernetes.

        https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
        """
        if not self.percent:
            return self.value
        exact = total * self.value / 100
        return math.ceil(exact) if round_up else math.floor(exact)


@dataclass(frozen=True, slots=True)
class Rolling:
    """New beside old, within bounds that hold on each node for the instances placed there.

    Ordinals below `partition` stay as they are. `tolerated` is the part of them that may fail, from 0 to 1. The next
    replacement waits until the last one has been ready for `delay` seconds.
    """

    max_surge: Share = Share(25, percent=True)
    max_unavailable: Share = Share(25, percent=True)
    partition: int = 0
    tolerated: float = 0
    delay: float = 0

    def bounds(self, total: int) -> tuple[int, int]:
        """How many may stand above, and how many may be missing below, `total`; never both none."""
        surge = self.max_surge.of(total, round_up=True)
        unavailable = self.max_unavailable.of(total, round_up=False)
        return (surge, unavailable) if surge or unavailable else (0, 1)


@dataclass(frozen=True, slots=True)
class Recreate:
    """All of the old go before any of the new come."""


@dataclass(frozen=True, slots=True)
class OnDelete:
    """The new comes where a person removed the old."""


@dataclass(frozen=True, slots=True)
class BlueGreen:
    """A whole new set beside the old, which goes when all of the new are ready and, if `manual`, promoted.

    `promoted` is the beginning of the hash of a specification that is promoted in Git.
    """

    manual: bool = False
    promoted: str = ""


@dataclass(frozen=True, slots=True)
class CanaryStep:
    """How many are to be new, and what comes when they are: `pause` seconds, and a person's word if `manual`."""

    share: Share
    pause: float = 0
    manual: bool = False

    def of(self, total: int) -> int:
        """At least one, and percentages round up."""
        return max(1, min(total, self.share.of(total, round_up=True)))


@dataclass(frozen=True, slots=True)
class Canary:
    """The first few are replaced, one after the other, and judged by `check` and in steps before the rest follow.

    `promoted` is as in `BlueGreen`, and ends every pause that waits for a person.
    """

    steps: tuple[CanaryStep, ...]
    check: Inspection | None = None
    promoted: str = ""


Replacement = Rolling | Recreate | OnDelete | BlueGreen | Canary
