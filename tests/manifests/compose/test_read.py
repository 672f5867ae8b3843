"""The door as a whole: a file in a snapshot, and what it declares."""

from __future__ import annotations

from pullet.manifests.compose import read
from pullet.manifests.declared import Reading
from pullet.model.snapshot import File
from pullet.model.workload import Workload
from tests.manifests.compose.hand import Files


def reading(text: str, path: str = "shop/compose.yaml", **files: str) -> Reading:
    beside = {f"shop/{name.replace('_', '.')}": other for name, other in files.items()}
    tree = Files({path: text, **beside})
    return read(File(path, "b", text.encode()), tree)


def test_a_project_becomes_workloads() -> None:
    """With its variables, and with every other file that was looked at."""
    found = reading("services: {web: {image: 'i:$TAG', environment: [TAG]}}\n", _env="TAG=7\n")
    (declared,) = found.declared
    assert (str(declared.name), declared.valid, found.problems) == ("shop/Service/web", True, ())
    assert isinstance(declared.content, Workload)
    (container,) = declared.content.pod.containers
    assert (container.image, [str(one) for one in container.env]) == ("i:7", ["EnvVar(TAG=7)"])
    looked_at = dict(found.looked_at)
    assert looked_at["shop/.env"]
    assert looked_at["shop/compose.override.yaml"] is None


def test_a_service_with_a_mistake_is_declared_and_not_valid() -> None:
    """It is known to be meant, so that what runs of it stays; the others go on."""
    found = reading("services:\n  web: {image: i, ports: [x]}\n  db: {image: i}\n")
    assert {one.name.name: one.valid for one in found.declared} == {"web": False, "db": True}


def test_a_part_of_another_project_is_left_alone() -> None:
    """An override declares nothing by itself, and its project names it as a part."""
    assert reading("services: {}\n", "shop/compose.override.yaml", compose_yaml="services: {}\n").left_alone
    found = reading("services: {}\n", compose_override_yaml="services: {}\n")
    assert found.parts == {"shop/compose.override.yaml"}


def test_a_file_that_cannot_be_read_hides_what_it_declares() -> None:
    """Nothing that its text mentions is taken away."""
    found = reading("services:\n  web: {image: [\n")
    assert [one.path for one in found.unreadable] == ["shop/compose.yaml"]
    assert found.declared == ()
