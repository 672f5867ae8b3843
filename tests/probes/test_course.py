"""What all probes of a container say together."""

from __future__ import annotations

import pytest

from pullet.model.observed import Answer
from pullet.probes.course import Course
from pullet.probes.standing import Outcome, Standing
from pullet.probes.target import Which, targets
from tests.lab.observing import container, observed, probe

GOOD = Standing(good=True, since=150.0, last=Outcome(ok=True, kind="", message="fine"))
BAD = Standing(last=Outcome(ok=False, kind="", message="no"))
FAILED = Standing(failed=True, last=Outcome(ok=False, kind="", message="no"))

STARTING = Answer(ready=False, started=False, message="no")
NEVER_STARTED = Answer(ready=False, started=False, live=False, message="no")
NOT_LIVE = Answer(ready=False, live=False, message="no")
NOT_READY = Answer(ready=False, message="no")
READY = Answer(ready=True, since=150.0)


@pytest.mark.parametrize(
    ("probes", "standings", "answer"),
    [
        ("startup liveness readiness", {}, None),
        ("startup liveness readiness", {"startup": BAD}, STARTING),
        ("startup liveness readiness", {"startup": FAILED}, NEVER_STARTED),
        ("startup liveness readiness", {"startup": GOOD}, None),
        ("startup liveness readiness", {"startup": GOOD, "readiness": BAD}, NOT_READY),
        ("startup liveness readiness", {"startup": GOOD, "readiness": GOOD}, READY),
        ("startup liveness readiness", {"startup": GOOD, "liveness": FAILED, "readiness": GOOD}, NOT_LIVE),
        ("startup liveness readiness", {"startup": GOOD, "liveness": FAILED}, NOT_LIVE),
        ("liveness readiness", {"liveness": GOOD}, None),
        ("liveness readiness", {"liveness": BAD, "readiness": GOOD}, READY),
        ("liveness readiness", {"liveness": FAILED}, NOT_LIVE),
        ("startup", {"startup": GOOD}, READY),
        ("startup liveness", {"startup": GOOD}, READY),
        ("liveness", {}, Answer(ready=True, since=100.0)),
        ("liveness", {"liveness": BAD}, Answer(ready=True, since=100.0)),
        ("liveness", {"liveness": FAILED}, NOT_LIVE),
        ("readiness", {}, None),
        ("readiness", {"readiness": BAD}, NOT_READY),
        ("readiness", {"readiness": GOOD}, READY),
    ],
)
def test_together(probes: str, standings: dict[str, Standing], answer: Answer | None) -> None:
    """Startup before all, liveness before readiness; who is not asked something is well in that respect."""
    one = container("a", started_at=100.0, **{name: probe() for name in probes.split()})
    course = Course(targets(observed(one))["a"])
    for which, standing in standings.items():
        course = course.after(Which(which), standing)
    assert course.answer() == answer
