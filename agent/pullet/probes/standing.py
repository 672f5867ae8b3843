"""What a row of answers amounts to: thresholds, pauses, and the reason in words. Pure.

Follows https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ with one addition:
until it has succeeded once, a container is asked more often than its period, so that a short start is seen early.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from pullet.model.observed import Answer
from pullet.model.probe import Probe

FIRST_PAUSE = 0.25
DOUBLINGS = 16  # a quarter of a second doubled so often is longer than any sensible period


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one asking came to. `kind` is the message without what may differ from one asking to the next."""

    ok: bool
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`streak` counts the outcomes like the last one in a row; the other two count since the container's start."""

    ready: bool = False
    last: Outcome | None = None
    streak: int = 0
    asked: int = 0
    succeeded: int = 0

    def after(self, outcome: Outcome, probe: Probe) -> Standing:
        again = self.last is not None and self.last.ok == outcome.ok
        streak = self.streak + 1 if again else 1
        threshold = probe.success_threshold if outcome.ok else probe.failure_threshold
        return Standing(
            ready=outcome.ok if streak >= threshold else self.ready,
            last=outcome,
            streak=streak,
            asked=self.asked + 1,
            succeeded=self.succeeded + outcome.ok,
        )

    def is_news_after(self, before: Standing) -> bool:
        """Whether the loop should hear of it: another readiness, or another kind of reason."""
        return self.ready != before.ready or self._kind != before._kind

    @property
    def _kind(self) -> str:
        return self.last.kind if self.last else ""

    def pause(self, probe: Probe, container: str) -> float:
        """Seconds from the beginning of the last asking to that of the next.

        0.25, 0.5, 1 … up to the period before the first success; then the period. The first pause after the
        first success is shortened by up to a half, as the container's id has it, so that containers that were
        started together are not asked together for ever.
        """
        if not self.succeeded:
            return min(probe.period, FIRST_PAUSE * 2.0 ** min(max(self.asked - 1, 0), DOUBLINGS))
        if self.succeeded == 1 and self.streak == 1 and self.last and self.last.ok:
            return probe.period * (1 - _fraction(container) / 2)
        return probe.period

    def answer(self, probe: Probe) -> Answer:
        """The same words for the same standing, so that a report that repeats them stays as it is."""
        if self.last is None:
            return Answer(ready=False, message="not asked yet")
        if self.last.ok == self.ready:
            return Answer(self.ready, "" if self.ready else self.last.message)
        if self.last.ok:
            return Answer(
                ready=False, message=f"{self.last.message}; ready after {probe.success_threshold} in a row"
            )
        return Answer(
            ready=True, message=f"{self.last.message}; not ready after {probe.failure_threshold} in a row"
        )


def _fraction(container: str) -> float:
    """From 0 up to 1, always the same for the same id."""
    return zlib.crc32(container.encode()) / 2**32
