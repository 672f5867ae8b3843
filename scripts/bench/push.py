"""From a push to a repository on the same machine until the engine says that the new container has started."""

from __future__ import annotations

from scripts.bench.events import now
from scripts.bench.figures import Figure, Over
from scripts.bench.lab import Lab
from scripts.bench.raw import prepared
from scripts.bench.workloads import instances, manifest, manifests
from tests.lab.agents import Agent
from tests.lab.images import tag
from tests.lab.wait import eventually

PUSHES = 15
LIMIT = Over(0.6)
SETTLED = 60.0


def measure(lab: Lab) -> list[Figure]:
    """Each push gives one workload a new image; after each, the same container is made by the SDK alone."""
    began, returned, floor = [], [], []
    with lab.fleet() as fleet, lab.raw_node() as node:
        agent = fleet.agent().start()
        agent.follows(manifests(PUSHES))
        lab.raw.make_network(node)
        for number in range(PUSHES):
            image = tag(lab.engine.client, f"pullet.test/release:{number}")
            from_start, from_return = _pushed(lab, agent, f"w{number}", image)
            began.append(from_start)
            returned.append(from_return)
            floor.append(_raw(lab, node, manifest(f"w{number}", image)))
            _settled(agent)
            lab.say(f"push {number + 1} of {PUSHES}: {from_start:.3f} s, raw {floor[-1]:.3f} s")
        agent.stop()
    return [
        Figure(
            "push → container started, from the start of `git push`", "s", tuple(began), tuple(floor), LIMIT
        ),
        Figure("push → container started, from its return", "s", tuple(returned), tuple(floor), LIMIT),
    ]


def _pushed(lab: Lab, agent: Agent, name: str, image: str) -> tuple[float, float]:
    """Seconds since the push began, and since it returned."""
    agent.work.commit({f"{name}.yaml": manifest(name, image)}, f"release {image}")
    began = now()
    agent.work.push()
    returned = now()
    started = lab.events.await_started(agent.node, since=began)
    return started - began, started - returned


def _raw(lab: Lab, node: str, declared: str) -> float:
    (blueprint,) = prepared(instances({"a.yaml": declared}, node), node)
    began = now()
    container = lab.raw.run(blueprint)
    return lab.events.await_of(container, "start", since=began) - began


def _settled(agent: Agent) -> None:
    """The old container is gone and the note is pushed: the next push meets an agent with nothing to do."""
    head = agent.work.head
    eventually(lambda: len(agent.containers()) == PUSHES, SETTLED, "the old container goes")
    agent.notes("converged", head)
