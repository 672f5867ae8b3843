"""A canary's check: a command in it, or a number that something else knows of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pullet.model.errors import Refused, Transient
from pullet.model.inspection import Expectation, Inspected, Query, Question
from pullet.model.probe import Exec
from pullet.probes.inspector import Inspector
from pullet.probes.query import ask, numbers
from tests.lab.wait import eventually

QUESTION = Question("c1", Exec(("test", "-f", "/run/healthy")))


class Metrics:
    """An HTTP server that says what the test wants it to say."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        metrics = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(metrics.status)
                self.end_headers()
                self.wfile.write(metrics.body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1/query?query=errors"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def says(self, *values: str) -> None:
        result = [{"metric": {}, "value": [1.5, value]} for value in values]
        self.body = json.dumps({"data": {"resultType": "vector", "result": result}}).encode()


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics()
    yield made
    made.server.shutdown()
    made.server.server_close()


def told(metrics: Metrics, expected: Expectation | None = None) -> tuple[bool, str]:
    outcome = ask(Query(metrics.url, expected), 5)
    return outcome.ok, outcome.message.removeprefix(f"GET {metrics.url.partition('?')[0]} ")


def test_the_status_decides(metrics: Metrics) -> None:
    """Where no number is expected."""
    assert told(metrics) == (True, "succeeded")
    metrics.status = 503
    assert told(metrics) == (False, "answered 503")


def test_the_number_decides(metrics: Metrics) -> None:
    """In every series that the answer has; without a number nothing is proven."""
    low = Expectation("<", 0.05)
    metrics.says("0.01", "0.02")
    assert told(metrics, low) == (True, "answered 0.01")
    metrics.says("0.01", "0.2")
    assert told(metrics, low) == (False, "answered 0.2, which is not < 0.05")
    for values in ((), ("NaN",)):
        metrics.says(*values)
        assert not told(metrics, low)[0]


def test_nobody_there(metrics: Metrics) -> None:
    """It counts as a failure: what cannot be shown is not proven."""
    metrics.server.shutdown()
    metrics.server.server_close()
    ok, message = told(metrics)
    assert not ok
    assert "failed: " in message


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"0.25\n", [0.25]),
        (b'{"data": {"resultType": "scalar", "result": [1.5, "3"]}}', [3]),
        (b'{"data": {"resultType": "matrix", "result": []}}', []),
        (b'{"data": null}', []),
        (b"[1, 2]", []),
        (b"all is well", []),
        (b"", []),
    ],
)
def test_numbers(body: bytes, found: list[float]) -> None:
    """A number alone, or what Prometheus answers; anything else is none."""
    assert list(numbers(body)) == found


@pytest.fixture
def inspect() -> Iterator[Callable[[Callable[[], int]], Inspector]]:
    made: list[Inspector] = []

    def start(exit_code: Callable[[], int]) -> Inspector:
        made.append(Inspector(lambda *_: (exit_code(), "hens are ill"), lambda _: None, period=0.01))
        return made[-1]

    yield start
    for one in made:
        one.stop()


def test_three_failures_in_a_row(inspect: Callable[[Callable[[], int]], Inspector]) -> None:
    """One alone has not passed, and has not failed."""
    codes = [0, 1, 1, 0, 1]
    inspector = inspect(lambda: codes.pop(0) if codes else 7)
    seen: list[Inspected] = []

    def failed() -> bool:
        seen.extend(inspector.results({"web": QUESTION}).values())
        return bool(seen) and seen[-1].failed

    eventually(failed)
    assert seen[-1].message == "`test -f /run/healthy` exited with 7: hens are ill"
    assert codes == []


def test_another_question_begins_anew() -> None:
    """The answers about one container say nothing of the next."""
    inspector = Inspector(lambda container, *_: (int(container == "c1"), ""), lambda _: None, period=0.01)
    eventually(lambda: inspector.results({"web": QUESTION}))
    second = {"web": Question("c2", QUESTION.inspection)}
    seen = [found for _ in range(9) for found in inspector.results(second).values()]
    eventually(lambda: inspector.results(second))
    assert all(one.passed for one in [*seen, *inspector.results(second).values()])
    assert inspector.results({}) == {}


@pytest.mark.parametrize(
    "error", [Transient("the engine is away"), Refused("no such program"), TimeoutError()]
)
def test_what_could_not_be_asked_says_nothing(error: Exception) -> None:
    """A command that cannot be run has failed; an engine that is away is nobody's fault."""
    tries: list[int] = []

    def run(*_: object) -> tuple[int, str]:
        tries.append(1)
        raise error

    inspector = Inspector(run, lambda _: None, period=0.01)
    inspector.results({"web": QUESTION})
    eventually(lambda: len(tries) > 4)
    found = inspector.results({"web": QUESTION})
    inspector.stop()
    assert found == {} if isinstance(error, Transient) else found["web"].failed
