"""The tick: a commit's way to the containers, the same walk whatever woke it.

`wiring` builds the real adapters and `pullet run` and `pullet once` turn the loop; tests turn it by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pullet.model.observed import Answer, Observed
from pullet.model.plan import Step
from pullet.model.report import Report
from pullet.model.snapshot import Fetched, Snapshot


class Repository(Protocol):
    """Git in: swapped by a watcher, read by the loop. Never blocks."""

    def latest(self) -> Snapshot | None:
        """The last good revision, None while there has never been one."""

    def fetched(self) -> Fetched:
        """How fresh that is."""


class Engine(Protocol):
    """The container engine of this node."""

    def observe(self) -> Observed:
        """What exists now, `answers` left empty. Raises Transient when the engine does not answer."""

    def apply(self, steps: Iterable[Step]) -> None:
        """Hand the steps to the crew and return at once."""


class Probes(Protocol):
    """Readiness of what runs."""

    def results(self, observed: Observed) -> Mapping[str, Answer]:
        """The last answers, by container id; from now on asks exactly what stands in `observed`."""


class Publisher(Protocol):
    """Anything that shows a report to somebody. Never blocks."""

    def publish(self, report: Report) -> None: ...
