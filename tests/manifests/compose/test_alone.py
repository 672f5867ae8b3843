"""A Compose file that is looked at by itself, and what a broken one may be hiding."""

from __future__ import annotations

import pytest

from pullet.manifests.compose import read
from pullet.manifests.declared import Reading
from pullet.manifests.reader import Reader
from pullet.model.problem import Severity
from pullet.model.snapshot import File, Revision, Snapshot
from pullet.model.workload import Workload
from tests.manifests.compose.hand import Files

LONE = [
    "services: {web: {extends: {file: base.yaml, service: web}}}",
    "services: {web: {image: i, env_file: [web.env]}}",
    "services: {web: {image: i, label_file: [web.labels]}}",
    "services: {web: {build: {context: ./site}}}",
    "services: {web: {build: {context: ., dockerfile: site/Dockerfile}}}",
    "services: {web: {image: i, configs: [c]}}\nconfigs: {c: {file: ./c.conf}}",
    "services: {web: {image: i, secrets: [s]}}\nsecrets: {s: {environment: TOKEN}}",
    "services: {web: {image: i, security_opt: ['seccomp:./profile.json']}}",
    "include: [db.yaml]\nservices: {web: {image: i, depends_on: [db], volumes: ['data:/data'], networks: [back]}}",
]


def alone(text: str, *, partial: bool = True, **files: str) -> Reading:
    tree = Files({"shop/compose.yaml": text, **files})
    return read(File("shop/compose.yaml", "b", text.encode()), tree, partial=partial)


def errors(reading: Reading) -> list[str]:
    return [str(one) for one in reading.problems if one.severity is Severity.ERROR]


@pytest.mark.parametrize("text", LONE)
def test_what_is_not_beside_a_lone_file_is_a_warning(text: str) -> None:
    """In a repository it is an error."""
    found = alone(text)
    assert errors(found) == []
    assert found.problems
    assert [one.valid for one in found.declared] == [True]
    assert errors(alone(text, partial=False))


def test_what_extends_something_unknown_is_checked_all_the_same() -> None:
    """As far as it is known; what it would be is not, so that it is no workload."""
    found = alone("services: {web: {extends: {file: base.yaml, service: web}, imag: i}}")
    assert [one.rpartition(": ")[2] for one in errors(found)] == ["unknown field (did you mean image?)"]
    (declared,) = alone(LONE[0]).declared
    assert declared.content is None


def test_a_lone_file_names_no_other_repository() -> None:
    """What follows from more than one commit is a mistake everywhere."""
    found = alone("services: {web: {extends: {file: 'git@host:x.yaml', service: web}}}")
    assert "is of another repository" in errors(found)[0]


def test_an_empty_file_hides_what_it_declared() -> None:
    """A file that was damaged to nothing takes nothing away."""
    found = alone("# nothing left\n", partial=False)
    assert "is empty" in errors(found)[0]
    assert [one.path for one in found.unreadable] == ["shop/compose.yaml"]


def test_a_project_without_services_is_warned_of() -> None:
    """It is valid, and probably not what was meant."""
    found = alone("services:\n", partial=False)
    assert [(one.severity, one.message) for one in found.problems] == [
        (Severity.WARNING, "declares no services, so nothing of it runs")
    ]


def test_a_part_of_a_broken_project_does_not_become_one_itself() -> None:
    """It waits as its project does, and so does what it names in turn."""
    files = {
        "compose.yaml": "include: [db/compose.yaml]\nservices:\n  web: {image: [\n",
        "db/compose.yaml": "include: [more/compose.yml]\nservices: {db: {image: d}}\n",
        "db/more/compose.yml": "services: {more: {image: m}}\n",
        "other/compose.yaml": "services: {other: {image: o}}\n",
    }
    tree = Files(files)
    snapshot = Snapshot(
        Revision("c"), tuple(File(path, path, text.encode()) for path, text in files.items()), tree
    )
    catalog = Reader().read(snapshot)
    assert [str(one.name) for one in catalog.workloads] == ["other/Service/other"]
    assert {one.path for one in catalog.unreadable} == {
        "compose.yaml",
        "db/compose.yaml",
        "db/more/compose.yml",
    }


def test_a_mistake_hides_no_other_one() -> None:
    """A service that loading has found wrong is looked at for unknown fields too."""
    found = alone("services: {web: {image: i, ports: [x], hostnam: h}}", partial=False)
    said = "\n".join(errors(found))
    assert "is no port" in said
    assert "did you mean hostname?" in said


def test_an_external_secret_that_nothing_uses_refuses_nothing() -> None:
    """Compose refuses only the service that uses one."""
    text = "services: {web: {image: i%s}}\nsecrets: {s: {external: true}}"
    assert errors(alone(text % "", partial=False)) == []
    assert len(errors(alone(text % ", secrets: [s]", partial=False))) == 2


def test_a_volume_that_binds_what_lies_beside_the_file() -> None:
    """As a bind of the same path would."""
    text = "services: {web: {image: i, volumes: ['%s:/data']}}\nvolumes: {data: {driver_opts: {o: bind, device: ./d}}}"
    volume, path = (alone(text % one, partial=False).declared[0].content for one in ("data", "./d"))
    assert isinstance(volume, Workload)
    assert isinstance(path, Workload)
    assert volume.pod.containers[0].mounts == path.pod.containers[0].mounts


def test_a_service_of_two_projects_is_told_at_its_place() -> None:
    """There is no metadata in a Compose file."""
    text = "name: one\nservices: {web: {image: i}}\n"
    files = {"a/compose.yaml": text, "b/compose.yaml": text}
    snapshot = Snapshot(
        Revision("c"), tuple(File(path, path, one.encode()) for path, one in files.items()), Files(files)
    )
    (problem,) = Reader().read(snapshot).errors
    assert (problem.field, problem.origin.line) == ("services.web", 2)
