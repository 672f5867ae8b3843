"""What is declared under a name, and whether it can be used: the view of the whole catalog that references have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pullet.manifests.declared import (
    Claim,
    Configuration,
    Content,
    Declared,
    ObjectName,
    Runtime,
    Unknown,
    Volume,
)
from pullet.manifests.kubernetes.binding import Binding, bind
from pullet.model.catalog import Unreadable


@dataclass(frozen=True, slots=True)
class Known:
    """Objects by name. What may be declared in a file that cannot be read does not count as missing.

    With `partial`, everything else may be declared in files that are not here.
    """

    names: Mapping[ObjectName, Declared]
    twice: frozenset[ObjectName]
    unreadable: tuple[Unreadable, ...]
    partial: bool = False

    def usable(self, one: Declared) -> bool:
        return one.valid and one.name not in self.twice

    def configuration(self, name: ObjectName) -> Configuration | Unknown | None:
        found = self._find(name)
        return found if isinstance(found, Configuration | Unknown | None) else Unknown("is not valid")

    def claim(self, name: ObjectName) -> Claim | Unknown | None:
        found = self._find(name)
        return found if isinstance(found, Claim | Unknown | None) else Unknown("is not valid")

    def runtime(self, name: ObjectName) -> Runtime | Unknown | None:
        found = self._find(name)
        return found if isinstance(found, Runtime | Unknown | None) else Unknown("is not valid")

    def runs(self, name: ObjectName) -> bool | Unknown:
        """Whether something that runs is declared under the name, valid or not."""
        if name in self.names:
            return self.names[name].runs
        found = self._find(name)
        return found if isinstance(found, Unknown) else False

    def volumes(self) -> dict[str, Volume]:
        """Every valid PersistentVolume by its name."""
        return {
            name.name: one.content
            for name, one in self.names.items()
            if isinstance(one.content, Volume) and self.usable(one)
        }

    def bindings(self, volumes: Mapping[str, Volume]) -> dict[ObjectName, Binding]:
        """Of every valid claim to one of the volumes."""
        claims = {
            name: one.content
            for name, one in self.names.items()
            if isinstance(one.content, Claim) and self.usable(one)
        }
        return bind(claims, volumes)

    def _find(self, name: ObjectName) -> Content | Unknown | None:
        if name in self.twice:
            return Unknown("is declared twice")
        declared = self.names.get(name)
        if declared is None:
            hidden = next((one.path for one in self.unreadable if one.may_declare(name)), None)
            if hidden is not None:
                return Unknown(f"may be declared in {hidden}, which cannot be read")
            return Unknown("is not declared here", elsewhere=True) if self.partial else None
        return Unknown("is not valid") if declared.content is None else declared.content
