"""The verbs that only look: what they print is for people and programs, and nothing else is in it."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path

from pullet.repo.selection import LARGEST_FILE
from tests.lab.git_servers import Work, bare_repository, git

NOTE = """\
edge-1: refused, 0 of 0 instances ready, 0.1s: web.yaml:7:3: unknown field

node: edge-1
commit: {commit}
state: refused
since: '2026-01-01T00:00:00Z'
message: ''
workloads: {{}}
problems:
- {{path: web.yaml, line: 7, column: 3, field: spec.replica, severity: error, message: unknown field, hint: did you mean replicas?}}
"""  # noqa: E501 - one line in YAML


def pullet(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = Path(sysconfig.get_path("scripts"), "pullet")
    return subprocess.run((command, *arguments), capture_output=True, text=True, check=False)


def test_what_is_logged_is_not_output(tmp_path: Path) -> None:
    """A file that is passed over is told of on standard error; standard output stays JSON."""
    (tmp_path / "huge.yaml").write_bytes(b"#" * (LARGEST_FILE + 1))
    done = pullet("validate", tmp_path, "-o", "json")
    assert json.loads(done.stdout)["problems"] == []
    assert "huge.yaml" in done.stderr


def test_status_names_the_field(tmp_path: Path) -> None:
    """A problem in a node's note is shown as `validate` shows it: place, field, what, and what was meant."""
    work = Work.beside(bare_repository(tmp_path / "fleet.git"))
    commit = work.deploy({"web.yaml": "{}"})
    note = NOTE.format(commit=commit)
    git(work.bare, "notes", "--ref=pullet/edge-1", "add", "--file=-", commit, stdin=note)
    done = pullet("status", "--repo", work.bare)
    assert "edge-1: web.yaml:7:3: error: spec.replica: unknown field (did you mean replicas?)" in done.stderr
