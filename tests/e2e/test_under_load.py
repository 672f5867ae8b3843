"""Rollouts while a client asks all the time, through a balancer that is a workload too: no answer is missed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

import pytest
import yaml

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.git_servers import free_port
from tests.lab.images import IDLES

# Runs its first argument for each question. On SIGTERM it is no longer ready, answers who had not seen that, and ends.
SERVE = """\
mkdir -p /www/cgi-bin && echo READY > /www/ready
printf %s "$0" > /www/cgi-bin/answer && chmod +x /www/cgi-bin/answer
httpd -f -p 8080 -h /www &
trap 'rm /www/ready; sleep 2; exit 0' TERM
wait
"""

VERSION = """\
#!/bin/sh
sleep 0.3
printf '\\r\\n%s\\n' "$VERSION"
"""

# Resolves the name for each question, and asks the first that is ready, once: what that one does not answer is lost.
BALANCE = """\
#!/bin/sh
get() { printf 'GET %s HTTP/1.0\\r\\n\\r\\n' "$2" | nc -w 2 "$1" 8080 | tail -n 1; }
printf '\\r\\n'
for backend in $(nslookup -type=a web 127.0.0.11 | awk '/^Address/ && !/:53$/ {print $NF}'); do
  [ "$(get $backend /ready)" = READY ] && exec echo "$(get $backend /cgi-bin/answer)"
done
echo no backend is ready
"""

READY = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}

STRATEGIES: dict[str, dict[str, Any]] = {
    "rolling": {},
    "in turn": {"spec": {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}},
    "blue-green": {"ours": {"strategy": "blue-green"}},
    "canary": {"ours": {"strategy": "canary", "canary-steps": "1, pause 2s, 2"}},
}

SERVICE = yaml.safe_dump(
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 8080}]},
    }
)


def web(version: str, how: dict[str, Any], script: str = SERVE) -> str:
    """Three that answer with their version."""
    env = [{"name": "VERSION", "value": version}]
    return deployment("web", 3, command=["sh", "-c", script, VERSION], env=env, ready=READY, **how)


def balancer(port: int) -> str:
    ports = [{"containerPort": 8080, "hostPort": port, "hostIP": "127.0.0.1"}]
    return deployment("front", command=["sh", "-c", SERVE, BALANCE], ports=ports, ready=READY)


@dataclass
class Client:
    """Asks from several threads without a pause; `answers` counts what came back."""

    port: int
    answers: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def asking(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask_on) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def _ask_on(self) -> None:
        while not self._over.is_set():
            self.answers[self._ask()] += 1

    def _ask(self) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/cgi-bin/answer")
            return connection.getresponse().read().decode().strip()
        except (OSError, HTTPException) as error:
            return f"failed: {error!r}"
        finally:
            connection.close()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_answer_is_missed(agent: Agent, strategy: str) -> None:
    """While all of them are replaced, by two agents as one is killed, every question has an answer: the old or the new.

    With `trap 'exit 0' TERM` instead, which cuts what was begun, each strategy loses some.
    """
    how, port = STRATEGIES[strategy], free_port()
    agent.follows({"web.yaml": web("old", how), "service.yaml": SERVICE, "front.yaml": balancer(port)})
    client = Client(port)
    with client.asking():
        agent.waits(lambda: client.answers["old"] > 5, "the old ones answer")
        commit = agent.work.deploy({"web.yaml": web("new", how)})
        agent.waits(lambda: client.answers["new"], "the first new one answers")
        agent.kill()
        agent.start().reaches("converged", commit)
        at_the_end = client.answers["new"]
        agent.waits(lambda: client.answers["new"] > at_the_end + 10, "the new ones answer")
    assert set(client.answers) == {"old", "new"}, client.answers


def test_a_bad_release_costs_no_answer(agent: Agent) -> None:
    """One of the old ones goes for what never answers, and comes back with the rollback; the others serve."""
    port = free_port()
    how = {"spec": {**STRATEGIES["in turn"]["spec"], "progressDeadlineSeconds": 3}}
    agent.follows({"web.yaml": web("old", how), "service.yaml": SERVICE, "front.yaml": balancer(port)})
    good = sorted(one.hash for one in agent.containers())
    client = Client(port)
    with client.asking():
        commit = agent.work.deploy({"web.yaml": web("new", how, IDLES)})
        agent.reaches("rolled-back", commit)
        agent.waits(lambda: sorted(one.hash for one in agent.containers()) == good, "has all of the old")
        at_the_end = client.answers["old"]
        agent.waits(lambda: client.answers["old"] > at_the_end + 10, "the old ones answer")
    assert set(client.answers) == {"old"}, client.answers
