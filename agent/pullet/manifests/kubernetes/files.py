"""ConfigMaps, Secrets and facts as the files of a volume, by the rules of the kubelet; whose they are is for the node.

https://kubernetes.io/docs/concepts/storage/projected-volumes/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pullet.manifests.declared import Configuration, Keys, Projection
from pullet.manifests.kubernetes.referring import Referring
from pullet.model.volumes import Files, RenderedFile


def project(volume: Projection, referring: Referring) -> Files:
    """The volume's files in the order of their paths; of two at the same path, the later one counts."""
    found: dict[str, RenderedFile] = {}
    secret = False
    for part in volume.parts:
        if isinstance(part, RenderedFile):
            found[part.path] = part
            continue
        secret = secret or part.reference.target.kind == "Secret"
        found.update((file.path, file) for file in _of(part, referring))
    _apart(found, volume, referring)
    return Files(tuple(found[path] for path in sorted(found)), secret)


def _of(part: Keys, referring: Referring) -> Iterator[RenderedFile]:
    values = referring.values(part.reference)
    if values is None:
        return
    if part.items is None:
        for key in (*values.texts, *values.blobs):
            yield RenderedFile(key, _content(values, key), part.mode)
        return
    for item in part.items:
        if referring.has(values, item.key, replace(part.reference, loc=item.loc)):
            yield RenderedFile(item.path, _content(values, item.key), item.mode)


def _content(values: Configuration, key: str) -> str | bytes:
    return values.texts[key] if key in values.texts else values.blobs[key]


def _apart(found: Mapping[str, RenderedFile], volume: Projection, referring: Referring) -> None:
    directories = {path.rpartition("/")[0] for path in found}
    for path in sorted(found.keys() & {part for one in directories for part in _upwards(one)}):
        referring.findings.error(volume.loc, f'"{path}" would be a file and a directory at the same time')


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
