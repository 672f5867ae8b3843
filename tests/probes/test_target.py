"""Who is asked, and when first."""

from __future__ import annotations

import pytest

from pullet.model.observed import Phase
from pullet.probes.target import targets
from tests.lab.observing import container, observed, probe


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.RUNNING])
def test_only_what_runs_is_asked(phase: Phase) -> None:
    """A container in any phase but running is not asked."""
    assert targets(observed(container("a", phase=phase, readiness=probe()))) == {}


def test_only_what_has_a_probe_is_asked() -> None:
    """A container without probes is not asked, and each other by all that it has, its startup probe first."""
    every = {"readiness": probe(), "liveness": probe(period=1), "startup": probe(period=2)}
    found = targets(observed(container("a"), container("b", liveness=probe()), container("c", **every)))
    assert {id_: [str(one.which) for one in each] for id_, each in found.items()} == {
        "b": ["liveness"],
        "c": ["startup", "liveness", "readiness"],
    }
    assert [one.probe.period for one in found["c"]] == [2, 1, 10]


@pytest.mark.parametrize(
    ("started", "delay", "now", "wait"),
    [
        (100.0, 0, 100.0, 0),
        (100.0, 5, 100.0, 5),
        (100.0, 5, 103.0, 2),
        (100.0, 5, 200.0, 0),
        (100.0, 5, 50.0, 5),
        (None, 5, 100.0, 5),
    ],
)
def test_the_initial_delay_counts_from_the_start(
    started: float | None, delay: float, now: float, wait: float
) -> None:
    """The first asking comes at once after the delay since the container's start, whatever the clock did."""
    only = container("a", started_at=started, readiness=probe(initial_delay=delay))
    assert targets(observed(only))["a"][0].first_in(now) == wait
