"""From the killing of a container until the engine says that it runs again."""

from __future__ import annotations

from scripts.bench.events import now
from scripts.bench.figures import Figure, Over
from scripts.bench.lab import Lab
from scripts.bench.raw import prepared
from scripts.bench.workloads import instances, manifests

KILLS = 15
LIMIT = Over(0.5)


def measure(lab: Lab) -> list[Figure]:
    """Each workload is killed once, so that no backoff is in it; after each, the SDK starts one that was killed."""
    healed, floor = [], []
    with lab.fleet() as fleet, lab.raw_node() as node:
        agent = fleet.agent().start()
        agent.notes("converged", agent.follows(manifests(KILLS)))
        lab.raw.make_network(node)
        blueprints = prepared(instances(manifests(KILLS), node), node)
        ours = [lab.raw.run(blueprint) for blueprint in blueprints]
        for theirs, container in zip(sorted(agent.ids().values()), ours, strict=True):
            healed.append(_healed(lab, theirs))
            agent.reaches("converged")
            floor.append(_raw(lab, container))
            lab.say(f"kill {len(healed)} of {KILLS}: {healed[-1]:.3f} s, raw {floor[-1]:.3f} s")
        agent.stop()
    name = "killed → running again, from the start of the kill"
    return [
        Figure(f"{name}, median", "s", tuple(healed), tuple(floor), LIMIT),
        Figure(f"{name}, maximum", "s", tuple(healed), tuple(floor), LIMIT, worth=max),
    ]


def _healed(lab: Lab, container: str) -> float:
    began = now()
    lab.raw.client.kill(container)
    return lab.events.await_of(container, "start", since=began) - began


def _raw(lab: Lab, container: str) -> float:
    """The start alone, of a container that has died."""
    killed = now()
    lab.raw.client.kill(container)
    lab.events.await_of(container, "die", since=killed)
    began = now()
    lab.raw.client.start(container)
    return lab.events.await_of(container, "start", since=began) - began
