"""What workloads come after: one file may name what another declares, through either door."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pullet.manifests.reader import Reader
from pullet.model.catalog import Catalog
from pullet.model.names import WorkloadName
from tests.lab.snapshots import catalog, snapshot

COMPOSE = "name: front\nservices:\n  web: {{image: 'web:1', x-pullet: {{after: [{}]}}}}\n"


def runs(
    kind: str, name: str, after: str = "", *, end: bool = False, marks: Mapping[str, str] | None = None
) -> str:
    """An object that runs, in the namespace shop, with the annotation and other `marks`."""
    given = {**({"pullet.dev/after": after} if after else {}), **(marks or {})}
    annotations = ", ".join(f"{key}: {json.dumps(value)}" for key, value in given.items())
    version = "batch/v1" if kind == "Job" else "apps/v1"
    ends = ", restartPolicy: Never" if end else ""
    labels = "" if kind == "Job" else "selector: {matchLabels: {a: b}}, "
    return (
        f"apiVersion: {version}\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: shop, annotations: {{{annotations}}}}}\n"
        f"spec: {{{labels}template: {{metadata: {{labels: {{a: b}}}}, "
        f"spec: {{containers: [{{name: c, image: i}}]{ends}}}}}}}\n---\n"
    )


def needs(found: Catalog, name: str) -> list[str]:
    workload = next(one for one in found.workloads if str(one.name) == name)
    return [f"{one.workload} {one.condition}" for one in workload.after]


def said(found: Catalog) -> list[str]:
    return [str(problem) for problem in found.errors]


def refused(found: Catalog) -> set[str]:
    return {str(name) for name in found.refused}


def test_what_runs_on_is_waited_for_until_ready_and_a_job_until_complete() -> None:
    """Unless the condition is said; commas and lines part the names, and a namespace may be left out."""
    text = runs("Job", "migrate", end=True) + runs("Deployment", "db") + runs("DaemonSet", "log")
    web = runs("Deployment", "web", "shop/Job/migrate, Deployment/db started\n DaemonSet/log")
    found = catalog(text + web)
    assert said(found) == []
    assert needs(found, "shop/Deployment/web") == [
        "shop/Job/migrate complete",
        "shop/Deployment/db started",
        "shop/DaemonSet/log ready",
    ]


def test_compose_and_kubernetes_wait_for_each_other() -> None:
    """A service is named as it is everywhere: project/Service/name."""
    files: dict[str, str | bytes] = {
        "compose.yaml": COMPOSE.format("shop/Deployment/db"),
        "api.yaml": runs("Deployment", "db") + runs("Deployment", "api", "front/Service/web"),
    }
    found = Reader().read(snapshot(files))
    assert said(found) == []
    assert needs(found, "front/Service/web") == ["shop/Deployment/db ready"]
    assert needs(found, "shop/Deployment/api") == ["front/Service/web ready"]


def test_a_name_that_nobody_declares() -> None:
    """Is a mistake with its place and the name that was probably meant; nothing else is refused for it."""
    found = catalog(runs("Deployment", "database") + runs("Deployment", "web", "Deployment/databse"))
    (line,) = said(found)
    assert line.startswith("a.yaml:8:")
    assert "shop/Deployment/web comes after shop/Deployment/databse, which is not declared" in line
    assert "did you mean shop/Deployment/database?" in line
    assert refused(found) == {"shop/Deployment/web"}


def test_what_does_not_run_is_nothing_to_come_after() -> None:
    """A Service of Kubernetes has the kind of a Compose service, and no containers."""
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {clusterIP: None}\n---\n"
    )
    assert refused(catalog(service + runs("Deployment", "web", "Service/db"))) == {"shop/Deployment/web"}


def test_a_name_that_may_be_in_a_file_that_cannot_be_read() -> None:
    """Nobody knows what there is to wait for, so it is not started without."""
    files: dict[str, str | bytes] = {
        "web.yaml": runs("Deployment", "web", "Deployment/db"),
        "db.yaml": "kind: Deployment\n db: [\n",
    }
    found = Reader().read(snapshot(files))
    assert refused(found) == {"shop/Deployment/web"}
    assert any("may be declared in db.yaml" in line for line in said(found))


def test_a_dependency_that_is_not_valid_refuses_nobody_else() -> None:
    """Who needs it waits, which is the planner's matter."""
    broken = runs("Deployment", "db").replace("image: i", "imag: i")
    assert refused(catalog(broken + runs("Deployment", "web", "Deployment/db"))) == {"shop/Deployment/db"}


