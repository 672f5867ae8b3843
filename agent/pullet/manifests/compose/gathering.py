"""The files that a project is made of, each read and parsed once, and what is found wrong on the way."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.manifests.compose import dotenv
from pullet.manifests.compose.loaded import Value, Watched
from pullet.manifests.compose.notes import Notes
from pullet.manifests.compose.parse import Parsed, parse
from pullet.manifests.compose.place import Scope
from pullet.manifests.compose.scalars import Absent, Wrong
from pullet.model.problem import Origin, Problem, Severity

MOST_LOADS = 100

_COMMITTED = "commit a copy of it here: what runs follows from one commit alone"
_YAML_NAME = re.compile(r"[\w./+-]+\.ya?ml\b")


@dataclass(slots=True)
class Gathering:
    """`texts` are the Compose files that were read, and `loads` counts how often one was included.

    `parts` are those that the project consists of, `off` the services that no active profile has.
    """

    tree: Watched
    notes: Notes = field(default_factory=Notes)
    scopes: list[Scope] = field(default_factory=list)
    parsed: dict[str, Parsed] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    loads: int = 0
    parts: set[str] = field(default_factory=set)
    off: frozenset[str] = frozenset()

    def scope(self, directory: str, variables: Mapping[str, str]) -> Scope:
        missing = self.scopes[0].missing if self.scopes else set[str]()
        self.scopes.append(Scope(len(self.scopes), directory, variables, missing))
        return self.scopes[-1]

    def documents(self, path: str) -> tuple[Value, ...]:
        """Those of a Compose file, under its path from the root of the repository. Raises Wrong.

        What is wrong inside the file is told besides.
        """
        if path not in self.parsed:
            self.take(path, self.read(path))
        parsed = self.parsed[path]
        if parsed.problems:
            for problem in parsed.problems:
                self.notes.tell(problem)
            raise Wrong(f"names {path}, which cannot be read")
        return parsed.documents

    def take(self, path: str, content: bytes) -> None:
        self.texts[path] = content.decode(errors="replace")
        self.parsed[path] = parse(path, content)

    def read(self, path: str) -> bytes:
        """Raises Wrong."""
        content = self.tree.read(path)
        if content is not None:
            return content
        if ":" in path:
            raise Wrong(f"names {path}, which is of another repository", _COMMITTED)
        if self.tree.identify(path) is None:
            raise Absent(f"names {path}, which is not in the repository", "commit it, or correct the path")
        if self.tree.is_directory(path):
            raise Wrong(f"names {path}, which is a directory", "name a file in it")
        raise Wrong(f"names {path}, which is larger than a file that is read may be", "make it smaller")

    def take_named(self) -> None:
        """Of a project that is not known: every YAML file that its text names may be a part of it, and so waits too."""
        waiting = list(self.texts)
        while waiting and len(self.texts) < MOST_LOADS:
            here = waiting.pop()
            for name in _YAML_NAME.findall(self.texts[here]):
                path = posixpath.normpath(posixpath.join(posixpath.dirname(here), name))
                content = None if path in self.texts or path.startswith("..") else self.tree.read(path)
                if content is not None:
                    self.texts[path] = content.decode(errors="replace")
                    waiting.append(path)
        self.parts.update(self.texts)

    def variables(self, path: str, around: Mapping[str, str]) -> dict[str, str]:
        """What an env file sets, which must be sound as a whole: else the project is lost. Raises Wrong."""
        said = dotenv.parse(self.read(path), dict(around))
        for complaint in said.complaints:
            severity = Severity.ERROR if complaint.grave else Severity.WARNING
            problem = Problem(
                Origin(path, complaint.line), complaint.message, hint=complaint.hint, severity=severity
            )
            if complaint.grave:
                self.notes.lose(problem)
            else:
                self.notes.tell(problem)
        return {one.name: one.value for one in said.assignments if one.value is not None}


def inside(path: str) -> str:
    """An anchored path as one from the root of the repository. Raises Wrong."""
    bare = path.removeprefix("./")
    if bare == path or bare.startswith("../") or bare == "..":
        raise Wrong("is outside of the repository", "only files of the repository can be read")
    return bare
