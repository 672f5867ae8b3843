"""Where a value stands while it is brought into canonical form, and what is done about it when it cannot be."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pullet.manifests.compose.interpolate import BadTemplate, substitute
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.notes import Notes
from pullet.manifests.compose.parse import RESET
from pullet.manifests.compose.scalars import Wrong
from pullet.manifests.yamldoc import Loc

_MOST_TEXT = 4 << 20


@dataclass(slots=True)
class Scope:
    """What the values of one file mean: relative to which directory, with which variables.

    `number` tells it from others of the same load; `directory` is the project's, empty for the root of the repository.
    """

    number: int
    directory: str
    variables: Mapping[str, str] = field(repr=False)
    missing: set[str] = field(default_factory=set)
    size: int = 0

    def anchored(self, path: str) -> str:
        """A relative path as one from the root of the repository; any other as it is."""
        if path.startswith(("/", "~", "\\")) or path[1:3] in {":\\", ":/"}:
            return path
        joined = posixpath.normpath(posixpath.join(self.directory, path))
        return "./" if joined == "." else f"./{joined}"


@dataclass(frozen=True, slots=True)
class Place:
    """`loc` is where the value will stand in the project."""

    loc: Loc
    scope: Scope
    notes: Notes

    def down(self, part: str | int) -> Place:
        return Place((*self.loc, part), self.scope, self.notes)

    def error(self, value: Value, message: str, hint: str = "", *, key: bool = False) -> None:
        origin = value.key if key and value.key is not None else value.origin
        self.notes.error(origin, self.loc, message, hint)

    def warn(self, value: Value, message: str, hint: str = "", *, key: bool = False) -> None:
        origin = value.key if key and value.key is not None else value.origin
        self.notes.warn(origin, self.loc, message, hint)

    def interpolated(self, value: Value) -> Value:
        """With its variables replaced, in values and not in keys."""
        match value.data:
            case str() as text if "$" in text:
                return self._substituted(value, text)
            case list() as items:
                done: list[Value] = [
                    self.down(index).interpolated(item) if _may_vary(item) else item
                    for index, item in enumerate(items)
                ]
                return value if all(map(_same, done, items)) else value.holding(done)
            case dict() as entries:
                changed = {
                    name: self.down(name).interpolated(entry) if _may_vary(entry) else entry
                    for name, entry in entries.items()
                }
                same = all(map(_same, changed.values(), entries.values()))
                return value if same else value.holding(changed)
        return value

    def _substituted(self, value: Value, text: str) -> Value:
        """A text that is wrong is left out, as if it were reset."""
        scope = self.scope

        def missing(name: str) -> None:
            if name not in scope.missing:
                scope.missing.add(name)
                self.warn(
                    value, f"the variable {name} is not set, and counts as empty", "set it in the file .env"
                )

        try:
            found = substitute(text, scope.variables, missing)
        except BadTemplate as bad:
            self.error(value, str(bad), bad.hint)
            return replace(value, data=None, tag=RESET)
        scope.size += len(found)
        if scope.size > _MOST_TEXT:
            self.error(
                value, "is too much: the values of the project are more than 4 MiB with their variables"
            )
            return replace(value, data=None, tag=RESET)
        return value.holding(found)


def _may_vary(value: Value) -> bool:
    return isinstance(value.data, list | dict) or (isinstance(value.data, str) and "$" in value.data)


def _same(one: Value, other: Value) -> bool:
    return one is other


Kind = Callable[[Value, Place], Value]
"""Makes a value canonical; what cannot be raises Wrong."""


def tried(kind: Kind, value: Value, place: Place) -> Value | None:
    """The canonical value under the same key, or None where it is wrong, which is then told."""
    try:
        done = kind(value, place)
    except Wrong as wrong:
        place.error(value, str(wrong), wrong.hint)
        return None
    return Value(done.data, done.origin, value.key, value.tag)
