"""A rolling update of many instances on one node, beside the same creates and stops by the SDK alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from scripts.bench.events import now
from scripts.bench.figures import Figure
from scripts.bench.lab import Lab
from scripts.bench.raw import THREADS, prepared
from scripts.bench.workloads import RESOURCES, instances
from tests.lab.declare import deployment
from tests.lab.images import BUSYBOX, BUSYBOX_2

COUNT = 200
QUARTER = COUNT // 4
SERVES = ("sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 & wait")
READY = {"tcpSocket": {"port": 80}, "periodSeconds": 1}
PATIENCE = 600.0


def measure(lab: Lab) -> list[Figure]:
    """With Kubernetes' own bounds: a quarter above, and none missing, as the new ones have to be ready first."""
    with lab.fleet() as fleet:
        agent = fleet.agent().start()
        agent.reaches("converged", agent.work.deploy(_files(BUSYBOX)), PATIENCE)
        lab.say(f"rolling: {COUNT} instances stand")
        agent.work.commit(_files(BUSYBOX_2))
        began = now()
        agent.work.push()
        agent.reaches("converged", agent.work.head, PATIENCE)
        taken = now() - began
        agent.stop()
    floor = _raw(lab)
    lab.say(f"rolling: {taken:.1f} s, raw {floor:.1f} s")
    return [Figure(f"a rolling update of {COUNT} instances", "s", (taken,), (floor,))]


def _raw(lab: Lab) -> float:
    """A quarter after the other, as a network has no addresses for more; no thought of what serves meanwhile."""
    with lab.raw_node() as node:
        lab.raw.make_network(node)
        lab.raw.run_all(prepared(instances(_files(BUSYBOX), node), node))
        before = [row["Id"] for row in lab.raw.client.containers() if node in row["Labels"].values()]
        began, after = now(), prepared(instances(_files(BUSYBOX_2), node), node)
        with ThreadPoolExecutor(THREADS) as threads:
            for first in range(0, COUNT, QUARTER):
                lab.raw.run_all(after[first : first + QUARTER])
                list(threads.map(lambda one: _end(lab, one), before[first : first + QUARTER]))
        return now() - began


def _end(lab: Lab, container: str) -> None:
    lab.raw.client.stop(container, timeout=5)
    lab.raw.client.remove_container(container)


def _files(image: str) -> dict[str, str]:
    spec = {"strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}}
    how = {"image": image, "command": list(SERVES), "ready": READY, "resources": RESOURCES}
    return {"web.yaml": deployment("web", COUNT, spec=spec, **how)}
