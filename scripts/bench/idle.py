"""Fifty workloads with nothing to do: what the agent asks of the engine, and what it costs meanwhile."""

from __future__ import annotations

import time

from scripts.bench.figures import Below, Exactly, Figure
from scripts.bench.lab import Lab
from scripts.bench.vitals import cpu_seconds, proportional_megabytes, resident_megabytes
from scripts.bench.workloads import manifests
from tests.lab.agents import Agent
from tests.lab.proxy import Tap, tapped

COUNT = 50
SECONDS = 30.0
QUIET = 5.0  # half of the time between two looks that nothing asked for
LIST = "GET /containers/json"


def measure(lab: Lab) -> list[Figure]:
    with lab.fleet() as fleet, tapped(lab.engine.url) as tap:
        agent = fleet.agent(settings={"engine": tap.url}).start()
        agent.notes("converged", agent.follows(manifests(COUNT)))
        assert agent.process is not None
        pid = agent.process.pid
        _await_quiet(tap)
        ticks, asked, cpu = _ticks(agent), len(tap.requests), cpu_seconds(pid)
        lab.say(f"{COUNT} workloads, nothing to do: watching for {SECONDS:.0f} s")
        time.sleep(SECONDS)
        cpu, requests, ticks = cpu_seconds(pid) - cpu, tap.since(asked), _ticks(agent) - ticks
        memory, share = resident_megabytes(pid), proportional_megabytes(pid)
        agent.stop()
    lists = requests.count(LIST)
    for other in sorted(set(requests) - {LIST}):
        lab.say(f"asked {requests.count(other)} times: {other}")
    return [
        Figure(
            f"list calls a tick, {COUNT} workloads, nothing to do",
            "calls",
            (lists / ticks,),
            limit=Exactly(1),
        ),
        Figure(
            "other calls meanwhile, such as inspections", "calls", (len(requests) - lists,), limit=Exactly(0)
        ),
        Figure("processor meanwhile, of one core", "%", (100 * cpu / SECONDS,), limit=Below(1)),
        Figure("memory, resident", "MB", (memory,), limit=Below(90)),
        Figure("memory, shared pages by their share", "MB", (share,)),
    ]


def _await_quiet(tap: Tap) -> None:
    """The last events of the convergence are still looked at; that is not idleness."""
    asked = -1
    while asked != len(tap.requests):
        asked = len(tap.requests)
        time.sleep(QUIET)


def _ticks(agent: Agent) -> int:
    lines = agent.ask("/metrics").text.splitlines()
    return int(float(next(line for line in lines if line.startswith("pullet_ticks_total ")).split()[1]))
