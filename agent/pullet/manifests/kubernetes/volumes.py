"""A pod's volumes to what the engine mounts, and the mounts of its containers.

https://kubernetes.io/docs/concepts/storage/volumes/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pullet.manifests.declared import Item, Keys, ObjectName, Projection, Reference, Use
from pullet.manifests.kubernetes import volumeschema as shapes
from pullet.manifests.kubernetes.downward import About
from pullet.manifests.kubernetes.podschema import Container
from pullet.manifests.kubernetes.quantity import whole
from pullet.manifests.problems import Findings, meant
from pullet.manifests.schema import camel
from pullet.manifests.yamldoc import Loc
from pullet.model.text import Text
from pullet.model.volumes import HostPath, NamedVolume, PathType, RenderedFile, Scratch, Source

Made = Source | Projection
_PROPAGATION = {"HostToContainer": "rslave", "Bidirectional": "rshared"}


@dataclass(frozen=True, slots=True)
class Volumes:
    """Reads the volumes of one pod, which stand at `loc`."""

    about: About
    loc: Loc
    findings: Findings

    def made(self, volumes: Sequence[shapes.Volume]) -> dict[str, Made]:
        """By name. What is not valid is left out."""
        made: dict[str, Made] = {}
        for index, volume in enumerate(volumes):
            place = (*self.loc, index)
            if volume.name in made:
                self.findings.error((*place, "name"), f'another volume is named "{volume.name}"')
            source = self._source(volume, place)
            if source is not None:
                made[volume.name] = source
        return made

    def claims(self, volumes: Sequence[shapes.Volume]) -> dict[str, Reference]:
        """The claims by the names of the volumes that they are."""
        return {
            volume.name: Reference(
                target=ObjectName(self.about.namespace, "PersistentVolumeClaim", claim.claim_name),
                loc=(*self.loc, index, "persistentVolumeClaim"),
                field="claimName",
            )
            for index, volume in enumerate(volumes)
            if (claim := volume.persistent_volume_claim) is not None
        }

    def _source(self, volume: shapes.Volume, loc: Loc) -> Made | None:
        """A volume of which nothing is said but its name is an emptyDir, as the API server has it."""
        kinds = _kinds(volume)
        if len(kinds) > 1:
            self.findings.error(loc, f"must be of one kind, not of {' and '.join(kinds)}")
            return None
        if volume.host_path is not None:
            return HostPath(volume.host_path.path, PathType(volume.host_path.type))
        if volume.persistent_volume_claim is not None:
            return claimed(self.about.namespace, volume.persistent_volume_claim.claim_name)
        if volume.ephemeral is not None:
            return Scratch(volume.name)
        if kinds and volume.empty_dir is None:
            return self._files(volume, loc)
        return self._empty(volume, loc)

    def _empty(self, volume: shapes.Volume, loc: Loc) -> Scratch:
        shape = volume.empty_dir or shapes.EmptyDir()
        memory = shape.medium == "Memory"
        if shape.size_limit is not None and not memory:
            self.findings.warn(
                (*loc, "emptyDir", "sizeLimit"),
                "is not enforced: the node's disk is not bounded here",
                key=True,
            )
        size = None if not shape.size_limit else whole(shape.size_limit)
        return Scratch(volume.name, memory, size)

    def _files(self, volume: shapes.Volume, loc: Loc) -> Projection | None:
        parts: tuple[Keys | RenderedFile, ...]
        match volume:
            case shapes.Volume(config_map=shapes.ConfigMapVolume() as shape):
                place = (*loc, "configMap")
                reference = self._reference("ConfigMap", shape.name, place, optional=shape.optional)
                parts = (self._keys(reference, shape.items, shape.default_mode),)
            case shapes.Volume(secret=shapes.SecretVolume() as shape):
                place = (*loc, "secret")
                reference = self._reference(
                    "Secret", shape.secret_name, place, optional=shape.optional, field="secretName"
                )
                parts = (self._keys(reference, shape.items, shape.default_mode),)
            case shapes.Volume(downward_api=shapes.DownwardVolume() as shape):
                place = (*loc, "downwardAPI")
                parts = tuple(self._downward(shape.items, shape.default_mode, place))
            case shapes.Volume(projected=shapes.ProjectedVolume() as shape):
                place = (*loc, "projected")
                parts = tuple(self._projected(shape, place))
            case _:
                self.findings.error(loc, "is of a kind that is not supported")
                return None
        return Projection(parts, place)

    def _reference(self, kind: str, name: str, loc: Loc, *, optional: bool, field: str = "name") -> Reference:
        return Reference(ObjectName(self.about.namespace, kind, name), loc, optional, field)

    def _keys(self, reference: Reference, items: Sequence[shapes.KeyToPath], mode: int) -> Keys:
        if not items:
            return Keys(reference, mode)
        self._once([item.path for item in items], (*reference.loc, "items"))
        chosen = (
            Item(
                key=item.key,
                path=posixpath.normpath(item.path),
                mode=mode if item.mode is None else item.mode,
                loc=(*reference.loc, "items", index),
            )
            for index, item in enumerate(items)
        )
        return Keys(reference, mode, tuple(chosen))

    def _once(self, paths: Sequence[str], loc: Loc) -> None:
        """Of one source; what several sources of a projected volume have in common is decided by their order."""
        for index, path in enumerate(paths):
            if path in paths[:index]:
                self.findings.error(
                    (*loc, index, "path"), "another file has this path", "give it another one"
                )

    def _downward(self, items: Sequence[shapes.DownwardFile], mode: int, loc: Loc) -> Iterator[RenderedFile]:
        self._once([item.path for item in items], (*loc, "items"))
        for index, item in enumerate(items):
            content = self._content(item, (*loc, "items", index))
            path = posixpath.normpath(item.path)
            yield RenderedFile(path, content, mode if item.mode is None else item.mode)

    def _content(self, item: shapes.DownwardFile, loc: Loc) -> Text:
        if (item.field_ref is None) == (item.resource_field_ref is None):
            self.findings.error(loc, "must have exactly one of fieldRef and resourceFieldRef")
        if item.field_ref is not None:
            return self.about.file(item.field_ref, (*loc, "fieldRef"), self.findings)
        if item.resource_field_ref is not None:
            return self.about.resource(item.resource_field_ref, "", (*loc, "resourceFieldRef"), self.findings)
        return ""

    def _projected(self, shape: shapes.ProjectedVolume, loc: Loc) -> Iterator[Keys | RenderedFile]:
        for index, source in enumerate(shape.sources):
            place = (*loc, "sources", index)
            given = [
                one for one in (source.config_map, source.secret, source.downward_api) if one is not None
            ]
            if len(given) != 1:
                self.findings.error(place, "must have exactly one of configMap, secret and downwardAPI")
            elif source.downward_api is not None:
                yield from self._downward(
                    source.downward_api.items, shape.default_mode, (*place, "downwardAPI")
                )
            for kind, field, keys in (
                ("ConfigMap", "configMap", source.config_map),
                ("Secret", "secret", source.secret),
            ):
                if keys is not None:
                    reference = self._reference(kind, keys.name, (*place, field), optional=keys.optional)
                    yield self._keys(reference, keys.items, shape.default_mode)


def claimed(namespace: str, claim: str) -> NamedVolume:
    """The volume of a claim that is bound to nothing else."""
    return NamedVolume(f"{namespace}-{claim}")


def _kinds(volume: shapes.Volume) -> list[str]:
    given = (name for name in sorted(volume.model_fields_set - {"name"}) if getattr(volume, name) is not None)
    return [camel(name) for name in given]


@dataclass(frozen=True, slots=True)
class Mounts:
    """Reads the volumeMounts of the containers of one pod, whose `volumes` are there with what they became."""

    volumes: Mapping[str, Made | None]
    read_only: frozenset[str]
    findings: Findings

    def uses(self, container: Container, loc: Loc) -> tuple[Use, ...]:
        """Of the container at `loc`."""
        taken: set[str] = set()
        uses = []
        for index, mount in enumerate(container.volume_mounts):
            place = (*loc, "volumeMounts", index)
            target = posixpath.normpath(f"/{mount.mount_path}").replace("//", "/")
            if target in taken:
                self.findings.error(
                    (*place, "mountPath"),
                    f"another volume stands at {target}",
                    "give one of them another path",
                )
            taken.add(target)
            privileged = bool(container.security_context and container.security_context.privileged)
            uses.append(self._use(mount, target, place, privileged=privileged))
        return tuple(uses)

    def _use(self, mount: shapes.VolumeMount, target: str, loc: Loc, *, privileged: bool) -> Use:
        if mount.name not in self.volumes:
            said = f'there is no volume named "{mount.name}"'
            self.findings.error((*loc, "name"), said, meant(mount.name, self.volumes))
        if mount.sub_path and mount.sub_path_expr:
            self.findings.error((*loc, "subPathExpr"), "may not stand beside subPath", key=True)
        self._recursive(mount, loc)
        return Use(
            volume=mount.name,
            target=target,
            loc=loc,
            read_only=mount.read_only or mount.name in self.read_only,
            sub_path=mount.sub_path or mount.sub_path_expr,
            expanded=bool(mount.sub_path_expr),
            propagation=self._propagation(mount, loc, privileged=privileged),
        )

    def _propagation(self, mount: shapes.VolumeMount, loc: Loc, *, privileged: bool) -> str:
        place = (*loc, "mountPropagation")
        propagation = _PROPAGATION.get(mount.mount_propagation, "")
        if mount.mount_propagation == "Bidirectional" and not privileged:
            self.findings.error(
                place, "Bidirectional is for privileged containers only", "write HostToContainer"
            )
        if propagation and not isinstance(self.volumes.get(mount.name), HostPath):
            self.findings.warn(place, "has no meaning here: only below a hostPath others can mount something")
            return ""
        return propagation

    def _recursive(self, mount: shapes.VolumeMount, loc: Loc) -> None:
        """https://kubernetes.io/docs/concepts/storage/volumes/#recursive-read-only-mounts"""
        wanted, place = mount.recursive_read_only, (*loc, "recursiveReadOnly")
        if wanted not in {"IfPossible", "Enabled"}:
            return
        if not mount.read_only:
            self.findings.error(place, "may only be set where readOnly is true")
        if mount.mount_propagation not in {"", "None"}:
            self.findings.error(place, "may only be set where mountPropagation is None")
        if wanted == "Enabled":
            self.findings.loosens(
                place,
                "whether mounts below it can be written to depends on the node's kernel",
                "write IfPossible",
            )
