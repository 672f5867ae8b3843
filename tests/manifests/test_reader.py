"""What the files of a snapshot say together."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pullet.manifests.reader import Reader
from pullet.model.names import WorkloadName
from pullet.model.node import Node
from pullet.model.problem import Origin
from pullet.model.snapshot import Snapshot
from tests.lab.snapshots import catalog, directory, snapshot
from tests.manifests.compose.hand import Files

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {}}}\nspec: {{containers: [{{name: c, image: i}}]}}\n"
USER = """\
apiVersion: v1
kind: Pod
metadata: {name: user}
spec: {containers: [{name: c, image: i, envFrom: [{configMapRef: {name: settings, optional: true}}]}]}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {A: b}\n"
EXAMPLES = Path(__file__).parents[2] / "examples-repo"


def pod(name: str) -> str:
    return POD.format(name)


def named(name: str) -> WorkloadName:
    return WorkloadName("default", "Pod", name)


def test_the_example_fleet_is_clean() -> None:
    """The repository that newcomers see first has no problem."""
    found = Reader().read(directory(EXAMPLES))
    assert found.problems == ()
    assert [str(workload.name) for workload in found.workloads] == [
        "ops/DaemonSet/heartbeat",
        "shop/Deployment/cache",
        "shop/Deployment/web",
    ]
    assert [node.name for node in found.nodes] == ["db-1", "edge-1", "edge-2"]


def test_one_changed_file_is_one_file_parsed() -> None:
    """What came of a blob is kept while a snapshot uses it, and no longer."""
    reader = Reader()
    files: dict[str, str | bytes] = {f"{n}.yaml": pod(f"p{n}") for n in range(20)}
    reader.read(snapshot(files))
    reader.read(snapshot({**files, "3.yaml": pod("other")}))
    assert reader.parsed == 21
    again = reader.read(snapshot(files))
    assert reader.parsed == 22
    assert again == Reader().read(snapshot(files))


def test_a_moved_file_is_named_by_its_new_path() -> None:
    """Equal content at another path has another place."""
    reader = Reader()
    reader.read(snapshot({"a.yaml": pod("p")}))
    moved = reader.read(snapshot({"b.yaml": pod("p")}))
    assert [workload.origin.path for workload in moved.workloads] == ["b.yaml"]


def test_one_bad_document_hides_no_other() -> None:
    """Every other document of the file and of the snapshot is read."""
    found = catalog(f"{pod('a')}---\nx: [\n---\n{pod('b')}", other=pod("c"))
    assert [workload.name.name for workload in found.workloads] == ["a", "b", "c"]
    assert [problem.origin.path for problem in found.errors] == ["a.yaml"]
    assert [one.text for one in found.unreadable] == ["---\nx: [\n"]


def test_files_that_are_no_manifests_are_left_alone() -> None:
    """YAML without apiVersion and kind is none of ours, nor is a file of another kind, nor one with foreign tags."""
    reader = Reader()
    files: dict[str, str | bytes] = {
        "values.yaml": "a: 1\n",
        "Chart.yaml": "apiVersion: v2\nname: x\n",
        "ci.yml": "a: !reference [x]\n",
        "readme.md": "kind: [",
        "list.yaml": "- 1\n",
        "empty.yaml": "",
    }
    found = reader.read(snapshot(files))
    assert (found.problems, found.files, found.unreadable) == ((), 0, ())


def test_pulletignore() -> None:
    """Patterns are git's, also in nested files, of which the deeper one wins."""
    files: dict[str, str | bytes] = {
        ".pulletignore": "charts/\n*.tmpl.yaml\nold/**\n",
        "charts/a.yaml": "[",
        "x.tmpl.yaml": "[",
        "apps/.pulletignore": "!keep.tmpl.yaml\n/local.yaml\n",
        "apps/keep.tmpl.yaml": pod("kept"),
        "apps/local.yaml": "[",
        "apps/deep/local.yaml": pod("deep"),
    }
    found = Reader().read(snapshot(files))
    assert found.problems == ()
    assert [workload.name.name for workload in found.workloads] == ["deep", "kept"]


def test_a_change_of_pulletignore_is_seen() -> None:
    """A file that is no longer ignored is read."""
    reader = Reader()
    assert reader.read(snapshot({".pulletignore": "a.yaml\n", "a.yaml": pod("a")})).workloads == ()
    assert len(reader.read(snapshot({".pulletignore": "", "a.yaml": pod("a")})).workloads) == 1


def project(files: dict[str, str]) -> Snapshot:
    """The Compose files of a repository beside a tree of all."""
    content: dict[str, str | bytes] = {**files}
    return replace(snapshot(content), tree=Files(files))


def test_what_a_compose_file_looks_at_is_part_of_it() -> None:
    """A change of an env_file parses its project again, and no other; a file that was missing counts as well."""
    reader = Reader()
    files = {
        "a/compose.yaml": "services: {web: {image: i, env_file: [{path: web.env, required: false}]}}\n",
        "b/compose.yaml": "services: {web: {image: i}}\n",
    }
    reader.read(project(files))
    assert reader.parsed == 2
    found = reader.read(project({**files, "a/web.env": "A=1\n"}))
    assert reader.parsed == 3
    assert [[str(one) for one in web.pod.containers[0].env] for web in found.workloads] == [
        ["EnvVar(A=1)"],
        [],
    ]
    reader.read(project({**files, "a/web.env": "A=1\n", "a/other.txt": "x"}))
    assert reader.parsed == 3


