"""A project in canonical long form to workloads. The reader calls `convert` with what `load` made.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pullet.manifests.compose import files, mounts, networking
from pullet.manifests.compose.conflicts import conflicts
from pullet.manifests.compose.dependencies import dependencies, drift, prune
from pullet.manifests.compose.deploying import (
    backward,
    count,
    deadline,
    lifetime,
    monitored,
    on_failure,
    replacement,
    stops_first,
)
from pullet.manifests.compose.deployment import Placing
from pullet.manifests.compose.loaded import Loaded
from pullet.manifests.compose.placing import Place, contradictions, place
from pullet.manifests.compose.running import pod
from pullet.manifests.compose.schema import Config, Network, Project, Secret, Volume
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.together import Groups
from pullet.manifests.compose.whole import Section, Whole, workload_name
from pullet.manifests.declared import Declared, Reading
from pullet.manifests.problems import Findings, checked
from pullet.manifests.schema import Shape
from pullet.model.pod import Pod
from pullet.model.workload import Workload

AnyShape = TypeVar("AnyShape", bound=Shape)

_SECTIONS = frozenset({"services", "networks", "volumes", "configs", "secrets"})
_GRANTED = frozenset({"configs", "secrets"})
_FOLLOWS = frozenset({"is required"})
"""What is only said because loading has left something out that it found wrong."""
_OF_ONE_THING = 2
"""The parts of a place that lies in one service or network; a shorter one concerns the whole project."""


def convert(loaded: Loaded) -> Reading:
    """What the project declares, with every problem of loading and of conversion.

    A service that is not valid is declared and refused, while the others go on. Where what belongs to all of them is
    not valid, all are refused.
    """
    conversion = _Conversion(loaded)
    declared = conversion.run()
    problems = (*loaded.problems, *(one for part in conversion.found for one in part.problems))
    return Reading(declared, tuple(dict.fromkeys(problems)), loaded.unreadable)


def _is_external(value: object) -> bool:
    return isinstance(value, dict) and bool(value.get("external"))


@dataclass(frozen=True, slots=True)
class _Draft:
    """One service on its way."""

    name: str
    pod: Pod
    place: Place
    findings: Findings


@dataclass(frozen=True, slots=True)
class _Conversion:
    """`found` is what was found, part by part, in the order in which it was looked at."""

    loaded: Loaded
    found: list[Findings] = field(default_factory=list)

    def run(self) -> tuple[Declared, ...]:
        is_sound, placing = self._project()
        whole = self._whole(placing)
        groups = Groups.of(whole)
        drafts = [self._draft(name, whole, groups) for name in whole.services.sound]
        places = {draft.name: draft.place for draft in drafts}
        for draft in drafts:
            contradictions(draft.name, places, groups, draft.findings)
        workloads = {draft.name: self._workload(draft, whole) for draft in drafts}
        names = dict.fromkeys((*workloads, *sorted(whole.services.flawed)))
        return tuple(self._declared(name, workloads.get(name) if is_sound else None) for name in names)

    def _declared(self, name: str, workload: Workload | None) -> Declared:
        known = workload_name(self.loaded.name, name)
        valid = workload is not None
        if ("services", name) in self.loaded.unknown:
            workload = None
        return Declared(known, self.loaded, ("services", name), workload, valid=valid, runs=True)

    def _look(self, *loc: str) -> Findings:
        self.found.append(Findings(self.loaded, loc))
        return self.found[-1]

    def _project(self) -> tuple[bool, Placing]:
        """Whether what belongs to all services is sound, and what x-pullet says for them."""
        sound = all(len(loc) >= _OF_ONE_THING for loc in self.loaded.flawed)
        placing = Placing()
        for name in self.loaded.data.keys() - _SECTIONS:
            findings = self._look()
            shape = checked(Project, {name: self.loaded.data[name]}, findings)
            sound = sound and (name == "models" or not findings.failed)
            placing = (shape and shape.x_pullet) or placing
        return sound, placing

    def _whole(self, placing: Placing) -> Whole:
        loaded = self.loaded

        def is_there(shape: Config | Secret, findings: Findings) -> None:
            files.sound(shape, loaded, findings)

        return Whole(
            project=loaded.name,
            tree=loaded.tree,
            services=self._section("service", Service),
            networks=self._section("network", Network, networking.sound),
            volumes=self._section("volume", Volume, mounts.sound),
            configs=self._section("config", Config, is_there),
            secrets=self._section("secret", Secret, is_there),
            placing=placing,
            environment=loaded.environment,
            partial=loaded.partial,
            unknown=frozenset(str(loc[1]) for loc in loaded.unknown),
        )

    def _section(
        self,
        word: str,
        shape: type[AnyShape],
        check: Callable[[AnyShape, Findings], None] = lambda _shape, _findings: None,
    ) -> Section[AnyShape]:
        """The things of one kind; what loading found flawed is looked at for more mistakes, and not used."""
        name = f"{word}s"
        flawed = {
            str(loc[1]) for loc in self.loaded.flawed if loc[:1] == (name,) and len(loc) >= _OF_ONE_THING
        }
        sound: dict[str, AnyShape] = {}
        data: Mapping[str, object] = self.loaded.data.get(name) or {}
        for key, value in data.items():
            findings = self._look(name, key)
            if _is_external(value) and name in _GRANTED and key not in self._granted(name):
                findings.warn(("external",), "is passed over: there is no store of them, and nothing uses it")
                continue
            thing = checked(shape, {} if value is None else value, findings)
            if key in flawed:
                findings.problems[:] = [one for one in findings.problems if one.message not in _FOLLOWS]
                continue
            if thing is not None:
                check(thing, findings)
            if thing is None or findings.failed:
                flawed.add(key)
            else:
                sound[key] = thing
        return Section(word, sound, frozenset(flawed), self.loaded.open)

    def _granted(self, section: str) -> set[str]:
        """The configs or secrets that some service names, whether that service is sound or not."""
        services: Mapping[str, Any] = self.loaded.data.get("services") or {}
        users = [one for one in services.values() if isinstance(one, dict)]
        users += [one["build"] for one in users if isinstance(one.get("build"), dict)]
        return {str(grant.get("source")) for one in users for grant in one.get(section) or ()}

    def _draft(self, name: str, whole: Whole, groups: Groups) -> _Draft:
        findings = self._look("services", name)
        made = pod(name, whole, findings)
        placed = place(name, made, whole, groups, findings)
        conflicts(name, made, whole, findings)
        return _Draft(name, made, placed, findings)

    def _workload(self, draft: _Draft, whole: Whole) -> Workload | None:
        service, findings = whole.services.sound[draft.name], draft.findings
        workload = Workload(
            name=whole.workload(draft.name),
            origin=self.loaded.locate(("services", draft.name), key=True),
            count=count(service, findings),
            pod=draft.pod,
            replacement=replacement(service, draft.pod, findings),
            node_selector=draft.place.selector,
            where=draft.place.where,
            lifetime=lifetime(service),
            min_ready=monitored(service),
            progress_deadline=deadline(service),
            on_failure=on_failure(service),
            backward=backward(service, draft.pod, findings),
            after=dependencies(service, whole, findings),
            prune=prune(service, whole),
            drift=drift(service, whole),
            stops_first=stops_first(service, draft.pod),
        )
        return None if findings.failed else workload
