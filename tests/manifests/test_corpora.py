"""Files that people have published: each by itself is read, or refused for a reason that a page explains."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts import corpora

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside this checkout")
def test_every_published_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No crash, no invalid file accepted, no valid one refused for a reason that is not documented."""
    assert corpora.main([str(CORPORA), "--out", str(tmp_path / "out")]) == 0, capsys.readouterr().out
    assert len((tmp_path / "out").read_text(encoding="utf-8").splitlines()) > 1000


def test_every_reason_is_explained() -> None:
    """The page has a row for each reason that the check accepts, and for no other."""
    page = (ROOT / "docs" / "explanation" / "manifests.md").read_text(encoding="utf-8")
    table = page.partition("| reason |")[2].partition("\n\n")[0]
    named = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert named == {reason.name for reason in corpora.documented()}


@pytest.mark.parametrize(
    "said",
    [
        'metadata.name: "web-1" is not a name',
        'metadata.name: "web.example" is not a name',
        'spec.containers[0].image: "registry.example:5000/team/app:1.2" is not an image reference',
        'spec.containers[0].image: "team/app:Nightly_1.x" is not an image reference',
        "apiVersion: there is no Deployment in apps/v1",
        'metadata.labels.app: "Web_1.x" is not a label\'s value',
        'spec.containers[0].ports[0].name: "http-web" is not a port\'s name',
        "spec.volumes[0].hostPath: is not supported: volumes of a network",
        "spec.containers[0].envFrom[0].configMapRef.name: ConfigMap default/a does not exist",
        "spec.template.spec.restartPolicy: must be Always in a Job",
        "spec.replica: unknown field",
    ],
)
def test_a_wrong_refusal_is_not_excused(said: str) -> None:
    """No reason is so broad that it covers a refusal of what is right."""
    assert [reason.name for reason in corpora.documented() if reason.pattern.search(said)] == []


@pytest.mark.parametrize(
    ("place", "text", "verdict", "bad"),
    [
        ("k8s/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n", "clean", ""),
        ("k8s/a.yaml", "apiVersion: v1\nkind: Nothing\n", "refuse", "is refused for a reason that is not documented"),
        ("k8s/a.yaml", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n", "refuse", ""),
        ("invalid/a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n", "clean",
         "is accepted, and should not be"),
        ("compose/odd.yaml", "services: {web: {image: i, ports: ['80:80']}}\n", "clean", ""),
        ("compose/odd.yaml", "services: {web: {image: i, port: 1}}\n", "refuse",
         "is refused for a reason that is not documented"),
        ("partial/a.yaml", "spec: {replicas: 1}\n", None, ""),
    ],
)  # fmt: skip
def test_a_verdict(tmp_path: Path, place: str, text: str, verdict: str | None, bad: str) -> None:
    """By what is in the file, and by what its folder promises."""
    path = tmp_path / "project" / place
    path.parent.mkdir(parents=True)
    path.write_text(text)
    found = corpora.judge(tmp_path, path, corpora.documented())
    assert (verdict, bad) == (None, "") if found is None else (found.verdict, found.bad) == (verdict, bad)
