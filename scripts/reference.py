"""Writes docs/reference/manifests.md from the schemas; run it after changing one. A test holds the file up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pullet.manifests.compose.schema import Project
from pullet.manifests.kubernetes.doors import shapes
from pullet.manifests.kubernetes.kinds import KINDS, Fate
from pullet.manifests.schema import Shape, Verdict, alternative, fields, inner, verdict

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "manifests.md"

HEAD = """# Manifests

Generated from the schemas by `scripts/reference.py`; do not edit.

Every `*.yaml` and `*.yml` file whose documents carry `apiVersion` and `kind` is read as Kubernetes, each `compose*.yml`
and `docker-compose*.yml` as Compose; `.pulletignore` files (gitignore syntax, in any directory) leave more alone. A
field that stands nowhere below is an error, with its file, line and column and the field that was probably meant. A
field that stands here is

- **honoured**: what it says is done;
- **read and checked, not acted upon yet**: it is part of the specification, and a warning says that nothing follows;
- **accepted with a warning**: it has no meaning outside a cluster, and the warning says so;
- **ignored**: it says nothing about what should run, such as what a server has written into the object;
- **refused**: an error with the reason that stands here, unless it is empty, as leaving it out would change what runs.

Why some are refused, and what differs from a cluster: [Manifests as people write them](../explanation/manifests.md).
"""

FATES = {
    Fate.READ: "Kinds that are read",
    Fate.WITHOUT_MEANING: "Kinds that have no meaning outside a cluster: left out with one warning",
    Fate.REFUSED: "Kinds that are refused: an error",
}

FOREIGN = """Objects of other API groups are left out with one warning each, as their controllers are not here. Two
sorts are refused: one that holds pods, as its workload would be lost, and what isolates, such as a CiliumNetworkPolicy,
unless the node's policy says `isolation: warn`.
"""


def page() -> str:
    kubernetes, compose = _reachable(shapes()), _reachable((Project,))
    lines = [HEAD, *_contents(kubernetes, compose), "## Kubernetes\n"]
    for fate, title in FATES.items():
        lines += [f"### {title}\n", *_kinds(fate), ""]
    lines.append(FOREIGN)
    for shape in kubernetes:
        lines += _section(shape)
    lines.append("## Compose\n")
    for shape in compose:
        lines += _section(shape)
    return "\n".join(lines)


def _contents(kubernetes: list[type[Shape]], compose: list[type[Shape]]) -> Iterator[str]:
    """Links to the objects themselves; what is inside them follows each."""
    kinds = [_title(shape) for shape in kubernetes if shape in shapes()]
    yield f"**[Kubernetes](#kubernetes)**: {', '.join(map(_link, kinds))}\n"
    parts = [_title(shape) for shape in compose if "." not in _title(shape) and "[" not in _title(shape)]
    yield f"**[Compose](#compose)**: {', '.join(map(_link, parts))}\n"


def _link(title: str) -> str:
    anchor = "".join(
        letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter in "-_"
    )
    return f"[{title}](#{anchor})"


def _title(shape: type[Shape]) -> str:
    return (shape.__doc__ or shape.__name__).partition(":")[0]


def _kinds(fate: Fate) -> Iterator[str]:
    """A line for each reason, the kinds in the order of their names."""
    found: dict[str, list[str]] = {}
    for kind in sorted(KINDS.values(), key=lambda kind: kind.name):
        if kind.fate is fate:
            found.setdefault(kind.because, []).append(f"`{kind.name}` ({', '.join(kind.versions)})")
    for because, names in found.items():
        yield f"- {', '.join(names)}{f': {because}' if because else ''}."


def _reachable(roots: tuple[type[Shape], ...]) -> list[type[Shape]]:
    """Each shape once, after the one that holds it."""
    found: dict[type[Shape], None] = {}

    def visit(shape: type[Shape]) -> None:
        if shape not in found:
            found[shape] = None
            for info in fields(shape).values():
                inside = inner(info.annotation)
                if inside is not None:
                    visit(inside)

    for root in roots:
        visit(root)
    return list(found)


def _section(shape: type[Shape]) -> Iterator[str]:
    yield f"### {_title(shape)}\n"
    yield "| field | class | meaning |"
    yield "|---|---|---|"
    order = list(Verdict)
    for name, info in sorted(fields(shape).items(), key=lambda item: order.index(verdict(item[1]))):
        required = ", required" if info.is_required() else ""
        instead = f" Instead: {alternative(info)}." if alternative(info) else ""
        yield f"| `{name}` | {verdict(info)}{required} | {_sentence(info.description or '')}{instead} |"
    yield ""


def _sentence(text: str) -> str:
    """Reasons stand in the middle of a message elsewhere."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
