"""Asks what canaries' checks ask, each in a thread of its own while it is wanted; the tick reads the answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import structlog

from pullet.model.errors import Refused, Transient
from pullet.model.inspection import FAILURES, PERIOD, TIMEOUT, Inspected, Question
from pullet.model.probe import Exec
from pullet.probes import query, words
from pullet.probes.asking import RunCheck
from pullet.probes.standing import Outcome

log = structlog.get_logger()


class Inspector:
    """`wake` is called with "probe" when an answer changed."""

    def __init__(self, run_check: RunCheck, wake: Callable[[str], None], period: float = PERIOD) -> None:
        self._run_check = run_check
        self._wake = wake
        self._period = period
        self._lock = threading.Lock()
        self._courses: dict[str, _Course] = {}

    def results(self, wanted: Mapping[str, Question]) -> Mapping[str, Inspected]:
        """The last answers, by the questions' keys; from now on asks exactly these. Never blocks."""
        with self._lock:
            for key, course in tuple(self._courses.items()):
                if wanted.get(key) != course.question:
                    self._courses.pop(key).ended.set()
            for key, question in wanted.items():
                if key not in self._courses:
                    self._courses[key] = course = _Course(question)
                    threading.Thread(
                        target=self._follow, args=(key, course), name="check", daemon=True
                    ).start()
            return {key: course.said for key, course in self._courses.items() if course.said}

    def stop(self) -> None:
        """What is being asked at the moment is not waited for."""
        self.results({})

    def _follow(self, key: str, course: _Course) -> None:
        while not course.ended.is_set():
            outcome = self._ask(key, course.question)
            if outcome is not None and course.after(outcome):
                log.info("check_answered", of=key, passed=outcome.ok, because=outcome.message)
                self._wake("probe")
            course.ended.wait(self._period)

    def _ask(self, key: str, question: Question) -> Outcome | None:
        """None when it could not be asked, which says nothing about the canary."""
        try:
            match question.inspection:
                case Exec(command):
                    return self._run(question.container, command)
                case wanted:
                    return query.ask(wanted, TIMEOUT)
        except Transient as error:
            log.debug("check_not_asked", of=key, because=str(error))
        except Exception:  # one broken check must not end the asking
            log.exception("check_not_asked", of=key, because="of a bug")
        return None

    def _run(self, container: str, command: tuple[str, ...]) -> Outcome:
        what = words.command(command)
        try:
            code, output = self._run_check(container, command, TIMEOUT)
        except Refused as error:
            return Outcome(ok=False, kind="refused", message=f"{what} cannot be run: {error}")
        except TimeoutError:
            return Outcome(ok=False, kind="late", message=f"{what} did not end within {TIMEOUT:g}s")
        said = words.first_line(output)
        message = f"{what} exited with {code}{f': {said}' if said else ''}"
        return Outcome(ok=code == 0, kind=f"exit {code}", message=message)


class _Course:
    """One question and what came of it so far; written by its own thread only."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.ended = threading.Event()
        self.said: Inspected | None = None
        self._failures = 0

    def after(self, outcome: Outcome) -> bool:
        """Whether the loop should hear of it."""
        self._failures = 0 if outcome.ok else self._failures + 1
        before, self.said = self.said, Inspected(outcome.ok, self._failures >= FAILURES, outcome.message)
        return before is None or (before.passed, before.failed) != (self.said.passed, self.said.failed)
