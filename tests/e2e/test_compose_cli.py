"""`docker compose` in a copy of the project sees the containers that the agent made of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.lab.agents import Agent
from tests.lab.images import BUSYBOX_2

PROJECT = f"""
services:
  web:
    image: {BUSYBOX_2}
    command: [sh, -c, "echo hello of web; exec sleep 1000"]
    init: true
    deploy: {{replicas: 2}}
  job:
    image: {BUSYBOX_2}
    command: [sh, -c, "echo hello of job"]
"""


def command() -> tuple[str, ...]:
    """The plugin of the client, or the program that came before it; empty where there is neither."""
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if plugin.returncode == 0:
            return ("docker", "compose")
    return ("docker-compose",) if shutil.which("docker-compose") else ()


COMPOSE = command()


@pytest.mark.skipif(not COMPOSE, reason="neither docker compose nor docker-compose is installed")
def test_compose_sees_what_the_agent_runs(agent: Agent, tmp_path: Path) -> None:
    """All of the project, each service by its name, and what the containers wrote."""
    agent.work.deploy({"shop/compose.yaml": PROJECT})
    agent.reaches("converged")
    copy = tmp_path / "shop"
    copy.mkdir()
    (copy / "compose.yaml").write_text(PROJECT)
    (copy / "docker-compose.yml").write_text(PROJECT)

    def said(*arguments: str) -> str:
        environment = {**os.environ, "DOCKER_HOST": agent.engine.url}
        done = subprocess.run(
            [*COMPOSE, *arguments], cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    ids = {name.partition("#")[0].rpartition("/")[2]: set[str]() for name in agent.status()["workloads"]}
    for one in agent.containers():
        ids[one.instance.partition("#")[0].rpartition("/")[2]].add(one.id)
    assert {name: len(found) for name, found in ids.items()} == {"web": 2, "job": 1}
    for service, wanted in ids.items():
        assert set(said("ps", "-a", "-q", service).split()) == wanted
    assert set(said("ps", "-q", "-a").split()) == set[str]().union(*ids.values())
    logs = said("logs", "--no-color")
    assert (logs.count("hello of web"), logs.count("hello of job")) == (2, 1)
