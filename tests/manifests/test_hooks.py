"""Jobs that are hooks of a rollout, and our own annotations where nobody reads them."""

from __future__ import annotations

import json

import pytest

from pullet.model.catalog import Catalog
from pullet.model.lifetime import Hook
from pullet.model.names import WorkloadName
from pullet.model.problem import Severity
from pullet.model.workload import Workload
from tests.lab.snapshots import catalog

WEB = WorkloadName("shop", "Deployment", "web")
MIGRATE = WorkloadName("shop", "Job", "migrate")
POD = "{containers: [{name: c, image: i}]}"


def job(**marks: str) -> str:
    """With the annotations, whose names are those below `pullet.dev/`."""
    return (
        f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate, namespace: shop{_marks(marks)}}}\n"
        "spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}\n"
    )


def deployment(pods: str = "", **marks: str) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop{_marks(marks)}}}\n"
        f"spec: {{selector: {{matchLabels: {{a: b}}}}, "
        f"template: {{metadata: {{labels: {{a: b}}{pods}}}, spec: {POD}}}}}\n"
    )


def cron_job(**marks: str) -> str:
    return (
        f"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: backup, namespace: shop{_marks(marks)}}}\n"
        "spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: "
        f"{{restartPolicy: Never, {POD[1:]}}}}}}}}}\n"
    )


def _marks(marks: dict[str, str]) -> str:
    given = {f"pullet.dev/{name.replace('_', '-')}": text for name, text in marks.items()}
    return f", annotations: {json.dumps(given)}" if given else ""


def together(*documents: str) -> Catalog:
    return catalog("---\n".join(documents))


def named(found: Catalog, name: WorkloadName) -> Workload:
    return next(one for one in found.workloads if one.name == name)


def messages(found: Catalog) -> str:
    return "\n".join(f"{one.severity}: {one.what} {one.hint}" for one in found.problems)


@pytest.mark.parametrize("of", ["Deployment/web", "shop/Deployment/web"])
def test_a_hook_before_a_rollout(of: str) -> None:
    """The Job knows whose it is, and the workload what it waits for."""
    found = together(job(hook="pre-deploy", of=of), deployment())
    assert found.problems == ()
    assert named(found, MIGRATE).hook == Hook(WEB, before=True)
    assert named(found, WEB).hooks == (MIGRATE,)


def test_a_hook_behind_a_rollout() -> None:
    """Nothing waits for it."""
    found = together(job(hook="post-deploy", of="Deployment/web"), deployment())
    assert named(found, MIGRATE).hook == Hook(WEB, before=False)
    assert named(found, WEB).hooks == ()


@pytest.mark.parametrize("turn", ["predeploy", "Pre-Deploy", ""])
def test_a_slip_in_its_turn_holds_the_rollout_up(turn: str) -> None:
    """It may have been meant to come before: a release whose migration cannot run is not rolled out."""
    found = together(job(hook=turn, of="Deployment/web"), deployment())
    assert "must be pre-deploy or post-deploy" in messages(found)
    assert MIGRATE in found.refused
    assert named(found, WEB).hooks == (MIGRATE,)


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({"hook": "pre-deploy"}, "pullet.dev/hook needs pullet.dev/of"),
        ({"of": "Deployment/web"}, "must be pre-deploy or post-deploy"),
        ({"hook": "pre-deploy", "of": "web"}, "web is not a workload's name"),
        ({"hook": "pre-deploy", "of": "Deploymnt/web"}, "Deploymnt is no kind of what runs"),
        (
            {"hook": "pre-deploy", "of": "Deployment/wbe"},
            "is a hook of shop/Deployment/wbe, which is not declared",
        ),
        ({"hook": "post-deploy", "of": "Job/migrate"}, "goes round in a circle"),
        ({"hook": "pre-deploy", "of": "Job/migrate"}, "goes round in a circle"),
    ],
)
def test_a_hook_that_is_none(marks: dict[str, str], said: str) -> None:
    """It is refused, as it would never run when its author thinks it does."""
    found = together(job(**marks), deployment())
    assert said in messages(found)
    assert MIGRATE in found.refused


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (deployment(hook="pre-deploy", of="Job/x"), "is for a Job, and says nothing on a Deployment"),
        (cron_job(hook="pre-deploy", of="Deployment/web"), "is for a Job, and says nothing on a CronJob"),
        (cron_job(strategy="canary"), "is for a Deployment, and says nothing on a CronJob"),
        (deployment(prunes="false"), "is no annotation that anybody reads did you mean pullet.dev/prune?"),
        (
            deployment(pods=', annotations: {"pullet.dev/drift": "off"}'),
            "says nothing on the pods of a template write it into the metadata at the top",
        ),
    ],
)
def test_what_nobody_reads_is_a_mistake(document: str, said: str) -> None:
    """A slip must not look like a setting; what runs of it stays as it is."""
    found = together(document)
    assert said in messages(found)
    assert len(found.refused) == 1


def test_labels_of_ours_on_pods_are_a_mistake() -> None:
    """They would be lost below those that tell whose a container is."""
    marked = deployment().replace("labels: {a: b}", "labels: {a: b, pullet.dev/node: x}")
    (problem,) = together(marked).problems
    assert problem.field == "spec.template.metadata.labels[pullet.dev/node]"
    assert problem.message == "such labels are kept for Pullet, which writes them itself"


def test_other_annotations_are_free() -> None:
    """Also on the pods."""
    found = together(deployment(pods=', annotations: {"example.com/team": "a"}'))
    assert not [one for one in found.problems if one.severity is Severity.ERROR]


def test_a_service_selects_the_pods_of_a_job_by_its_name() -> None:
    """By the label that Kubernetes gives them; the Jobs of a CronJob have names of their own."""
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: all, namespace: shop}\n"
        "spec: {clusterIP: None, selector: {job-name: migrate}}\n"
    )
    found = together(job(), service)
    pod = named(found, MIGRATE).pod
    assert pod.labels["job-name"] == pod.labels["batch.kubernetes.io/job-name"] == "migrate"
    assert "all" in pod.names
    assert together(cron_job()).workloads[0].pod.labels == {}