def test_a_circle_through_both_doors() -> None:
    """Each workload in it is refused and told at its own place; who only leads into it is not."""
    files: dict[str, str | bytes] = {
        "compose.yaml": COMPOSE.format("shop/Deployment/db"),
        "db.yaml": runs("Deployment", "db", "front/Service/web") + runs("Deployment", "api", "Deployment/db"),
    }
    found = Reader().read(snapshot(files))
    first, second = "front/Service/web", "shop/Deployment/db"
    circle, hint = "goes round in a circle:", "(take one of them out of it)"
    assert said(found) == [
        f"compose.yaml:3:44: error: {first} {circle} {first} needs {second} needs {first} {hint}",
        f"db.yaml:3:71: error: {second} {circle} {second} needs {first} needs {second} {hint}",
    ]
    assert refused(found) == {"front/Service/web", "shop/Deployment/db"}
    assert [str(one.name) for one in found.workloads] == ["shop/Deployment/api"]


def test_two_circles_are_both_found() -> None:
    """One does not hide the other; a workload may even be in a circle with itself."""
    text = runs("Deployment", "a", "Deployment/b") + runs("Deployment", "b", "Deployment/a")
    found = catalog(text + runs("Deployment", "c", "Deployment/c"))
    assert refused(found) == {"shop/Deployment/a", "shop/Deployment/b", "shop/Deployment/c"}


def test_what_never_completes_is_not_waited_for() -> None:
    """Nobody would ever know why nothing starts."""
    found = catalog(runs("Deployment", "db") + runs("Deployment", "web", "Deployment/db complete"))
    assert "waits for shop/Deployment/db to complete, which runs on and on" in said(found)[0]


def test_a_project_that_waits_for_what_never_completes() -> None:
    """Compose takes that, so it is told, and not refused."""
    needs = "depends_on: {job: {condition: service_completed_successfully}}"
    text = f"name: shop\nservices: {{web: {{image: i, {needs}}}, job: {{image: i, restart: HOW}}}}\n"
    found = catalog(text.replace("HOW", "always"), "compose.yaml")
    assert "waits for shop/Service/job to complete, which runs on and on" in str(found.problems[0])
    assert not refused(found)
    assert catalog(text.replace("HOW", "on-failure"), "compose.yaml").problems == ()


def test_a_file_alone_may_name_what_another_declares() -> None:
    """Where one file is looked at by itself, that is only warned of."""
    text = runs("Deployment", "web", "Deployment/db")
    found = Reader(partial=True).read(snapshot({"a.yaml": text}))
    assert not found.refused
    assert [str(problem.severity) for problem in found.problems] == ["warning"]


def test_what_stays_when_it_is_no_longer_declared() -> None:
    """Said by an annotation, and in Compose for a project or a service, whose word is stronger."""
    text = runs("Deployment", "web", marks={"pullet.dev/prune": "false"}) + runs("Deployment", "api")
    kept = {one.name: one.kept for one in catalog(text).workloads}
    assert kept == {
        WorkloadName("shop", "Deployment", "web"): True,
        WorkloadName("shop", "Deployment", "api"): False,
    }
    project = "name: p\nx-pullet: {prune: false}\nservices: {a: {image: i}, b: {image: i, x-pullet: {prune: true}}}\n"
    found = Reader().read(snapshot({"compose.yaml": project}))
    assert {one.name.name: one.kept for one in found.workloads} == {"a": True, "b": False}


def test_a_mark_that_says_neither() -> None:
    """An annotation that nobody understands must not be taken for leave to remove."""
    found = catalog(runs("Deployment", "web", marks={"pullet.dev/prune": "no"}))
    assert refused(found) == {"shop/Deployment/web"}


def marked(policy: str) -> str:
    return runs("Deployment", "web").replace(
        "annotations: {", f"annotations: {{pullet.dev/drift: {policy}", 1
    )


def test_what_becomes_of_changes_by_hand() -> None:
    """Said by an annotation of what is declared, or by x-pullet; it is no part of the specification."""
    plain = catalog(runs("Deployment", "web")).workloads[0]
    said = catalog(marked("report")).workloads[0]
    assert (plain.drift, said.drift) == (None, "report")
    assert plain.pod.digest() == said.pod.digest()
    project = "name: p\nx-pullet: {drift: off}\nservices: {a: {image: i}, b: {image: i, x-pullet: {drift: repair}}}\n"
    found = Reader().read(snapshot({"compose.yaml": project}))
    assert {one.name.name: one.drift for one in found.workloads} == {"a": "off", "b": "repair"}


def test_a_policy_that_nobody_knows() -> None:
    """The hint says which ones there are."""
    found = catalog(marked("reprot"))
    assert refused(found) == {"shop/Deployment/web"}
    assert [problem.hint for problem in found.problems] == ["did you mean report?"]


def test_what_is_said_to_us_of_a_pod_alone() -> None:
    """Its annotations are its own, and ours among them are no part of what is run."""
    about = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {a: b%s}}\n"
    pod = about + "spec: {containers: [{name: c, image: i}]}\n"
    (plain,) = catalog(pod % "").workloads
    (said,) = catalog(pod % ", pullet.dev/drift: report").workloads
    assert (said.drift, said.pod) == ("report", plain.pod)
