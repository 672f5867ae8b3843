"""What is wrong in a project is said at its place, in plain words, and costs no more than it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullet.manifests.compose.convert import convert
from pullet.model.problem import Origin, Problem
from tests.manifests.compose.hand import loaded, reading, workloads

FILES = {"site/index.html": "x", "image/Dockerfile": "FROM scratch"}
SIGN = "=> "


def mistakes() -> list[tuple[str, list[str]]]:
    """Each project of mistakes.txt with the problems that stand behind it."""
    text = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8")
    found = []
    for block in text.strip().split("\n\n")[1:]:
        lines = block.splitlines()
        said = [line.removeprefix(SIGN) for line in lines if line.startswith(SIGN)]
        found.append(("\n".join(line for line in lines if not line.startswith(SIGN)), said))
    return found


@pytest.mark.parametrize(("text", "said"), mistakes(), ids=[text for text, _ in mistakes()])
def test_a_mistake_is_told(text: str, said: list[str]) -> None:
    """Word for word, as mistakes.txt has it."""
    assert [str(one).partition(":")[2] for one in reading(text, FILES).problems] == said


def test_a_service_that_is_not_valid_is_refused_alone() -> None:
    """Its name is known, so that what runs of it is kept; the others go on."""
    found = reading("services: {bad: {}, good: {image: a, depends_on: {bad: {condition: service_started}}}}")
    assert set(workloads(found)) == {"good"}
    assert {one.name.name: (one.valid, one.runs) for one in found.declared} == {
        "good": (True, True),
        "bad": (False, True),
    }


def test_what_belongs_to_all_refuses_all() -> None:
    """A part of the project that is not known may be one that every service needs."""
    found = reading("services: {good: {image: a}}\nservces: {}\n")
    assert [(one.name.name, one.valid) for one in found.declared] == [("good", False)]


def test_what_loading_found_is_told_once_and_refuses_its_service() -> None:
    """What is left of it is not judged again."""
    wrong = Problem(Origin("compose.yaml", 1, 1), "is no image")
    project = loaded(
        "services: {bad: {}, good: {image: a}}",
        problems=(wrong,),
        flawed=frozenset({("services", "bad"), ("networks", "gone")}),
    )
    found = convert(project)
    assert found.problems == (wrong,)
    assert {one.name.name: one.valid for one in found.declared} == {"good": True, "bad": False}


def test_a_project_that_loading_could_not_read_declares_nothing_valid() -> None:
    """As when services is no mapping."""
    project = loaded("services: {good: {image: a}}", flawed=frozenset({("include",)}))
    assert [one.valid for one in convert(project).declared] == [False]


def test_many_problems_are_not_all_shown() -> None:
    """A file of nothing but mistakes stays readable."""
    text = "services: {web: {image: a, links: [" + ", ".join(f"s{n}" for n in range(500)) + "]}}"
    found = reading(text)
    assert len(found.problems) == 101
