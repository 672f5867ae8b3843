"""The fleet of the demo: a repository, somebody's checkout of it, and three agents, each a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.lab.git_servers import ENVIRONMENT, Work, bare_repository, free_port

from pullet.model.errors import PulletError
from pullet.serving.client import fetch_status

EXAMPLE = Path(__file__).parents[2] / "examples-repo"
COMMANDS = sysconfig.get_path("scripts")


@dataclass(frozen=True, slots=True)
class Agent:
    """One `pullet run`; it listens on loopback, and all it owns is below the demo's directory."""

    node: str
    listen: str
    home: Path

    @property
    def settings(self) -> Path:
        return self.home / f"{self.node}.yaml"

    @property
    def log(self) -> Path:
        return self.home / f"{self.node}.log"

    def configure(self, repository: Path, engine: str) -> None:
        policy = self.home / "policy.yaml"  # not the machine's own, which may forbid what the demo shows
        policy.write_text("{}\n")
        settings = {
            "node": self.node,
            "repo": {"url": str(repository)},
            "engine": engine,
            "state": str(self.home / "state" / self.node),
            "run": str(self.home / "run" / self.node),
            "status": {"listen": self.listen},
            "policy_file": str(policy),
        }
        self.settings.write_text(yaml.safe_dump(settings, sort_keys=False))

    def start(self) -> subprocess.Popen[bytes]:
        """In a session of its own: Ctrl-C is for the demo, which then ends the agents."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [f"{COMMANDS}/pullet", "run", "--config", self.settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,
            )

    def status(self) -> dict[str, Any]:
        """What it says of itself; empty while it does not answer."""
        try:
            return fetch_status(self.listen)
        except PulletError:
            return {}


@dataclass(frozen=True, slots=True)
class Fleet:
    work: Work
    agents: tuple[Agent, ...]

    @classmethod
    def of_the_example(cls, home: Path, mark: str) -> Fleet:
        """The nodes are named as in the example, with `mark` behind; nothing is committed yet."""
        work = Work.beside(bare_repository(home / "fleet.git"))
        shutil.copytree(EXAMPLE, work.path, dirs_exist_ok=True)
        agents = []
        for file in sorted(work.path.glob("nodes/*.yaml")):
            name = yaml.safe_load(file.read_text())["metadata"]["name"]
            file.write_text(file.read_text().replace(f"name: {name}", f"name: {name}{mark}"))
            agents.append(Agent(f"{name}{mark}", f"127.0.0.1:{free_port()}", home))
        return cls(work, tuple(agents))

    def say(self, command: str) -> subprocess.CompletedProcess[str]:
        """What a person types in the checkout, and what it answers."""
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.work.path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def environment() -> dict[str, str]:
    """Of nobody's own settings; with the commands of this checkout first."""
    theirs = {key: value for key, value in os.environ.items() if not key.startswith(("PULLET_", "GIT_"))}
    return {**theirs, **ENVIRONMENT, "PATH": f"{COMMANDS}:{os.environ['PATH']}", "PYTHONWARNINGS": ""}
