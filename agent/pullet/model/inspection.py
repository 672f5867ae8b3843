"""A canary's check: a question about it besides its own probes, to a command in it or to something that knows it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pullet.model.probe import Exec

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

PERIOD = 10.0
"""Seconds from one asking to the next."""

TIMEOUT = 10.0
"""Seconds that an answer may take."""

FAILURES = 3
"""Failures in a row with which a check has failed."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the number in an answer must be: one of `COMPARISONS`, and the other side of it."""

    comparison: str
    bound: float

    def met_by(self, value: float) -> bool:
        """Nothing compares with what is not a number."""
        return COMPARISONS[self.comparison](value, self.bound) and value == value  # noqa: PLR0124

    def __str__(self) -> str:
        return f"{self.comparison} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Query:
    """A GET from the agent, good with a status from 200 to 399 and, where one is expected, the number."""

    url: str
    expected: Expectation | None = None


Inspection = Exec | Query


@dataclass(frozen=True, slots=True)
class Inspected:
    """What came of a check so far: `passed` with the last answer, `failed` after `FAILURES` in a row."""

    passed: bool
    failed: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask what: a command is run in the container with the id."""

    container: str
    inspection: Inspection
