"""Debian's docker-registry on loopback, that wants a name and a password."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.lab.git_servers import free_port
from tests.lab.wait import eventually

UNAUTHORIZED = 401
CONFIG = """
version: 0.1
storage:
  filesystem: {{rootdirectory: {home}/data}}
http: {{addr: 127.0.0.1:{port}}}
auth:
  htpasswd: {{realm: lab, path: {home}/htpasswd}}
"""


@dataclass(frozen=True, slots=True)
class Registry:
    """`address` begins the names of its images; an engine takes loopback without TLS."""

    address: str
    username: str = "robot"
    password: str = "open sesame"


def missing() -> str:
    """What to install, empty where all is there."""
    wanted = {"docker-registry": "docker-registry", "htpasswd": "apache2-utils"}
    return " ".join(package for program, package in wanted.items() if shutil.which(program) is None)


@contextlib.contextmanager
def private_registry(home: Path) -> Iterator[Registry]:
    registry = Registry(f"127.0.0.1:{free_port()}")
    (home / "config.yml").write_text(CONFIG.format(home=home, port=registry.address.partition(":")[2]))
    command = ["htpasswd", "-Bbn", registry.username, registry.password]
    (home / "htpasswd").write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", home / "config.yml"], stdout=log, stderr=log)
    try:
        eventually(lambda: _answers(registry), 20, "the registry answers")
        yield registry
    finally:
        process.terminate()
        process.wait(10)


def _answers(registry: Registry) -> bool:
    try:
        answer = requests.get(f"http://{registry.address}/v2/", timeout=2)
        return bool(answer.status_code == UNAUTHORIZED)
    except requests.RequestException:
        return False
