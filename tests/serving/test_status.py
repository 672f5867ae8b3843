"""The report as JSON, and that nothing changes where nothing changed."""

from __future__ import annotations

import json

from tests.lab.asking import ask
from tests.lab.reporting import CONVERGED, DEGRADED
from tests.serving.conftest import House


def test_before_the_first_report(url: str) -> None:
    """Without a report the answer is 503 and still JSON, with the node and `starting`."""
    reply = ask(f"{url}/status")
    assert reply.status == 503
    assert json.loads(reply.text) == {"node": "edge-1", "state": "starting"}


def test_the_report_as_json(house: House, url: str) -> None:
    """The body is the report's status, as the last report has it."""
    house.board.publish(CONVERGED)
    house.board.publish(DEGRADED)
    reply = ask(f"{url}/status")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert json.loads(reply.text) == DEGRADED.status()


def test_identical_reports_change_nothing(house: House, url: str) -> None:
    """However often the same report is published, every endpoint says the same to the byte."""
    house.tick()
    paths = ("/", "/status", "/readyz", "/healthz")
    house.board.publish(DEGRADED)
    first = {path: ask(url + path).text for path in paths}
    metrics = _ours(ask(f"{url}/metrics").text)
    for _ in range(10):
        house.board.publish(DEGRADED)
    assert {path: ask(url + path).text for path in paths} == first
    assert _ours(ask(f"{url}/metrics").text) == metrics


def _ours(metrics: str) -> list[str]:
    """Without what the process itself uses, which is never still."""
    return [line for line in metrics.splitlines() if line.startswith("pullet_")]
