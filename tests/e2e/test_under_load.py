"""Rollouts while a client asks all the time, through a balancer that is a workload too: no answer is missed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import pytest
import yaml

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.git_servers import free_port
from tests.lab.images import BUSYBOX, BUSYBOX_2

WEB = "shop/Deployment/web"

# Asks the network's own name server for the pods behind the name, and takes the first that accepts.
BALANCE = """\
for address in $(nslookup web 127.0.0.11 | awk '/^Address/ && !/:53/ {print $NF}'); do
  exec 3>&1
  nc -w 5 $address 8080 && exit 0
done
exit 1
"""

# On SIGTERM it stops to accept, answers what it has begun, and ends.
SERVE = """\
mkdir -p /www && echo "$VERSION" > /www/index.html
httpd -f -p 8080 -h /www & server=$!
trap 'kill $server; sleep 1; exit 0' TERM
wait
"""

STRATEGIES = {
    "rolling": {},
    "in turn": {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}},
    "blue-green": {"annotations": {"pullet.dev/strategy": "blue-green"}},
    "canary": {
        "annotations": {
            "pullet.dev/strategy": "canary",
            "pullet.dev/canary-steps": "1, pause 2s, 2",
        }
    },
}


def web(version: str, image: str, how: dict[str, object]) -> str:
    """Three that serve their version, behind the name `web`."""
    spec = {key: value for key, value in how.items() if key != "annotations"}
    ready = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    text = deployment(
        "web",
        3,
        image=image,
        command=["sh", "-c", SERVE],
        env=[{"name": "VERSION", "value": version}],
        ready=ready,
        spec=spec,
    )
    declared = yaml.safe_load(text)
    declared["metadata"]["annotations"] = how.get("annotations", {})
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 8080}]},
    }
    return yaml.safe_dump_all([declared, service])


def balancer(port: int) -> str:
    ports = [{"containerPort": 80, "hostPort": port, "hostIP": "127.0.0.1"}]
    listen = ["nc", "-lk", "-p", "80", "-e", "sh", "-c", BALANCE]
    return deployment("front", command=listen, ports=ports, ready={"tcpSocket": {"port": 80}})


@dataclass
class Client:
    """Asks from several threads without a pause; `answers` counts what came back."""

    port: int
    answers: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode().strip()
        except (OSError, HTTPException) as error:
            return f"failed: {error!r}"
        finally:
            connection.close()

    @contextmanager
    def asking(self) -> Iterator[Counter[str]]:
        threads = [threading.Thread(target=self._ask_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            yield self.answers
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _ask_on(self) -> None:
        while not self._over.is_set():
            self.answers[self.ask()] += 1


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_answer_is_missed(agent: Agent, strategy: str) -> None:
    """Whatever the strategy: while all of them are replaced, every question has an answer, of the old or of the new."""
    how, port = STRATEGIES[strategy], free_port()
    agent.follows({"web.yaml": web("old", BUSYBOX, how), "front.yaml": balancer(port)})
    client = Client(port)
    agent.waits(lambda: client.ask() == "old", "the balancer leads to the old ones")
    with client.asking() as answers:
        agent.waits(lambda: answers["old"] > 20, "the client has its answers")
        agent.follows({"web.yaml": web("new", BUSYBOX_2, how)})
        before = answers["new"]
        agent.waits(lambda: answers["new"] > before + 20, "the new ones answer")
    assert set(answers) == {"old", "new"}, answers
