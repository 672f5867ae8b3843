"""Fifty workloads from nothing to all running: by an agent that runs, by `pullet once`, and by the SDK alone."""

from __future__ import annotations

from collections.abc import Callable

from scripts.bench.events import now
from scripts.bench.figures import Figure, Times
from scripts.bench.lab import Lab
from scripts.bench.raw import prepared
from scripts.bench.workloads import instances, manifests

COUNT = 50
ROUNDS = 5
LIMIT = Times(1.15)


def measure(lab: Lab) -> list[Figure]:
    """Each round does it in all three ways, beginning with another one each time."""
    ways: list[tuple[str, Callable[[Lab], float]]] = [("raw", _raw), ("run", _run), ("once", _once)]
    seconds: dict[str, list[float]] = {name: [] for name, _ in ways}
    for number in range(ROUNDS):
        for name, way in ways[number % 3 :] + ways[: number % 3]:
            seconds[name].append(way(lab))
        latest = ", ".join(f"{name} {taken[-1]:.2f} s" for name, taken in seconds.items())
        lab.say(f"{COUNT} workloads, round {number + 1} of {ROUNDS}: {latest}")
    floor = tuple(seconds["raw"])
    return [
        Figure(f"{COUNT} workloads from the start of `git push`", "s", tuple(seconds["run"]), floor, LIMIT),
        Figure(
            f"{COUNT} workloads from the start of `pullet once`", "s", tuple(seconds["once"]), floor, LIMIT
        ),
    ]


def _raw(lab: Lab) -> float:
    """With a network to make first, as the others have."""
    with lab.raw_node() as node:
        blueprints = prepared(instances(manifests(COUNT), node), node)
        began = now()
        lab.raw.make_network(node)
        lab.raw.run_all(blueprints)
        return lab.events.await_started(node, since=began, count=COUNT) - began


def _run(lab: Lab) -> float:
    with lab.fleet() as fleet:
        agent = fleet.agent().start()
        agent.work.commit(manifests(COUNT))
        began = now()
        agent.work.push()
        ended = lab.events.await_started(agent.node, since=began, count=COUNT)
        agent.stop()
        return ended - began


def _once(lab: Lab) -> float:
    with lab.fleet() as fleet:
        agent = fleet.agent()
        agent.work.deploy(manifests(COUNT))
        began = now()
        done = agent.pullet("once", timeout=120)
        assert done.code == 0, done.text
        return lab.events.await_started(agent.node, since=began, count=COUNT) - began
