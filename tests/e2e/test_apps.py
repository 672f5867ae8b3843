"""Applications as people write them, run for real: what the engine was told is what their manifests say."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.lab.agents import Agent, Done, new_fleet, pullet
from tests.lab.apps import App, Played, all_apps, files_of
from tests.lab.engine import LabEngine

ON_THE_NODE = Path("/tmp/pullet-apps")
"""What the applications use of the node: some want a directory that is there, others one that is not."""

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
EVERY = all_apps()


@contextlib.contextmanager
def paths_of_the_node() -> Iterator[None]:
    """A shared mount, as the root of most nodes is: some volumes ask for what only such a one can do."""
    shutil.rmtree(ON_THE_NODE, ignore_errors=True)
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


@pytest.mark.parametrize("app", EVERY, ids=lambda app: app.name)
def test_read(app: App, tmp_path: Path) -> None:
    """Its manifests have no error, and warn of what they are expected to warn of."""
    for path, text in app.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    problems = pullet("validate", str(tmp_path), "-o", "json").json["problems"]
    assert [one for one in problems if one["severity"] == "error"] == []
    assert sorted({one["field"] for one in problems}) == sorted(yaml.safe_load(app.expect).get("warns", []))


def test_all_of_them_converge(converged: tuple[Agent, Done]) -> None:
    """Every application is ready at the end of one run."""
    _, once = converged
    assert once.code == 0, once.text


@pytest.mark.parametrize("app", EVERY, ids=lambda app: app.name)
def test_run(app: App, converged: tuple[Agent, Done]) -> None:
    """What stands on the engine, and what can be seen inside, is what the manifests say."""
    agent, _ = converged
    Played(app, agent).check()