def test_a_compose_file_that_is_part_of_a_project_is_none_of_its_own() -> None:
    """An override lies on its base, and an included file beside it."""
    files = {
        "a/compose.yaml": "include: [more.compose.yaml]\nservices: {web: {image: i}}\n",
        "a/compose.override.yaml": "services: {web: {user: me}}\n",
        "a/more.compose.yaml": "services: {also: {image: i}}\n",
    }
    found = Reader().read(project(files))
    assert [str(one) for one in found.problems] == []
    assert [(str(one.name), one.pod.containers[0].security.user) for one in found.workloads] == [
        ("a/Service/also", ""),
        ("a/Service/web", "me"),
    ]


def test_an_object_declared_twice_is_refused() -> None:
    """The later one is the error, names the first, and neither is used, as nobody knows which is meant."""
    found = catalog(pod("a"), "a.yaml", b=pod("a"))
    assert [str(problem) for problem in found.problems] == [
        "b.yaml:3:18: error: metadata.name: Pod default/a is declared twice, so neither is used (first at a.yaml:3:18)"
    ]
    assert found.workloads == ()
    assert found.refused == {named("a")}


def test_the_same_name_in_two_namespaces_is_two_objects() -> None:
    """Names are unique by kind and namespace; an object without one is in default."""
    other = pod("a").replace("{name: a}", "{name: a, namespace: shop}")
    found = catalog(pod("a"), "a.yaml", b=other)
    assert [str(workload.name) for workload in found.workloads] == ["default/Pod/a", "shop/Pod/a"]


def test_configuration_in_another_file() -> None:
    """A reference is resolved over all files, and its change alone makes another specification."""
    before = catalog(USER, "a.yaml", b=SETTINGS).workloads[0].pod
    after = catalog(USER, "a.yaml", b=SETTINGS.replace("A: b", "A: c")).workloads[0].pod
    assert [str(variable) for variable in before.containers[0].env] == ["EnvVar(A=b)"]
    assert before.digest() != after.digest()


@pytest.mark.parametrize(
    ("settings", "because"),
    [
        (SETTINGS.replace("A: b", "A: 1"), "ConfigMap default/settings is not valid"),
        (SETTINGS + "---\n" + SETTINGS, "ConfigMap default/settings is declared twice"),
        (SETTINGS + "  x: [\n", "ConfigMap default/settings may be declared in b.yaml, which cannot be read"),
    ],
)
def test_configuration_that_cannot_be_known_is_not_missing(settings: str, because: str) -> None:
    """An optional reference to what is declared and unknown refuses the workload; it does not run without."""
    found = catalog(USER, "a.yaml", b=settings)
    assert found.refused == {named("user")}
    assert because in [problem.message for problem in found.errors]


def test_lists() -> None:
    """Each item of a List stands for itself, with its own place."""
    items = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Node, metadata: {name: n}}\n"
    found = catalog(items + "- " + pod("p").replace("\n", "\n  "))
    assert found.nodes == (Node("n", origin=Origin("a.yaml", 4, 3)),)
    assert [str(workload.origin) for workload in found.workloads] == ["a.yaml:5:3"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: List\nitems: []\n", "a.yaml:1:1: error: apiVersion: is required"),
        ("apiVersion: v1\nitems: []\n", "a.yaml:1:1: error: kind: is required"),
        ("kind: Deployment\nspec: {replicas: 1}\n", "a.yaml:1:1: error: apiVersion: is required"),
        ("apiVersion: v1\nkind: List\nitems: {a: b}\n", "a.yaml:3:8: error: items: must be a list"),
        ("apiVersion: v1\nkind: List\nspec: 1\n", "a.yaml:3:1: error: spec: unknown field"),
    ],
)
def test_an_object_that_lacks_a_word(text: str, said: str) -> None:
    """It is meant for Kubernetes all the same, and must not be left alone without a word."""
    assert [str(problem) for problem in catalog(text).problems] == [said]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {a: 1}}\n",
        "apiVersion: v1\nkind: Node\nmetadata: {}\n",
        "apiVersion: v1\nkind: 'Node'\nmetadata: [\n",
        '{"apiVersion": "v1", "kind": "Node"',
        "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\n",
    ],
)
def test_a_node_that_cannot_be_read_leaves_the_inventory_unknown(text: str) -> None:
    """Who runs what cannot be said while a Node object is not valid."""
    assert not catalog(text).inventory_known


def test_a_workload_that_cannot_be_read_leaves_the_inventory_known() -> None:
    """Only Node objects say which nodes there are."""
    assert catalog("apiVersion: v1\nkind: Pod\nspec: {nodeSelector: [\n").inventory_known


def test_an_unknown_kind_may_be_any_workload_that_its_text_names() -> None:
    """A slip in the kind must not look like the removal of the workload."""
    (unreadable,) = catalog("apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: web}\n").unreadable
    assert unreadable.may_declare(WorkloadName("default", "Deployment", "web"))


def test_files_are_counted_as_people_would() -> None:
    """A file counts when it holds a manifest or a problem."""
    assert catalog(pod("a"), "a.yaml", b="x: 1\n", c="[").files == 2


def test_without_a_compose_file_nothing_of_compose_is_loaded() -> None:
    """Who has none does not wait for it at each `pullet validate`."""
    code = (
        "import sys; from pullet.manifests.reader import Reader; from tests.lab.snapshots import snapshot;"
        f"Reader().read(snapshot({{'a.yaml': {SETTINGS!r}}})); sys.exit('pullet.manifests.compose' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=EXAMPLES.parent, check=False).returncode == 0
