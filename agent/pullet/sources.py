"""Where the agent's settings come from, as plain data: a YAML file and `PULLET_…` variables. For `settings` alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pullet.manifests.yamldoc import Document, load_one
from pullet.model.errors import Refused

DEFAULT_FILE = Path("/etc/pullet/agent.yaml")
CONFIG = "PULLET_CONFIG"
PREFIX = "PULLET_"

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """`PULLET_REPO__BRANCH=main` sets ("repo", "branch")."""

    name: str
    loc: tuple[str, ...]
    value: Any = field(repr=False)

    def sets(self, loc: Loc) -> bool:
        """Whether what stands at `loc`, or a part of it, comes from here."""
        return all(mine == theirs for mine, theirs in zip(self.loc, loc, strict=False))


@dataclass(frozen=True, slots=True)
class Sources:
    """`document` is None where there is no file."""

    file: Path
    document: Document | None
    variables: tuple[Variable, ...]

    @classmethod
    def read(cls, named: Path | None, environ: Mapping[str, str]) -> Self:
        """The default place may be empty, a file that was named may not. Raises Refused."""
        file = settings_file(named, environ)
        document = _read(file, must_exist=named is not None or bool(environ.get(CONFIG)))
        if document and not isinstance(document.data, dict | None):
            raise Refused(f"{document.origin}: the settings must be a mapping of keys")
        return cls(file, document, tuple(_variables(environ)))

    @property
    def is_without_file(self) -> bool:
        return self.document is None

    def on_top_of(self, assumed: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that is set, the variables over the file over what is assumed."""
        data = _merge(assumed, self.document.data or {} if self.document else {})
        for variable in self.variables:
            branch: Any = variable.value
            for key in reversed(variable.loc):
                branch = {key: branch}
            data = _merge(data, branch)
        return data

    def place(self, loc: Loc) -> str:
        """Who sets what stands at `loc`: a variable's name, or file, line and column."""
        name = next((one.name for one in self.variables if one.sets(loc)), "")
        return name or str(self.document.locate(loc) if self.document else self.file)


def settings_file(named: Path | None, environ: Mapping[str, str]) -> Path:
    """The one that is named, else `PULLET_CONFIG`, else the default place."""
    return named or Path(environ.get(CONFIG) or DEFAULT_FILE)


def _read(file: Path, *, must_exist: bool) -> Document | None:
    try:
        return load_one(file.read_bytes(), str(file))
    except FileNotFoundError:
        if must_exist:
            raise Refused(f"{file} does not exist", hint="name the settings with --config FILE") from None
        return None
    except OSError as error:
        hint = "they are root's; try again with sudo" if isinstance(error, PermissionError) else ""
        raise Refused(f"the settings {file} cannot be read: {error.strerror}", hint=hint) from None


def _variables(environ: Mapping[str, str]) -> Iterator[Variable]:
    """An empty one counts as not set."""
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX) and name != CONFIG and value:
            loc = tuple(name.removeprefix(PREFIX).lower().split("__"))
            yield Variable(name, loc, _value(name, value))


def _value(name: str, text: str) -> Any:
    """Lists and mappings may be written as in YAML; everything else is text."""
    return load_one(text.encode(), name).data if text[:1] in ("[", "{") else text


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = _merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
