"""Which files make a project, and what it is called.

https://docs.docker.com/compose/how-tos/project-name/
https://docs.docker.com/compose/how-tos/environment-variables/envvars/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pullet.manifests.compose.loaded import Watched

_BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_FALLBACK = "default"


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a project, the one that declares it first."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that belongs to the project of another one, or that Compose would pass over for it."""

    base: str
    part: bool


def files(path: str, variables: Mapping[str, str], tree: Watched) -> Files | Beside:
    """What `path` is in its directory. `.env` may name the files; else the usual names count, as for Compose.

    A file with an unusual name is a project of its own where there is none with a usual one.
    """
    directory = posixpath.dirname(path)
    named = _named(directory, variables)
    if named:
        return Files(named) if path == named[0] else Beside(named[0], part=path in named)
    base, override = _first(directory, _BASES, path, tree), _first(directory, _OVERRIDES, path, tree)
    if base in {None, path}:
        return Files((path, override) if base and override else (path,))
    return Beside(base or "", part=path == override)


def _named(directory: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    separator = variables.get("COMPOSE_PATH_SEPARATOR") or ":"
    names = (name.strip() for name in variables.get("COMPOSE_FILE", "").split(separator))
    return tuple(posixpath.normpath(posixpath.join(directory, name)) for name in names if name)


def _first(directory: str, names: tuple[str, ...], known: str, tree: Watched) -> str | None:
    paths = (posixpath.join(directory, name) for name in names)
    return next((path for path in paths if path == known or tree.identify(path) is not None), None)


def fit(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def from_directory(directory: str) -> str:
    """Lower case, with what a name cannot have left out; the root of a repository has no name of its own."""
    bare = re.sub(r"[^a-z0-9_-]", "", posixpath.basename(directory).lower()).lstrip("_-")
    return bare or _FALLBACK
