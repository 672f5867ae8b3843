"""The whole way over the network: manifests in and notes out, with the login that the server asks for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.agents import Fleet
from tests.lab.declare import deployment
from tests.lab.git_servers import git_daemon, http_server, ssh_key, ssh_server

TOKEN = "s3cret-t0ken"
Served = Callable[[Path], contextlib.AbstractContextManager[dict[str, Any]]]


@contextlib.contextmanager
def over_git(home: Path) -> Iterator[dict[str, Any]]:
    with git_daemon(home) as url:
        yield {"url": f"{url}/fleet.git"}


@contextlib.contextmanager
def over_http(home: Path) -> Iterator[dict[str, Any]]:
    token = home / "token"
    token.write_text(f"{TOKEN}\n")
    with http_server(home, token=TOKEN) as url:
        yield {"url": f"{url}/fleet.git", "token_file": str(token)}


@contextlib.contextmanager
def over_ssh(home: Path) -> Iterator[dict[str, Any]]:
    key = ssh_key(home / "key")
    with ssh_server(home / "ssh", key) as url:
        yield {"url": f"{url}{home}/fleet.git", "ssh_key_file": str(key)}


@pytest.mark.parametrize("served", [over_git, over_http, over_ssh])
def test_follow_and_report_back(fleet: Fleet, served: Served) -> None:
    """A push is followed within a poll, and the note arrives in the repository."""
    with served(fleet.home) as repo:
        agent = fleet.agent(settings={"repo": {**repo, "poll": "500ms"}}).start()
        for replicas in (1, 2):
            commit = agent.follows({"web.yaml": deployment("web", replicas)})
            assert len(agent.stands()) == replicas
            agent.notes("converged", commit)
        assert agent.pullet("sync").code == 0
        assert agent.stop() == 0
    assert TOKEN not in agent.tail()
