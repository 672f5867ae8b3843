"""`python -m scripts.bench` as `make bench` calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.bench.raw import prepared
from scripts.bench.workloads import instances, manifests

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_wrong_use_is_told() -> None:
    """A part that does not exist is refused with the names of those that do."""
    done = bench("--only", "everything")
    assert done.returncode == 2
    assert "commands" in done.stderr


def test_a_part_is_measured_shown_and_written(tmp_path: Path) -> None:
    """The quickest part, on a private engine: a table for people, JSON for programs. No duration is asserted."""
    out = tmp_path / "figures.json"
    done = bench("--only", "commands", "--out", str(out))
    if done.stderr.startswith("bench: "):
        pytest.skip(done.stderr)
    assert done.returncode in (0, 1), done.stderr
    assert "pullet --help" in done.stdout
    written = json.loads(out.read_text())
    assert {"pullet --help", "pullet validate examples-repo"} <= {
        figure["name"] for figure in written["figures"]
    }
    assert "cores" in written["machine"]


def test_raw_containers_are_made_as_pullet_makes_them() -> None:
    """The floor asks the engine for the same: image, limits, network, labels of the same kind."""
    blueprints = prepared(instances(manifests(3), "raw"), "raw")
    assert len({blueprint.name for blueprint in blueprints}) == 3
    assert {blueprint.body["HostConfig"]["Memory"] for blueprint in blueprints} == {64 * 1024 * 1024}
    assert {blueprint.labels["pullet.dev/node"] for blueprint in blueprints} == {"raw"}
