"""The last step of a pod: its environment, its files and its passwords, once all objects of the catalog are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pullet.manifests.declared import AllOf, Draft, KeyOf, Keys, Lookup, Needs, Projection, Reference, Use
from pullet.manifests.declared import Source as Variable
from pullet.manifests.kubernetes import files, logins
from pullet.manifests.kubernetes.environment import (
    Budget,
    TooMuch,
    Variables,
    expand,
    expanded,
    undefined,
    variables_of,
)
from pullet.manifests.kubernetes.referring import Referring
from pullet.manifests.problems import Findings, meant
from pullet.model.pod import Container, Pod
from pullet.model.text import Text
from pullet.model.volumes import Files, Mount, Source
from pullet.model.workload import Workload


def settle(draft: Draft, lookup: Lookup, findings: Findings) -> Workload:
    """The workload with all that other objects decide; what is missing is in the findings."""
    settling = _Settling(draft.needs, Referring(lookup, findings))
    known = logins.read(draft.needs.logins, settling.referring)
    return replace(draft.workload, pod=settling.pod(draft.workload.pod), logins=known)


@dataclass(slots=True)
class _Settling:
    needs: Needs
    referring: Referring
    sources: dict[str, Source] = field(default_factory=dict)

    def pod(self, pod: Pod) -> Pod:
        uses = self.needs.uses or ((),) * len(self.needs.environments)
        settled = tuple(
            self._container(container, variables, mounts)
            for container, variables, mounts in zip(
                pod.all_containers(), self.needs.environments, uses, strict=True
            )
        )
        first = len(pod.init)
        return replace(pod, init=settled[:first], containers=settled[first:])

    def _container(
        self, container: Container, variables: tuple[Variable, ...], uses: tuple[Use, ...]
    ) -> Container:
        try:
            return self._filled(container, variables, uses)
        except TooMuch:
            said = f'the environment and command of the container "{container.name}" are more than 2 MiB'
            self.referring.findings.error((), said, "use a file")
            return container

    def _filled(
        self, container: Container, variables: tuple[Variable, ...], uses: tuple[Use, ...]
    ) -> Container:
        budget = Budget()
        known = variables_of(variables, budget, self.referring)
        every = self._are_here(one.reference for one in variables if isinstance(one, KeyOf | AllOf))
        mounts = (self._mount(use, known if every or not use.expanded else None, budget) for use in uses)
        return replace(
            container,
            env=tuple(known.values()),
            command=_arguments(container.command, known, budget),
            args=_arguments(container.args, known, budget),
            mounts=tuple(mount for mount in mounts if mount is not None),
        )

    def _are_here(self, references: Iterable[Reference]) -> bool:
        """Whether none of them may be declared in a file that nobody looks at."""
        return not any(map(self.referring.is_elsewhere, references))

    def _mount(self, use: Use, variables: Variables | None, budget: Budget) -> Mount | None:
        """`variables` are None where not all are known."""
        source, wanted = self._source(use.volume), self.needs.volumes.get(use.volume)
        if source is None:
            return None
        sub_path = use.sub_path if variables is None else self._sub_path(use, variables, budget)
        parts = wanted.parts if isinstance(wanted, Projection) else ()
        if isinstance(source, Files) and self._are_here(
            part.reference for part in parts if isinstance(part, Keys)
        ):
            self._is_there(sub_path, source, use)
        return Mount(
            source=source,
            target=use.target,
            read_only=use.read_only or isinstance(source, Files),
            sub_path=sub_path,
            propagation=use.propagation,
        )

    def _source(self, volume: str) -> Source | None:
        """Volumes that no container uses are not looked for, as in the kubelet."""
        wanted = self.needs.volumes.get(volume)
        if not isinstance(wanted, Projection):
            return wanted
        if volume not in self.sources:
            self.sources[volume] = files.project(wanted, self.referring)
        return self.sources[volume]

    def _sub_path(self, use: Use, variables: Variables, budget: Budget) -> Text:
        if not use.expanded:
            return use.sub_path
        missing = sorted(undefined(use.sub_path, variables))
        place = (*use.loc, "subPathExpr")
        for name in missing:
            self.referring.findings.error(place, f'no variable is named "{name}"', meant(name, variables))
        path = expand(use.sub_path, variables, budget)[0]
        if isinstance(path, str) and not missing and (path.startswith("/") or ".." in path.split("/")):
            self.referring.findings.error(place, "must lead below the volume, without ..")
        return path

    def _is_there(self, sub_path: Text, source: Files, use: Use) -> None:
        paths = [one.path for one in source.files]
        if not isinstance(sub_path, str) or not sub_path:
            return
        wanted = sub_path.strip("/")
        if not any(path == wanted or path.startswith(f"{wanted}/") for path in paths):
            self.referring.findings.error(
                (*use.loc, "subPathExpr" if use.expanded else "subPath"),
                f'the volume "{use.volume}" holds no file of that name',
                meant(wanted, paths),
            )


def _arguments(
    words: tuple[Text, ...] | None, variables: Variables, budget: Budget
) -> tuple[Text, ...] | None:
    return None if words is None else tuple(expanded(word, variables, budget) for word in words)
