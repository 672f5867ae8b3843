"""What the verbs are tried on: a small fleet in a directory, in a repository, and an agent's settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.agents import Done, pullet
from tests.lab.git_servers import Work, bare_repository

NODE = "apiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {{role: {role}}}}}\n"
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {role: web}
      containers: [{name: main, image: web:1}]
"""
FLEET = {
    "nodes/edge-1.yaml": NODE.format(name="edge-1", role="web"),
    "nodes/db-1.yaml": NODE.format(name="db-1", role="data"),
    "web.yaml": WEB,
}
WRONG = {"web.yaml": WEB.replace("replicas", "replica")}
NOWHERE = {"web.yaml": WEB.replace("role: web", "role: gpu")}

Pullet = Callable[..., Done]


@pytest.fixture(autouse=True)
def own_git_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's people configured for git is not part of any test."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A directory with the small fleet."""
    return written(tmp_path / "checkout", FLEET)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """The small fleet in a repository, as its first commit."""
    work = Work.beside(bare_repository(tmp_path / "fleet.git"))
    work.deploy(FLEET, "Start the fleet")
    return work


@pytest.fixture
def settings(tmp_path: Path, work: Work) -> Path:
    """An agent's settings file, of a node where no engine answers."""
    return settings_file(tmp_path, work)


def settings_file(home: Path, work: Work, **changes: Any) -> Path:
    data = {
        "node": "edge-1",
        "repo": {"url": str(work.bare)},
        "engine": f"unix://{home}/no.sock",
        "state": str(home / "state"),
        "run": str(home / "run"),
        "status": {"listen": "127.0.0.1:1"},
    }
    file = home / "agent.yaml"
    file.write_text(yaml.safe_dump(data | changes))
    return file


def written(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return directory


@pytest.fixture
def here(settings: Path) -> Pullet:
    """Runs a verb with the node's settings."""

    def run(*arguments: str, **how: Any) -> Done:
        return pullet("--config", str(settings), *arguments, **how)

    return run
