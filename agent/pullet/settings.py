"""The agent's own configuration: a YAML file and `PULLET_…` variables, checked as a whole before anything starts."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pullet.manifests.yamldoc import Document, load_one
from pullet.model.errors import Refused

DEFAULT_FILE = Path("/etc/pullet/agent.yaml")

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: object) -> float:
    """`500ms`, `30s`, `5m`, `1h` → seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write a duration with its unit: 500ms, 30s, 5m")
    return float(match[1]) * _UNITS[match[2]]


Duration = Annotated[float, BeforeValidator(seconds)]


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RepoSettings(_Door):
    url: str | tuple[str, ...]
    """Where the repository is: a path, file://, ssh://, git://, http(s)://; or several, tried in order."""
    branch: str = "main"
    path: str = "."
    """Where in the repository the manifests are."""
    poll: Duration = 30.0
    ssh_key_file: Path | None = None
    token_file: Path | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        return (self.url,) if isinstance(self.url, str) else self.url


class StatusSettings(_Door):
    notes: Literal["push", "local", "off"] = "push"
    listen: str = Field("127.0.0.1:7070", pattern=r"^.*:\d+$")
    token_file: Path | None = None


class WebhookSettings(_Door):
    secret_file: Path | None = None


class Settings(_Door):
    """DESIGN part 6; docs/reference/settings.md tells each key."""

    node: str = Field(
        default_factory=lambda: socket.gethostname().lower(), pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
    )
    labels: Mapping[str, str] = {}
    """Only where the repository lists no Node objects."""
    repo: RepoSettings
    engine: str = "unix:///var/run/docker.sock"
    state: Path = Path("/var/lib/pullet")
    run: Path = Path("/run/pullet")
    status: StatusSettings = StatusSettings()
    webhook: WebhookSettings = WebhookSettings()
    policy_file: Path = Path("/etc/pullet/policy.yaml")


def load_settings(
    file: Path | None, environ: Mapping[str, str] = os.environ, assumed: Mapping[str, Any] | None = None
) -> Settings:
    """From `file`, else `PULLET_CONFIG`, else the default place if it is there, with the variables on top.

    `assumed` stands below both, for verbs that can do with less. Raises Refused with file, line and what to do.
    """
    chosen = file or (Path(environ["PULLET_CONFIG"]) if environ.get("PULLET_CONFIG") else None)
    document = _read(chosen or DEFAULT_FILE, must_exist=chosen is not None)
    data = document.data if document and document.data is not None else {}
    if not isinstance(data, dict):
        raise Refused(f"{chosen or DEFAULT_FILE}: the settings must be a mapping of keys")
    try:
        return Settings.model_validate(_merge(_merge(assumed or {}, data), _variables(environ)))
    except ValidationError as error:
        raise Refused(_explain(error, document, chosen or DEFAULT_FILE)) from None


def _read(file: Path, *, must_exist: bool) -> Document | None:
    try:
        return load_one(file.read_bytes(), str(file))
    except FileNotFoundError:
        if must_exist:
            raise Refused(f"{file} does not exist", hint="name the settings with --config FILE") from None
        return None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from None


def _variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """`PULLET_REPO__BRANCH=main` → `{"repo": {"branch": "main"}}`."""
    tree: dict[str, Any] = {}
    for name, value in environ.items():
        if name.startswith("PULLET_") and name != "PULLET_CONFIG":
            *parents, leaf = name.removeprefix("PULLET_").lower().split("__")
            branch = tree
            for parent in parents:
                branch = branch.setdefault(parent, {})
            branch[leaf] = _value(value)
    return tree


def _value(text: str) -> Any:
    """Lists and mappings may be written as in YAML; everything else is text."""
    return load_one(text.encode(), "environment").data if text[:1] in ("[", "{") else text


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = _merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def _explain(error: ValidationError, document: Document | None, file: Path) -> str:
    """One line a mistake, each with its place."""
    lines = []
    for found in error.errors():
        location = tuple(part for part in found["loc"] if part not in ("str", "tuple[str, ...]"))
        field = ".".join(str(part) for part in location)
        place = document.locate(location) if document else file
        lines.append(f"{place}: {field}: {_words(found['type'], found['msg'], field)}")
    return "\n".join(lines)


def _words(kind: str, message: str, field: str) -> str:
    match kind:
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return f"is missing; set it here or as PULLET_{field.upper().replace('.', '__')}"
        case _:
            return message.removeprefix("Value error, ")
