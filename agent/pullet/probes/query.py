"""A GET whose answer is judged by its status and, where one is expected, by the number in it.

The number is the whole body, or the value of an instant query of Prometheus, in every series of it:
https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from pullet import __version__
from pullet.model.inspection import Expectation, Query
from pullet.probes.standing import Outcome

LONGEST = 1 << 20  # bytes of an answer that are read

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(query: Query, timeout: float) -> Outcome:
    """Blocks for about `timeout` seconds at most. Redirects are followed; certificates have to be valid."""
    what = f"GET {_named(query.url)}"
    request = urllib.request.Request(query.url, headers={"User-Agent": f"pullet/{__version__}"})  # noqa: S310
    try:
        with _direct.open(request, timeout=timeout) as answer:
            body = answer.read(LONGEST)
    except urllib.error.HTTPError as error:
        error.close()
        return Outcome(ok=False, kind=f"status {error.code}", message=f"{what} answered {error.code}")
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        return Outcome(ok=False, kind="away", message=f"{what} failed: {reason}")
    if query.expected is None:
        return Outcome(ok=True, kind="good", message=f"{what} succeeded")
    return _judge(tuple(numbers(body)), query.expected, what)


def _judge(found: tuple[float, ...], expected: Expectation, what: str) -> Outcome:
    if not found:
        return Outcome(ok=False, kind="no number", message=f"{what} answered no number")
    bad = next((number for number in found if not expected.met_by(number)), None)
    if bad is None:
        return Outcome(ok=True, kind="good", message=f"{what} answered {found[0]:g}")
    return Outcome(ok=False, kind="number", message=f"{what} answered {bad:g}, which is not {expected}")


def numbers(body: bytes) -> Iterator[float]:
    """What an answer says; nothing where it is not understood."""
    try:
        data = json.loads(body)
    except ValueError:
        data = body.decode(errors="replace").strip()
    values = list(_values(data)) if isinstance(data, dict) else [data]
    for value in values:
        with suppress(TypeError, ValueError):
            yield float(value)


def _values(answer: dict[str, Any]) -> Iterator[Any]:
    match answer:
        case {"data": {"resultType": "vector", "result": [*series]}}:
            for one in series:
                match one:
                    case {"value": [_, value]}:
                        yield value
        case {"data": {"resultType": "scalar", "result": [_, value]}}:
            yield value


def _named(url: str) -> str:
    """Without the query, which may be long."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
