"""What the agent does and waits for, for verbs that ask."""

from __future__ import annotations

import json

import pytest

from pullet.model.errors import Transient
from pullet.serving.board import Tick
from pullet.serving.client import fetch_activity
from tests.lab.asking import ask
from tests.serving.conftest import House


def test_before_the_first_tick(url: str) -> None:
    """503, as for the report; the verbs are told to ask again."""
    reply = ask(f"{url}/activity")
    assert (reply.status, json.loads(reply.text)) == (503, {"node": "edge-1", "state": "starting"})
    with pytest.raises(Transient, match="no report yet"):
        fetch_activity(url.removeprefix("http://"), "")


def test_of_one_workload(house: House, url: str) -> None:
    """The name comes through whole, and what is told of the last tick comes back."""
    house.board.tick(Tick(house.now, 0.02, activity=lambda workload: {"node": "edge-1", "of": workload}))
    told = fetch_activity(url.removeprefix("http://"), "shop/Deployment/web & co")
    assert told == {"node": "edge-1", "of": "shop/Deployment/web & co"}
    assert json.loads(ask(f"{url}/activity").text)["of"] == ""
