"""What the log tells of ticks: the node's state and what is waited for, once when it changes. For the loop alone.

The crew tells of each step, the follower of each revision; this tells why nothing happens, or not yet.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import structlog

from pullet.model.plan import Plan
from pullet.model.report import Report, State

log = structlog.get_logger()

GOOD = "every instance of the revision is ready"


class Journal:
    """While a thing lasts, each reason is told once, although reasons may take turns and count."""

    def __init__(self) -> None:
        self._waits: dict[str, set[str]] = {}
        self._hold = ""
        self._state = ""
        self._reasons: set[str] = set()
        self._drift: frozenset[tuple[str, str]] = frozenset()

    def decided(self, plan: Plan, doing: Collection[str]) -> None:
        """Tell of waits, but not of those for what the crew is `doing`."""
        moving = {str(move.instance) for move in (*plan.steps, *plan.waits)}
        self._waits = {name: said for name, said in self._waits.items() if name in moving}
        for wait in plan.waits:
            name = str(wait.instance)
            said = self._waits.setdefault(name, set())
            if not wait.because.endswith(tuple(doing)) and _is_new(wait.because, said):
                log.info("waiting", instance=name, because=wait.because)

    def reported(self, report: Report, hold: str) -> None:
        """Tell of a state that is another, or that has another reason for not being good.

        Also of what the plan holds back, where the state is about something else.
        """
        self._tell_state(report)
        self._tell_drift(report)
        is_told = hold in ("", self._hold, report.message) or not report.commit
        self._hold = hold
        if not is_told:
            log.warning("plan_held", because=hold)

    def _tell_state(self, report: Report) -> None:
        state = f"{report.commit} {report.state}"
        is_other, self._state = state != self._state, state
        if is_other:
            self._reasons.clear()
        moving = report.state is State.PROGRESSING
        if _is_new(report.message, self._reasons) and (is_other or not moving):
            tell = log.info if moving or report.state is State.CONVERGED else log.warning
            because = report.message or GOOD
            tell("state_changed", state=str(report.state), commit=report.commit[:10], because=because)

    def _tell_drift(self, report: Report) -> None:
        found = frozenset((one.instance, words) for one in report.instances for words in one.drift)
        for instance, words in sorted(found - self._drift):
            log.warning("changed_by_hand", instance=instance, because=words)
        self._drift = found


def _is_new(reason: str, said: set[str]) -> bool:
    """`failed once` and `failed 3 times` are the same reason."""
    same = re.sub(r"\bonce\b|\d+ times|\d+", "#", reason)
    if same in said:
        return False
    said.add(same)
    return True
