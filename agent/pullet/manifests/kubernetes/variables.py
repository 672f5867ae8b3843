"""A container's env and envFrom to the sources of its environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pullet.manifests.declared import AllOf, Given, KeyOf, Literal, ObjectName, Reference, Source
from pullet.manifests.kubernetes.downward import About
from pullet.manifests.kubernetes.envschema import EnvEntry, EnvFromEntry, ValueSource
from pullet.manifests.kubernetes.podschema import Container
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc

_SOURCES = "configMapKeyRef, secretKeyRef, fieldRef and resourceFieldRef"


@dataclass(frozen=True, slots=True)
class Variables:
    """Reads the containers of one pod."""

    about: About
    findings: Findings

    def sources(self, shape: Container, loc: Loc) -> Iterator[Source]:
        """Of the container at `loc`: those of env stand behind those of envFrom, and so are the stronger."""
        for index, entry in enumerate(shape.env_from):
            yield from self._all(entry, (*loc, "envFrom", index))
        for index, variable in enumerate(shape.env):
            yield from self._one(variable, shape.name, (*loc, "env", index))

    def _all(self, entry: EnvFromEntry, loc: Loc) -> Iterator[Source]:
        if (entry.config_map_ref is None) == (entry.secret_ref is None):
            self.findings.error(loc, "must have exactly one of configMapRef and secretRef")
            return
        for kind, field, reference in (
            ("ConfigMap", "configMapRef", entry.config_map_ref),
            ("Secret", "secretRef", entry.secret_ref),
        ):
            if reference is not None:
                target = ObjectName(self.about.namespace, kind, reference.name)
                yield AllOf(entry.prefix, Reference(target, (*loc, field), reference.optional))

    def _one(self, variable: EnvEntry, container: str, loc: Loc) -> Iterator[Source]:
        source = variable.value_from
        if source is None:
            yield Literal(variable.name, variable.value or "")
            return
        place = (*loc, "valueFrom")
        if variable.value:
            self.findings.error(place, "may not stand beside value", key=True)
        if sum(one is not None for one in _alternatives(source)) != 1:
            self.findings.error(place, f"must have exactly one of {_SOURCES}")
            return
        yield self._from(variable.name, source, container, place)

    def _from(self, name: str, source: ValueSource, container: str, loc: Loc) -> Source:
        if source.field_ref is not None:
            return Given(name, self.about.variable(source.field_ref, (*loc, "fieldRef"), self.findings))
        if source.resource_field_ref is not None:
            place = (*loc, "resourceFieldRef")
            return Given(
                name, self.about.resource(source.resource_field_ref, container, place, self.findings)
            )
        reference, kind, field = source.secret_key_ref, "Secret", "secretKeyRef"
        if source.config_map_key_ref is not None:
            reference, kind, field = source.config_map_key_ref, "ConfigMap", "configMapKeyRef"
        assert reference is not None  # noqa: S101 - the only one that is left
        target = ObjectName(self.about.namespace, kind, reference.name)
        return KeyOf(name, reference.key, Reference(target, (*loc, field), reference.optional))


def _alternatives(source: ValueSource) -> tuple[object, ...]:
    return source.config_map_key_ref, source.secret_key_ref, source.field_ref, source.resource_field_ref
