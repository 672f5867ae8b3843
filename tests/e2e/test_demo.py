"""The demo, as `make demo` runs it: it tells the truth, and it leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from scripts.demo.cleaning import agents_of

from pullet.engine import labels
from tests.lab.debian import CHECKOUT
from tests.lab.engine import LabEngine
from tests.lab.images import BUSYBOX
from tests.lab.pods import SLEEP, clear_node

ROOT = os.geteuid() == 0
PLACE = re.compile(r"typed in (/tmp/pullet-demo-\w+)/")
STORY = (
    r"seven containers run on three nodes",
    r"edge-1\S* +shop/Deployment/web#\d +ready +pullet.demo/web:1",
    r"start +shop/Deployment/web#\d .* which stays until this is ready",
    r"web 2 runs .* never fewer than 3 servers answered",
    r"runs again \d+ ms after the kill",
    r"because: .*(restarted|no progress)",
    r"last_words: .*808O",
    r"both went back after .* never fewer than 3 servers answered",
    r"shop/web.yaml:7:3: error: spec.replica: unknown field \(did you mean replicas\?\)",
    r"edge-1\S* +\w{10} +refused .* shop/web.yaml:7:3: spec.replica: unknown field",
    r"all three refuse it .* the same seven containers run",
    r"web 1 runs .* exactly the specifications of before",
    r"db-1\S* +\w{10} +converged +2/2",
    r"Open the shop\n +db-1\S*: converged, 2 of 2 instances ready",
    r"every node's note stands on its commit",
    r"All of it came true",
)


@dataclass
class Demo:
    """One that runs; `said` grows as it is read."""

    process: subprocess.Popen[str]
    said: str = field(default="")

    def until(self, words: str) -> str:
        """Reads on until a line with these words, or to the end; all that was said."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if words in line:
                break
        return self.said

    def end(self) -> int:
        assert self.process.stdout
        self.said += self.process.stdout.read()
        return self.process.wait()

    @property
    def home(self) -> Path:
        found = PLACE.search(self.said)
        assert found, self.said
        return Path(found[1])


@contextlib.contextmanager
def demo(*options: str, **environment: str) -> Iterator[Demo]:
    """Ended with the block, in the way that a person would end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.demo", *options],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield Demo(process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


@pytest.fixture
def stranger(engine: LabEngine) -> Iterator[str]:
    """A container of somebody's node that is named as one of the example's."""
    node = "edge-1"
    body = {
        "Image": BUSYBOX,
        "Cmd": SLEEP,
        "Labels": {labels.NODE: node},
        "HostConfig": {"NetworkMode": "none"},
    }
    container = engine.client.create(body, "stranger")
    engine.client.start(container)
    yield container
    clear_node(engine.client, node)


def everything_on(engine: LabEngine) -> set[str]:
    """Containers, networks, and images by name."""
    client = engine.client
    images = {name for image in client.images() for name in image["RepoTags"] or ()}
    return images | {row["Id"] for row in (*client.containers(all=True), *client.networks())}


def test_tells_its_story_and_leaves_nothing(engine: LabEngine, stranger: str) -> None:
    """Every milestone comes true on an engine that others use too, and only theirs is on it afterwards."""
    before = everything_on(engine)
    with demo(DOCKER_HOST=engine.url) as running:
        code = running.end()
    assert code == 0, running.said
    missing = [milestone for milestone in STORY if not re.search(milestone, running.said)]
    assert not missing, f"{missing} not in: {running.said}"
    assert stranger in everything_on(engine) == before
    assert not running.home.exists()
    assert not agents_of(running.home)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_leaves_nothing(engine: LabEngine, number: signal.Signals) -> None:
    """Told to end in the middle of a rollout, it takes everything away first."""
    before = everything_on(engine)
    with demo(DOCKER_HOST=engine.url) as running:
        running.until("starting")
        running.process.send_signal(number)
        assert running.end() == 128 + number, running.said
    assert everything_on(engine) == before
    assert not running.home.exists()
    assert not agents_of(running.home)


@pytest.mark.skipif(not ROOT, reason="a private engine needs root")
def test_kept_it_goes_on_until_it_is_cleaned_up() -> None:
    """What `--keep` left, with an engine of its own, answers; a later command takes all of it away."""
    with demo("--keep", "--private") as running:
        assert running.end() == 0, running.said
    home = running.home
    try:
        status = [f"{Path(sys.executable).parent}/pullet", "status", "--config", f"{home}/edge-1.yaml"]
        assert "converged" in subprocess.run(status, capture_output=True, text=True, check=True).stdout
    finally:
        with demo("--clean", str(home)) as cleaning:
            assert cleaning.end() == 0, cleaning.said
    assert not home.exists()
    assert str(home) not in Path("/proc/self/mountinfo").read_text()
    assert not processes_naming(home)


def processes_naming(home: Path) -> list[str]:
    """Agents, the engine, its containerd and shims all name the directory on their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().decode(errors="replace"))
    return [command for command in found if str(home) in command]
