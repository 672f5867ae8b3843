"""`validate`, `place` and `plan`: what they say of a fleet in a directory or a repository, in each format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import FLEET, NOWHERE, WRONG, Pullet, written
from tests.lab.agents import pullet
from tests.lab.git_servers import Work

PROBLEM = "web.yaml:5:3: error: spec.replica: unknown field (did you mean replicas?)"


# validate


def test_validate_what_is_right(checkout: Path) -> None:
    """Counts on standard error, nothing on standard output."""
    done = pullet("validate", checkout)
    assert (done.code, done.out, done.err) == (0, "", "3 files, 1 workload, 0 errors, 0 warnings\n")


def test_validate_the_current_directory(checkout: Path) -> None:
    """Without a PATH."""
    assert pullet("validate", cwd=checkout).err.startswith("3 files")


def test_validate_what_is_wrong(checkout: Path) -> None:
    """A line for editors and CI: file, line, column, field, what, and what was meant."""
    done = pullet("validate", written(checkout, WRONG))
    assert (done.code, done.out) == (1, PROBLEM + "\n")
    assert done.err == "3 files, 0 workloads, 1 error, 0 warnings\n"


def test_validate_a_single_file(tmp_path: Path) -> None:
    """What it refers to may be declared in another file; in a directory that is all there is, it is missing."""
    file = tmp_path / "web.yaml"
    env = "envFrom: [{configMapRef: {name: settings}}]"
    file.write_text(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{{name: c, image: i, {env}}}]}}\n"
    )
    alone, whole = pullet("validate", file), pullet("validate", tmp_path)
    assert (alone.code, alone.err) == (0, "1 file, 1 workload, 0 errors, 1 warning\n")
    assert "warning: spec.containers[0].envFrom[0].configMapRef.name: ConfigMap default/settings" in alone.out
    assert (whole.code, whole.err) == (1, "1 file, 0 workloads, 1 error, 0 warnings\n")


def test_validate_a_file_that_is_no_manifest(tmp_path: Path) -> None:
    """Silence would look as if it were right."""
    file = tmp_path / "other.yaml"
    file.write_text("services: {web: {image: i}}\n")
    done = pullet("validate", file)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"pullet: {file} holds nothing that is read (")


def test_validate_for_programs(checkout: Path) -> None:
    """The contract's shape, the same in JSON and YAML."""
    done = pullet("validate", written(checkout, WRONG), "-o", "json")
    assert done.code == 1
    assert done.json == {
        "files": 3,
        "workloads": 0,
        "problems": [
            {
                "path": "web.yaml",
                "line": 5,
                "column": 3,
                "field": "spec.replica",
                "severity": "error",
                "message": "unknown field",
                "hint": "did you mean replicas?",
            }
        ],
    }
    assert yaml.safe_load(pullet("validate", checkout, "-o", "yaml").out) == done.json


def test_validate_a_revision(work: Work) -> None:
    """Of a repository, whatever its branch says now."""
    work.deploy(WRONG)
    assert pullet("validate", "--repo", work.bare).code == 1
    assert pullet("validate", "--repo", work.bare, "--rev", "HEAD~1").code == 0
    assert pullet("validate", "--rev", "HEAD~1", cwd=work.path).code == 0


