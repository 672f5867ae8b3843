"""One document of a Compose file: its services, each with what it extends, and its other parts, in canonical form.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace

from pullet.manifests.compose.gathering import Gathering, inside
from pullet.manifests.compose.grammar import INCLUDE, SECTIONS, SERVICE
from pullet.manifests.compose.kinds import PULLET, entries_of, rest, string_of
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.merge import merge, settled
from pullet.manifests.compose.notes import Notes
from pullet.manifests.compose.parse import RESET
from pullet.manifests.compose.place import Kind, Place, Scope, tried
from pullet.manifests.compose.scalars import Wrong
from pullet.manifests.problems import meant
from pullet.manifests.yamldoc import Loc
from pullet.model.problem import Problem

LONGEST_CHAIN = 50

_NAME = re.compile(r"[a-zA-Z0-9._-]+")
_VERSION_1 = frozenset({"image", "build", "extends", "command", "ports", "volumes", "links"})

Chain = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Source:
    """`others` are the documents that its services have named in `extends`, by path."""

    path: str
    root: Value
    scope: Scope
    notes: Notes
    gathering: Gathering
    services: dict[str, Value | None] = field(default_factory=dict)
    others: dict[str, Source] = field(default_factory=dict)

    def place(self, loc: Loc) -> Place:
        return Place(loc, self.scope, self.notes)

    def sections(self) -> Value | None:
        """All but what it includes, or None where it is no Compose file, which is then told."""
        if (problem := _foreign(self.root)) is not None:
            self.notes.lose(problem)
            return None
        done: dict[str, Value] = {}
        for name, value in entries_of(self.root).items():
            if (found := self._section(name, value)) is not None:
                done[name] = replace(found, key=value.key, tag=value.tag)
        return self.root.holding(done)

    def included(self) -> list[tuple[Place, Value]]:
        """The entries of `include`, each a mapping, with their places."""
        value = entries_of(self.root).get("include")
        if value is None or value.data is None:
            return []
        place = self.place(("include",))
        done = tried(INCLUDE, place.interpolated(value), place)
        items = done.data if done is not None and isinstance(done.data, list) else []
        return [(place.down(index), item) for index, item in enumerate(items)]

    def _section(self, name: str, value: Value) -> Value | None:
        place = self.place((name,))
        if name == "include" or (name.startswith("x-") and name != PULLET) or value.data is None:
            return None
        if name == "version":
            place.warn(value, "is obsolete and means nothing", "remove it", key=True)
            return None
        if name == "services" or name in SECTIONS:
            return self._named(name, value)
        return tried(rest, place.interpolated(value), place)

    def _named(self, section: str, value: Value) -> Value | None:
        place = self.place((section,))
        if not isinstance(value.data, dict):
            self.notes.lose(Problem(value.origin, "must be a mapping of names", section))
            return None
        done: dict[str, Value] = {}
        for name, entry in value.data.items():
            here = place.down(name)
            if not _NAME.fullmatch(name):
                here.error(entry, "is not a name", "letters, digits, -, _ and .", key=True)
            found = (
                self.service(name) if section == "services" else _canonical(SECTIONS[section], entry, here)
            )
            if found is not None:
                done[name] = found
        return value.holding(done)

    def service(self, name: str, chain: Chain = ()) -> Value | None:
        """In canonical form, laid over what it extends; None where it is wrong altogether."""
        if name not in self.services:
            place = self.place(("services", name))
            found = _canonical(SERVICE, self.written()[name], place)
            if found is not None and found.tag != RESET:
                found = self._extended(name, found, (*chain, (self.path, name)))
            self.services[name] = found
        return self.services[name]

    def written(self) -> dict[str, Value]:
        """Its services as they stand there."""
        services = entries_of(self.root).get("services") if isinstance(self.root.data, dict) else None
        return services.data if services is not None and isinstance(services.data, dict) else {}

    def _extended(self, name: str, service: Value, chain: Chain) -> Value:
        own = entries_of(service)
        extends = own.pop("extends", None)
        if extends is None or extends.tag == RESET:
            return service
        place = self.place(("services", name, "extends"))
        try:
            base = self._base(name, extends, chain)
        except Wrong as wrong:
            if self.notes.wrong(extends.origin, place.loc, wrong):
                self.notes.unknown.add(("services", name))
            return service
        return replace(merge(base, service, ("services", name)), key=service.key, origin=service.origin)

    def _base(self, name: str, extends: Value, chain: Chain) -> Value:
        """Raises Wrong."""
        words = entries_of(extends)
        if "service" not in words:
            raise Wrong("needs a service", "name the service that is extended")
        wanted = string_of(words["service"])
        source = self._file(words["file"]) if "file" in words else self
        if wanted not in source.written():
            where = f" in {source.path}" if source is not self else ""
            raise Wrong(
                f'names the service "{wanted}", which there is none of{where}',
                meant(wanted, source.written()),
            )
        if (source.path, wanted) in chain:
            raise Wrong("goes in a circle", " → ".join(step[1] for step in (*chain, chain[0])))
        if len(chain) >= LONGEST_CHAIN:
            raise Wrong(f"is a chain of more than {LONGEST_CHAIN} services")
        base = source.service(wanted, chain)
        if ("services", wanted) in source.notes.flawed:
            self.notes.flawed.add(("services", name))
        if ("services", wanted) in source.notes.unknown:
            self.notes.unknown.add(("services", name))
        loc: Loc = ("services", name)
        return settled(base, loc) if base is not None else Value({}, extends.origin)

    def _file(self, value: Value) -> Source:
        """The first document of another file; its relative paths are relative to its own directory. Raises Wrong."""
        path = inside(self.scope.anchored(string_of(value)))
        if path == self.path:
            return self
        if path not in self.others:
            documents = self.gathering.documents(path)
            if not documents:
                raise Wrong(f"names {path}, which is empty")
            scope = self.gathering.scope(posixpath.dirname(path), self.scope.variables)
            source = Source(path, documents[0], scope, self.notes.fork(), self.gathering)
            self.others[path] = source
            source.others = self.others
        return self.others[path]


def _canonical(kind: Kind, value: Value, place: Place) -> Value | None:
    if value.tag == RESET:
        return value.holding(None)
    full = value.holding({}) if value.data is None else value
    return tried(kind, place.interpolated(full), place)


def _foreign(root: Value) -> Problem | None:
    """What a document is instead of a Compose file of today."""
    if not isinstance(root.data, dict):
        return Problem(root.origin, "must be a mapping")
    if "services" in root.data:
        return None
    for name, value in root.data.items():
        inner = value.data if isinstance(value.data, dict) else {}
        if name not in {*SECTIONS, "models"} and not name.startswith("x-") and _VERSION_1 & inner.keys():
            return Problem(
                value.key or value.origin,
                "has its services at the top, as in version 1 of the format, which is not read any more",
                name,
                "put them below services:",
            )
    return None
