"""A snapshot to its catalog. The loop and the verbs call `Reader.read`; equal blobs are parsed once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pullet.manifests.assemble import assemble
from pullet.manifests.declared import Reading
from pullet.manifests.ignore import ignored
from pullet.manifests.kubernetes import objects
from pullet.manifests.yamldoc import Broken, Document, documents
from pullet.model.catalog import Catalog, Unreadable
from pullet.model.problem import Origin, Problem
from pullet.model.snapshot import File, Snapshot, Tree

_COMPOSE = re.compile(r"(?:docker-)?compose[^/]*\.ya?ml")
YAML = (".yaml", ".yml")
"""What the names of files end in that are read."""

_TEMPLATE = "{{"
_LEFT_ALONE = Reading(left_alone=True)

_Key = tuple[str, str]


@dataclass(slots=True)
class Reader:
    """Keeps what came of each file of the last snapshot, by path and blob; not for several threads at once.

    What a `partial` snapshot refers to may be declared in files that it does not have. `parsed` counts the files that
    had to be parsed so far.
    """

    partial: bool = False
    parsed: int = 0
    _last: Snapshot | None = None
    _readings: dict[_Key, Reading] = field(default_factory=dict)
    _catalog: Catalog = field(default_factory=Catalog)

    def read(self, snapshot: Snapshot) -> Catalog:
        """What the snapshot says, with every problem as data: no content of a file raises."""
        if (
            self._last is None
            or snapshot.files is not self._last.files
            or snapshot.tree is not self._last.tree
        ):
            self._take(snapshot)
            self._last = snapshot
        return self._catalog

    def _take(self, snapshot: Snapshot) -> None:
        is_ignored = ignored(snapshot.files)
        before, parsed = self._readings, self.parsed
        self._readings = {
            (file.path, file.blob): self._reading(file, snapshot.tree)
            for file in snapshot.files
            if file.path.endswith(YAML) and not is_ignored(file.path)
        }
        if self.parsed != parsed or self._readings.keys() != before.keys():
            self._catalog = assemble(tuple(_standing(self._readings)), partial=self.partial)

    def _reading(self, file: File, tree: Tree) -> Reading:
        """The one of the last snapshot, unless something that it depends on has changed."""
        before = self._readings.get((file.path, file.blob))
        if before is not None and all(tree.identify(path) == known for path, known in before.looked_at):
            return before
        self.parsed += 1
        return read_file(file, tree, partial=self.partial)


def _standing(readings: Mapping[_Key, Reading]) -> Iterable[Reading]:
    """What declares something by itself: a file that is part of another's project does not."""
    parts = frozenset[str]().union(*(reading.parts for reading in readings.values()))
    return (reading for (path, _), reading in readings.items() if path not in parts)


def read_file(file: File, tree: Tree, *, partial: bool = False) -> Reading:
    """What one file declares; a Compose file with what it refers to in the tree, which may be `partial`."""
    name = file.path.rpartition("/")[2]
    if _COMPOSE.fullmatch(name):
        return read_compose(file, tree, partial=partial)
    if name in {"kustomization.yaml", "kustomization.yml"}:
        return Reading(problems=(_kustomization(file.path),))
    parts = documents(file.path, file.content)
    if any(_is_template(part) for part in parts):
        return _template(file.path, parts)
    return Reading.of(map(_part, parts))


def read_compose(file: File, tree: Tree, *, partial: bool = False) -> Reading:
    """What a Compose file declares, with all that its project is made of; a `partial` tree has not all of it."""
    # Loaded only where there is such a file: it is a quarter of what `pullet validate` would have to import.
    from pullet.manifests.compose import read  # noqa: PLC0415

    return read(file, tree, partial=partial)


def _part(part: Document | Broken) -> Reading:
    if isinstance(part, Document):
        return objects.read(part) if objects.is_manifest(part.data) else _LEFT_ALONE
    if part.foreign and "apiVersion" not in part.text:
        return _LEFT_ALONE
    return _broken(part)


def _broken(part: Broken) -> Reading:
    return Reading(problems=(part.problem,), unreadable=(Unreadable(part.problem.origin.path, part.text),))


def _kustomization(path: str) -> Problem:
    return Problem(
        Origin(path),
        "a Kustomization needs rendering",
        hint="commit what kustomize build prints, or list it in .pulletignore",
    )


def _is_template(part: Document | Broken) -> bool:
    """Whether it has to be rendered first: it does not parse, or names its object, with a template's braces."""
    if isinstance(part, Broken):
        return _TEMPLATE in part.text
    if not objects.is_manifest(part.data):
        return False
    metadata = part.data.get("metadata")
    names = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, dict) else ()
    words = (part.data.get("apiVersion"), part.data.get("kind"), *names)
    return any(isinstance(word, str) and _TEMPLATE in word for word in words)


def _template(path: str, parts: tuple[Document | Broken, ...]) -> Reading:
    """One message for the file, which hides nothing that is wrong elsewhere in it but what follows from the braces."""
    first = next(part for part in parts if _is_template(part))
    origin = first.problem.origin if isinstance(first, Broken) else first.origin
    problem = Problem(
        origin,
        "looks like a template that needs rendering, as Helm's do",
        hint="commit the rendered manifests, or list the file in .pulletignore",
    )
    unreadable = tuple(Unreadable(path, part.text) for part in parts if _is_template(part))
    others = (_part(part) for part in parts if not _is_template(part))
    return Reading.of([Reading(problems=(problem,), unreadable=unreadable), *others])
