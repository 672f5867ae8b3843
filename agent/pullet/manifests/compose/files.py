"""Configs and secrets as files in a container.

https://github.com/compose-spec/compose-spec/blob/main/08-configs.md
https://github.com/compose-spec/compose-spec/blob/main/09-secrets.md
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from pullet.manifests.compose.loaded import Loaded
from pullet.manifests.compose.parts import Grant
from pullet.manifests.compose.schema import Config, Secret
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import Whole, in_repository, leaves
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.volumes import Files, HostPath, Mount, PathType, RenderedFile

_READABLE = 0o444
_SECRETS = "/run/secrets"


def granted(service: Service, whole: Whole, findings: Findings) -> Iterator[tuple[Mount, Loc]]:
    for index, grant in enumerate(service.configs):
        loc: Loc = ("configs", index)
        config = whole.configs.find(grant.source, (*loc, "source"), findings)
        if config and (mount := _Granted(grant, whole, findings, loc).mount(config, "/")):
            yield mount, loc
    for index, grant in enumerate(service.secrets):
        loc = ("secrets", index)
        secret = whole.secrets.find(grant.source, (*loc, "source"), findings)
        if secret and (mount := _Granted(grant, whole, findings, loc).mount(secret, _SECRETS)):
            yield mount, loc


def sound(shape: Config | Secret, loaded: Loaded, findings: Findings) -> None:
    """What a config or secret says that is not a matter of shape: it has one source, which is there."""
    content = shape.content if isinstance(shape, Config) else None
    given = [name for name in ("file", "environment") if getattr(shape, name)]
    given += ["content"] if content is not None else []
    if len(given) != 1:
        kinds = "file, content or environment" if isinstance(shape, Config) else "file or environment"
        hint = "write where its content is" if not given else "keep the one that is meant"
        findings.error((given[1],) if given else (), f"needs one of {kinds}, and only one", hint)
    elif shape.environment and shape.environment not in loaded.environment:
        hint = "the environment of the agent is not read"
        tell = findings.warn if loaded.partial else findings.error
        tell(("environment",), f"there is no {shape.environment} in the project's .env", hint)
    elif shape.file:
        _file(shape.file, loaded, findings)


def _file(path: str, loaded: Loaded, findings: Findings) -> None:
    if path.startswith("/"):
        return
    tree = loaded.tree
    hint = "commit it, or name a file of the node from /"
    if path.startswith("~"):
        findings.error(("file",), "an agent has no home directory that a person would mean", hint)
    elif leaves(path):
        findings.error(("file",), "leaves the repository", hint)
    elif tree.identify(in_repository(path)) is None:
        (findings.warn if loaded.partial else findings.error)(("file",), "is not in the repository", hint)
    elif not tree.is_directory(in_repository(path)) and tree.read(in_repository(path)) is None:
        findings.error(("file",), "is too large to be read", "mount it as a volume")


@dataclass(frozen=True, slots=True)
class _Granted:
    grant: Grant
    whole: Whole
    findings: Findings
    loc: Loc

    def mount(self, shape: Config | Secret, base: str) -> Mount | None:
        target = posixpath.normpath(posixpath.join(base, self.grant.target or self.grant.source))
        secret = isinstance(shape, Secret)
        if shape.file.startswith("/"):
            return Mount(self._of_the_node(shape.file), target, read_only=True)
        path = in_repository(shape.file) if shape.file else ""
        if path and self.whole.tree.is_directory(path):
            files = tuple(self._below(path))
            return Mount(Files(files, secret), target, read_only=True)
        content = self._content(shape, path)
        if content is None:
            return None
        name = posixpath.basename(target)
        return Mount(Files((self._rendered(name, content),), secret), target, read_only=True, sub_path=name)

    def _of_the_node(self, path: str) -> HostPath:
        for name in ("uid", "gid", "mode"):
            if getattr(self.grant, name) not in ("", None):
                self.findings.warn((*self.loc, name), "a file of the node keeps its own", key=True)
        return HostPath(posixpath.normpath(path), PathType.EXISTING)

    def _content(self, shape: Config | Secret, path: str) -> str | bytes | None:
        if path:
            return self.whole.tree.read(path)
        if shape.environment:
            return self.whole.environment.get(shape.environment)
        return shape.content if isinstance(shape, Config) else None

    def _below(self, path: str) -> Iterator[RenderedFile]:
        for file in sorted(self.whole.tree.below(path)):
            content = self.whole.tree.read(file)
            if content is not None:
                yield self._rendered(posixpath.relpath(file, path), content)

    def _rendered(self, path: str, content: str | bytes) -> RenderedFile:
        mode = _READABLE if self.grant.mode is None else self.grant.mode
        return RenderedFile(path, content, mode, self._number("uid"), self._number("gid"))

    def _number(self, name: str) -> int | None:
        text = getattr(self.grant, name)
        if not text:
            return None
        if not text.isdecimal():
            self.findings.error(
                (*self.loc, name), "must be a number", "the node does not know the image's names"
            )
            return None
        return int(text)
