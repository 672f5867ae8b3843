"""What loading makes of a Compose file and of all that it refers to: one project in canonical long form.

`load` in load.py makes it, `convert` in convert.py reads it. A value in it stands where a person wrote it, also when it
came through a merge, `extends`, `include` or a short form: `Value` carries the place along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pullet.manifests.yamldoc import Loc
from pullet.model.catalog import Unreadable
from pullet.model.problem import Origin, Problem
from pullet.model.snapshot import EmptyTree, Tree

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its place, and that of the key under which it stands; `tag` is `!reset`, `!override` or empty."""

    data: Scalar | list[Value] | dict[str, Value]
    origin: Origin
    key: Origin | None = None
    tag: str = ""

    def holding(self, data: Scalar | list[Value] | dict[str, Value]) -> Value:
        """Other data at the same place."""
        return Value(data, self.origin, self.key, self.tag)

    def plain(self) -> Any:
        """Without the places."""
        if isinstance(self.data, dict):
            return {name: value.plain() for name, value in self.data.items()}
        if isinstance(self.data, list):
            return [value.plain() for value in self.data]
        return self.data

    def at(self, loc: Loc) -> Value:
        """The value at `loc`, or the nearest one around it."""
        here = self
        for part in loc:
            data = here.data
            if isinstance(data, dict) and str(part) in data:
                here = data[str(part)]
            elif isinstance(data, list) and isinstance(part, int) and part < len(data):
                here = data[part]
            else:
                break
        return here


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project. `path` is the file that declares it, `directory` that file's directory (empty: the repository's root).

    `data` is sound in its forms wherever `flawed` does not say otherwise: that holds ("services", name) and the like
    of all in which a problem of severity error was found, and what is wrong there is left out of `data`. In `data`, a
    path that was relative begins with `./` and is relative to the root of the repository (`./../x` leaves it), one of
    the node begins with `/`, and a name of a volume with neither. `x-` keys are left out, but for `x-pullet`.

    With `partial`, the file was looked at by itself: `unknown` are the parts of it that are known in part only, and in
    an `open` project things may be declared in files that are not there.

    `unreadable` are files whose services cannot be known; `looked_at` are the other files by path and id (None where
    there is none), and so are those that conversion looks at through `tree`. `parts` are the Compose files that are
    part of this project and so none of their own; `part_of` is set, and all else empty, where the file itself is left
    to the project of that other file. `off` are services that no active profile has: they are in nothing else.
    `environment` is the project's, from `.env`.
    """

    path: str
    name: str
    directory: str
    root: Value = field(repr=False)
    data: dict[str, Any] = field(repr=False)
    problems: tuple[Problem, ...] = ()
    flawed: frozenset[Loc] = frozenset()
    partial: bool = False
    unknown: frozenset[Loc] = frozenset()
    open: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    parts: frozenset[str] = frozenset()
    part_of: str = ""
    off: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    tree: Watched = field(default_factory=lambda: Watched(EmptyTree()), repr=False, compare=False)

    @property
    def looked_at(self) -> tuple[tuple[str, str | None], ...]:
        return tuple(sorted(self.tree.seen.items()))

    def locate(self, loc: Loc, *, key: bool = False) -> Origin:
        """Where the value at `loc` of `data` stands, or its key; the nearest value around it where there is none."""
        found = self.root.at(loc)
        return found.key if key and found.key is not None else found.origin


@dataclass(slots=True)
class Watched:
    """A tree that remembers what was looked at, by path, and which content it had."""

    inner: Tree
    seen: dict[str, str | None] = field(default_factory=dict)

    def identify(self, path: str) -> str | None:
        if path not in self.seen:
            self.seen[path] = self.inner.identify(path)
        return self.seen[path]

    def is_directory(self, path: str) -> bool:
        self.identify(path)
        return self.inner.is_directory(path)

    def read(self, path: str) -> bytes | None:
        self.identify(path)
        return self.inner.read(path)

    def below(self, path: str) -> Iterable[str]:
        self.identify(path)
        return self.inner.below(path)
