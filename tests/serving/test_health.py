"""What monitors are told."""

from __future__ import annotations

import pytest

from pullet.model.report import Report, State
from tests.lab.asking import ask
from tests.lab.reporting import CONVERGED, report
from tests.serving.conftest import House


def test_healthy_while_the_loop_turns(house: House, url: str) -> None:
    """Healthy while the last tick is younger than the limit, and not from the limit on, with the reason."""
    house.tick()
    house.now += 59
    assert (ask(f"{url}/healthz").status, ask(f"{url}/healthz").text) == (200, "the loop turned 59s ago\n")
    house.now += 1
    reply = ask(f"{url}/healthz")
    assert reply.status == 503
    assert reply.text == "the loop has not turned for 60s; more than 60s is too long\n"


def test_a_start_that_hangs_is_not_healthy(house: House, url: str) -> None:
    """Before the first tick the agent counts as starting, but not for ever."""
    assert ask(f"{url}/healthz").text == "starting, no tick yet\n"
    house.now += 61
    assert ask(f"{url}/healthz").status == 503


def test_ready_when_converged_and_fresh(house: House, url: str) -> None:
    """Ready with a converged report, a fetch younger than the limit, and a loop that turns."""
    house.tick()
    house.board.publish(CONVERGED)
    reply = ask(f"{url}/readyz")
    assert (reply.status, reply.text) == (200, f"{CONVERGED.headline}\n")


@pytest.mark.parametrize("state", [state for state in State if state is not State.CONVERGED])
def test_no_other_state_is_ready(house: House, url: str, state: State) -> None:
    """Only converged is ready; any other state is the reason."""
    house.tick()
    house.board.publish(report(state=state, message="because"))
    reply = ask(f"{url}/readyz")
    assert reply.status == 503
    assert reply.text == f"edge-1: {state}, 3 of 3 instances ready, 2.4s: because\n"


@pytest.mark.parametrize(
    ("shown", "because"),
    [
        (None, "starting, no report yet"),
        (report(fetched_at=None), "the repository was never fetched since the agent started"),
        (
            report(fetched_at=800.0),
            "the last fetch that succeeded was 5 min ago; more than 5 min is too long",
        ),
    ],
)
def test_what_is_not_known_is_not_ready(house: House, url: str, shown: Report | None, because: str) -> None:
    """Without a report or a fresh fetch the agent does not claim to be ready."""
    house.tick()
    if shown is not None:
        house.board.publish(shown)
    reply = ask(f"{url}/readyz")
    assert (reply.status, reply.text) == (503, f"{because}\n")


def test_a_loop_that_hangs_is_not_ready(house: House, url: str) -> None:
    """A converged report of a loop that no longer turns is no false green."""
    house.tick()
    house.now += 120
    house.board.publish(report(fetched_at=house.now))
    reply = ask(f"{url}/readyz")
    assert reply.status == 503
    assert "has not turned" in reply.text
