"""The reference pages say what the code says: nothing missing, nothing left over, examples as they print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from pullet.engine import labels
from pullet.manifests.compose.deployment import Check, OfService, Placing
from pullet.manifests.kubernetes.ours import KNOWN
from pullet.manifests.policy import Policy, read_policy
from pullet.placement.filters import FILTERS
from pullet.settings import Settings
from tests.lab.agents import pullet

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CLI = (DOCS / "reference" / "cli.md").read_text()
COMMON = {"--config", "--help", "-h", "--output", "-o"}
PAGES = sorted(path for path in DOCS.rglob("*.md"))


def sections() -> dict[str, str]:
    """The text below each heading of a verb; two verbs may share one, and one may have several."""
    found: dict[str, str] = {}
    for part in CLI.split("\n### ")[1:]:
        heading, _, text = part.partition("\n")
        for verb in re.findall(r"`pullet (\w+)", heading):
            found[verb] = found.get(verb, "") + text.partition("\n## ")[0]
    return found


def options(verb: str) -> set[str]:
    """Those of its verbs too, where it has some."""
    _, _, told = pullet(verb, "--help").out.partition("Options:")
    below = re.findall(r"^  (\w+) ", told.partition("Commands:")[2], re.MULTILINE)
    told += "".join(pullet(verb, one, "--help").out.partition("Options:")[2] for one in below)
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", told))


def test_every_verb_has_its_section() -> None:
    """In the page as in the program."""
    listed = re.findall(r"^  (\w+) ", pullet("--help").out.partition("Commands:")[2], re.MULTILINE)
    assert sorted(sections()) == sorted(listed)


@pytest.mark.parametrize("verb", sections())
def test_every_option_is_told(verb: str) -> None:
    """Each option stands in its verb's section, and none that there is not."""
    known = options(verb)
    told = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", sections()[verb]))
    long = {option for option in known if option.startswith("--")}
    assert long - COMMON <= told
    if verb not in {"pause", "resume"}:
        assert told <= long | {"--repo", "--detailed-exitcode"}


def examples() -> list[tuple[str, str]]:
    """Those whose output is the same on every machine: a command on the examples, and what it prints."""
    block = re.compile(r"^    \$ (pullet \w+ examples-repo.*)\n((?:    (?!\$).+\n)+)", re.MULTILINE)
    return [(command, re.sub("^    ", "", text, flags=re.MULTILINE)) for command, text in block.findall(CLI)]


@pytest.mark.parametrize(("command", "output"), examples())
def test_an_example_prints_what_the_page_shows(command: str, output: str) -> None:
    """Run as it stands there."""
    assert pullet(*shlex.split(command)[1:], cwd=ROOT).text == output


def test_there_are_examples_to_try() -> None:
    """Else the test above tests nothing."""
    assert len(examples()) >= 3


# Settings


def keys(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, object]]:
    """Each key with its default."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys(inner, f"{above}{name}.")
        else:
            default = ... if field.is_required() else field.get_default()
            yield above + name, "the host's name" if field.default_factory else default


def shown(default: object) -> str:
    match default:
        case None:
            return "none"
        case bool():
            return f"`{str(default).lower()}`"
        case float() if default % 3600 == 0:
            return f"`{default / 3600:g}h`"
        case float():
            return f"`{default:g}s`"
        case _ if default is ...:
            return "required"
        case "the host's name":
            return default
        case _:
            return f"`{default}`"


def test_every_setting_is_told() -> None:
    """Key, variable and default of the table are those of the model, in its order."""
    page = (DOCS / "reference" / "settings.md").read_text()
    rows = re.findall(r"^\| `([\w.]+)` \| `(PULLET_\w+)` \| (.+?) \| \S", page, re.MULTILINE)
    expected = [
        (key, f"PULLET_{key.upper().replace('.', '__')}", shown(default)) for key, default in keys(Settings)
    ]
    assert rows == expected


def test_the_policys_defaults_are_told() -> None:
    """The example is a policy file that changes nothing, and names every key."""
    page = (DOCS / "reference" / "policy.md").read_text()
    (block,) = re.findall(r"((?:^    .+\n)+)", page, re.MULTILINE)[:1]
    assert read_policy(block, "policy.md") == Policy()
    assert len(yaml.safe_load(block)) == len(Policy.__dataclass_fields__) - 1


def test_every_filter_of_placement_is_told() -> None:
    """In the order in which a node is asked."""
    page = (DOCS / "reference" / "placement.md").read_text()
    table = page.partition("| filter |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| (\w+) \|", table, re.MULTILINE) == [one.__name__ for one in FILTERS]


# Annotations and labels


def keys_of_table(heading: str) -> list[str]:
    """Those in the first column of the table below a heading."""
    page = (DOCS / "reference" / "annotations.md").read_text()
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    return [key for row in rows for key in re.findall(r"`(.+?)`", row)]


def names(shape: type[BaseModel]) -> set[str]:
    """As a file spells them."""
    return {field.alias or name for name, field in shape.model_fields.items()}


def test_every_annotation_is_told() -> None:
    """Those that the reader knows, and no other."""
    assert sorted(keys_of_table("Annotations")) == sorted(KNOWN)


def test_every_key_of_x_pullet_is_told() -> None:
    """Those of a service are those of a project and more, and a check has its own."""
    assert sorted(keys_of_table("`x-pullet`")) == sorted(names(OfService) | names(Placing))
    page = (DOCS / "reference" / "annotations.md").read_text()
    (row,) = re.findall(r"^\| `check` \|.*$", page, re.MULTILINE)
    assert all(f"`{key}`" in row for key in names(Check))


def test_every_label_is_told() -> None:
    """Those below our own prefix."""
    ours = {
        value for value in vars(labels).values() if isinstance(value, str) and value.startswith(labels.OURS)
    }
    assert sorted(keys_of_table("Labels that Pullet writes")) == sorted(ours - {labels.OURS})


# All pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_links_lead_somewhere(page: Path) -> None:
    """To files that exist, and to headings in them."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), f"{target} is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert anchor in {
                re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings
            }


def test_every_page_is_linked_from_the_index() -> None:
    """Nobody has to guess what there is."""
    index = (DOCS / "index.md").read_text()
    linked = set(re.findall(r"\]\(([^)#]+)\)", index))
    assert {str(page.relative_to(DOCS)) for page in PAGES} - linked == {"index.md"}
