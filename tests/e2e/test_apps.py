"""Applications as people write them, run for real: what the engine was told is what their manifests say."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.agents import Agent, Done, new_fleet, pullet
from tests.lab.apps import App, Played, all_apps, files_of
from tests.lab.engine import LabEngine

ON_THE_NODE = Path(f"/tmp/pullet-apps-{os.getpid()}")
_OWN = os.getpid() % 250 + 1
"""What the applications use of the node, paths and addresses, is this run's own: another may be at it too."""

POLICY = {
    "privileged": True,
    "hostNamespaces": ["network", "pid", "ipc"],
    "capabilities": ["NET_ADMIN", "SYS_PTRACE"],
    "hostPaths": [
        {"path": str(ON_THE_NODE)},
        *({"path": path, "readOnly": True} for path in ("/etc", "/dev")),
    ],
    "devices": ["/dev/*"],
    "registries": ["pullet.test/*"],
    "build": True,
}
PLACES = {
    "/tmp/pullet-apps": str(ON_THE_NODE),
    "127.0.77.": f"127.{_OWN}.77.",
    "127.0.78.": f"127.{_OWN}.78.",
    "10.63.77.": f"10.63.{_OWN}.",
}
EVERY = [app.moved(PLACES) for app in all_apps()]


@contextlib.contextmanager
def paths_of_the_node() -> Iterator[None]:
    """A shared mount, as the root of most nodes is: some volumes ask for what only such a one can do."""
    (ON_THE_NODE / "there").mkdir(parents=True)
    (ON_THE_NODE / "there" / "note").write_text("of the node\n")
    subprocess.run(["mount", "--bind", ON_THE_NODE, ON_THE_NODE], check=True)
    subprocess.run(["mount", "--make-shared", ON_THE_NODE], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", ON_THE_NODE], check=True)
        shutil.rmtree(ON_THE_NODE)


@pytest.fixture(scope="module")
def converged(engine: LabEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Agent, Done]]:
    """All of them in one repository, and a node that has run `pullet once`."""
    if not engine.private:
        pytest.skip("the applications use paths, ports and networks of the node: run the tests as root")
    with paths_of_the_node(), new_fleet(tmp_path_factory.mktemp("apps"), engine) as fleet:
        policy = fleet.home / "policy.yaml"
        policy.write_text(yaml.safe_dump(POLICY))
        agent = fleet.agent(settings={"policy_file": str(policy), "labels": {"role": "web"}})
        fleet.work.deploy(files_of(EVERY))
        yield agent, agent.pullet("once", "--timeout", "150", timeout=180)


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What `pullet validate` says of all of them."""
    home = tmp_path_factory.mktemp("checkout")
    for path, text in files_of(EVERY).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    return list(pullet("validate", str(home), "-o", "json").json["problems"])


@pytest.mark.parametrize("app", EVERY, ids=lambda app: app.name)
def test_read(app: App, problems: list[dict[str, Any]]) -> None:
    """Its manifests have no error, and warn of what they are expected to warn of."""
    ours = [one for one in problems if one["path"] in app.files]
    assert [one for one in ours if one["severity"] == "error"] == []
    assert sorted(one["field"] for one in ours) == sorted(yaml.safe_load(app.expect).get("warns", []))


def test_all_of_them_converge(converged: tuple[Agent, Done]) -> None:
    """Every application is ready at the end of one run."""
    _, once = converged
    assert once.code == 0, once.text


@pytest.mark.parametrize("app", EVERY, ids=lambda app: app.name)
def test_run(app: App, converged: tuple[Agent, Done]) -> None:
    """What stands on the engine, and what can be seen inside, is what the manifests say."""
    agent, _ = converged
    Played(app, agent).check()
