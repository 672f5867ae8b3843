"""What a row of answers to one probe amounts to: thresholds, pauses, and the reason in words. Pure.

Follows https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ with one addition: until
it has succeeded once, a container is asked more often than its period whether it has started or is ready, so that a
short start is seen early. Failures of such early askings do not count.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache

from pullet.probes.target import Target, Which

FIRST_PAUSE = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one asking came to. `kind` is the message without what may differ from one asking to the next."""

    ok: bool
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`good` holds from enough successes to too many failures, `failed` from those to enough successes.

    At first neither holds. `since` is when it became good, in seconds since the epoch. `streak` counts the outcomes
    like the last one in a row; `asked` and `succeeded` count since the container's start.
    """

    good: bool = False
    failed: bool = False
    last: Outcome | None = None
    streak: int = 0
    asked: int = 0
    succeeded: int = 0
    since: float | None = None

    def after(self, outcome: Outcome, target: Target, now: float) -> Standing:
        again = self.last is not None and self.last.ok == outcome.ok
        streak = (self.streak if again else 0) + (outcome.ok or not self._asks_early(target))
        probe = target.probe
        enough = streak >= (probe.success_threshold if outcome.ok else probe.failure_threshold)
        good = outcome.ok if enough else self.good
        return Standing(
            good=good,
            failed=not outcome.ok if enough else self.failed,
            last=outcome,
            streak=streak,
            asked=self.asked + 1,
            succeeded=self.succeeded + outcome.ok,
            since=(self.since if self.good else now) if good else None,
        )

    def _asks_early(self, target: Target) -> bool:
        """Whether the next asking is earlier than the period wants it."""
        return not self.succeeded and 0 < self.asked < len(_early_pauses(target))

    def is_news_after(self, before: Standing, which: Which) -> bool:
        """Whether the loop should hear of it: another verdict, or another kind of reason."""
        changed = self.good != before.good or self.is_final(which) != before.is_final(which)
        return changed or self._complaint != before._complaint

    @property
    def _complaint(self) -> str:
        return "" if self.last is None or (self.last.ok and self.good) else self.last.kind

    def is_final(self, which: Which) -> bool:
        """Whether nothing more is asked until the container's next start."""
        match which:
            case Which.STARTUP:
                return self.good or self.failed
            case Which.LIVENESS:
                return self.failed
            case Which.READINESS:
                return False

    def pause(self, target: Target) -> float:
        """Seconds from the beginning of the last asking to that of the next.

        0.25, 0.5, 1 … until the first success or the first period is over; then the period, and for liveness from the
        beginning. The first pause after the first success is shortened by up to a half, as the container's id has it,
        so that containers that were started together are not asked together for ever.
        """
        period, early = target.probe.period, _early_pauses(target)
        if not self.succeeded and self.asked <= len(early):
            return early[max(self.asked - 1, 0)] if early else period
        if self.succeeded == 1 and self.streak == 1 and self.last and self.last.ok:
            return period * (1 - _fraction(f"{target.id} {target.which}") / 2)
        return period

    def message(self, target: Target) -> str:
        """The same words for the same standing, so that a report that repeats them stays as it is; empty when good."""
        probe = target.probe
        if self.last is None:
            return "not asked yet"
        if self.last.ok == self.good:
            return "" if self.good else self.last.message
        if self.last.ok:
            return f"{self.last.message}; {_GOOD[target.which]} after {probe.success_threshold} in a row"
        return f"{self.last.message}; not {_GOOD[target.which]} after {probe.failure_threshold} in a row"


_GOOD = {Which.STARTUP: "started", Which.LIVENESS: "live", Which.READINESS: "ready"}


def _early_pauses(target: Target) -> tuple[float, ...]:
    """Between askings of the first period; to ask for liveness early would only be to kill early."""
    return () if target.which is Which.LIVENESS else _doubling_up_to(target.probe.period)


@cache
def _doubling_up_to(period: float) -> tuple[float, ...]:
    """A quarter of a second and so on, the last one cut so that together they are the period."""
    pauses: list[float] = []
    while (left := period - sum(pauses)) > 0:
        pauses.append(min(left, FIRST_PAUSE * 2.0 ** len(pauses)))
    return tuple(pauses)


def _fraction(text: str) -> float:
    """From 0 up to 1, always the same for the same text."""
    return zlib.crc32(text.encode()) / 2**32