def test_validate_with_a_policy(checkout: Path, tmp_path: Path) -> None:
    """What the node would refuse is an error here."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("registries: ['registry.example/*']\n")
    done = pullet("validate", checkout, "--policy", policy)
    assert done.code == 1
    assert "the image web:1 breaks the node's rule registries" in done.out
    policy.write_text("registry: []\n")
    done = pullet("validate", checkout, "--policy", policy)
    assert (done.code, done.err.count("Traceback")) == (1, 0)
    assert "policy.yaml:1:1" in done.err
    assert "did you mean registries?" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/no/such"], "/no/such is not a directory (name a directory of manifests)"),
        (["--repo", "/no/such"], "there is no repository at /no/such"),
        (["notes.txt"], "notes.txt is not read, as it ends in none of .yaml, .yml (rename it)"),
        ([".", "--repo", "x"], "name either a PATH or --repo, not both"),
        (["--policy", "/no/such"], "the policy /no/such cannot be read: No such file or directory"),
    ],
)
def test_validate_what_is_not_there(checkout: Path, arguments: list[str], said: str) -> None:
    """One line, exit 1."""
    (checkout / "notes.txt").write_text("no manifest")
    done = pullet("validate", *arguments, cwd=checkout)
    assert done.code == 1
    assert done.err.startswith(f"pullet: {said}")


# place


def test_place(checkout: Path) -> None:
    """Each instance beside its node."""
    done = pullet("place", checkout)
    assert (done.code, done.out) == (
        0,
        "NODE    INSTANCE\nedge-1  shop/Deployment/web#0\nedge-1  shop/Deployment/web#1\n",
    )


def test_place_for_programs(checkout: Path) -> None:
    """Every node of the fleet, also those that run nothing."""
    expected = {
        "revision": "worktree",
        "nodes": {"db-1": [], "edge-1": ["shop/Deployment/web#0", "shop/Deployment/web#1"]},
        "pending": [],
    }
    assert pullet("place", checkout, "-o", "json").json == expected
    assert yaml.safe_load(pullet("place", checkout, "-o", "yaml").out) == expected


def test_place_what_fits_nowhere(checkout: Path) -> None:
    """Pending, with the reason of each node, and exit 1."""
    written(checkout, NOWHERE)
    done = pullet("place", checkout)
    assert done.code == 1
    assert done.out.splitlines()[1] == (
        "-     shop/Deployment/web#0  pending: "
        "db-1 has role=data, not role=gpu; edge-1 has role=web, not role=gpu"
    )
    pending = pullet("place", checkout, "-o", "json").json["pending"]
    assert pending[0] == {
        "instance": "shop/Deployment/web#0",
        "reasons": {"db-1": "has role=data, not role=gpu", "edge-1": "has role=web, not role=gpu"},
    }


def test_place_explains(checkout: Path) -> None:
    """Of each node, why or why not."""
    done = pullet("place", checkout, "--explain", "shop/Deployment/web")
    assert done.out.splitlines() == [
        "NODE    VERDICT                      INSTANCES",
        "db-1    has role=data, not role=web  -",
        "edge-1  fits                         shop/Deployment/web#0 shop/Deployment/web#1",
    ]
    done = pullet("place", checkout, "--explain", "shop/Deployment/web", "-o", "json")
    assert done.json["nodes"]["db-1"] == {"verdict": "has role=data, not role=web", "instances": []}
    assert pullet("place", checkout, "--explain", "web", "-o", "json").json == done.json


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("api", "nothing on any node is called api (here: shop/Deployment/web)"),
        (
            "shop/Deployment/wbe",
            "nothing on any node is called shop/Deployment/wbe (did you mean shop/Deployment/web?)",
        ),
    ],
)
def test_place_explains_nothing_unknown(checkout: Path, name: str, said: str) -> None:
    """What could be meant is said."""
    done = pullet("place", checkout, "--explain", name)
    assert (done.code, done.err) == (1, f"pullet: {said}\n")


def test_place_says_what_is_wrong(checkout: Path) -> None:
    """An answer that leaves a file out says so."""
    done = pullet("place", written(checkout, WRONG))
    assert (done.code, done.err) == (1, PROBLEM + "\n")


def test_place_without_nodes(tmp_path: Path) -> None:
    """A fleet of one, by whatever name."""
    directory = written(tmp_path / "one", {"web.yaml": FLEET["web.yaml"].replace("role: web", "")})
    assert pullet("place", directory, "-o", "json").json["nodes"].keys() == {"this-node"}
    assert pullet("place", directory, "--node", "me", "-o", "json").json["nodes"].keys() == {"me"}


# plan


def test_plan_offline(checkout: Path) -> None:
    """What a commit would do to an empty node, without engine and without settings."""
    done = pullet("plan", checkout, "--node", "edge-1", "--offline")
    assert (done.code, done.err) == (0, "offline: as if nothing stood on edge-1\n")
    assert done.out.splitlines() == [
        "edge-1 at worktree",
        "start    shop/Deployment/web#0  wanted here at worktree, and nothing of it stands",
        "start    shop/Deployment/web#1  wanted here at worktree, and nothing of it stands",
    ]


def test_plan_for_programs(checkout: Path) -> None:
    """The contract's shape; --detailed-exitcode says 2 when there is something to do, and 0 when not."""
    asked = ("plan", str(checkout), "--offline", "--detailed-exitcode", "-o")
    done = pullet(*asked, "json", "--node", "edge-1")
    assert done.code == 2
    assert done.json["steps"][0] == {
        "do": "start",
        "instance": "shop/Deployment/web#0",
        "because": "wanted here at worktree, and nothing of it stands",
    }
    assert {"revision", "node", "steps", "waits"} <= done.json.keys()
    done = pullet(*asked, "yaml", "--node", "db-1")
    assert (done.code, yaml.safe_load(done.out)) == (
        0,
        {"revision": "worktree", "node": "db-1", "steps": [], "waits": [], "then": []},
    )


def test_plan_for_a_node_that_is_not_listed(checkout: Path) -> None:
    """Nothing would be done, and why; the nodes that there are."""
    done = pullet("plan", checkout, "--node", "edge-9", "--offline")
    assert done.code == 0
    assert "hold     the repository lists nodes, and edge-9 is not one of them" in done.out
    assert "edge-9 is not among the nodes of this revision: db-1, edge-1\n" in done.err


def test_plan_of_manifests_with_a_mistake(checkout: Path) -> None:
    """The plan for the rest, the mistake, and exit 1."""
    done = pullet("plan", written(checkout, WRONG), "--node", "edge-1", "--offline")
    assert done.code == 1
    assert PROBLEM in done.err


def test_plan_without_an_engine(here: Pullet, settings: Path) -> None:
    """Which engine did not answer, and how to do without."""
    done = here("plan")
    assert done.code == 1
    assert f"no engine answers at unix://{settings.parent}/no.sock" in done.err
    assert "with --offline" in done.err
    done = here("plan", "--offline", "-o", "json")
    assert (done.code, len(json.loads(done.out)["steps"])) == (0, 2)


def test_plan_of_nothing(tmp_path: Path) -> None:
    """Without settings it must be said what to plan."""
    file = tmp_path / "agent.yaml"
    file.write_text("node: edge-1\n")
    done = pullet("plan", "--config", str(file))
    assert done.code == 1
    assert "repo.url: is missing" in done.err
    assert "or name what to plan: a PATH, or --repo R" in done.err
