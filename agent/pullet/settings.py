"""The agent's own configuration: a YAML file and `PULLET_…` variables, checked as a whole before anything starts."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pullet.model.errors import Refused
from pullet.model.workload import DriftPolicy
from pullet.sources import PREFIX, Sources

SHORTEST_POLL = 0.1

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_MAPPING = frozenset({"model_type", "model_attributes_type", "dict_type", "mapping_type"})


def seconds(text: object) -> float:
    """`500ms`, `30s`, `5m`, `1h` → seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write a duration with its unit: 500ms, 30s, 5m")
    return float(match[1]) * _UNITS[match[2]]


def node_name(text: str) -> str:
    """What can be a Node object's name, a label and a part of a Git reference."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", text) or ".." in text or text.endswith(".lock"):
        raise ValueError(f"{text!r} cannot name a node; use small letters, digits, '-' and '.', as in edge-1")
    return text


def _interval(value: float) -> float:
    if value < SHORTEST_POLL:
        raise ValueError("is too often; 100ms is the least")
    return value


def _host_and_port(text: str) -> str:
    if not re.fullmatch(r".+:\d+", text):
        raise ValueError(f"{text!r} is not an address to listen at; write it as 127.0.0.1:7070")
    return text


def _one_or_several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _unquoted_off(value: object) -> object:
    """YAML reads a bare `off` as false."""
    return "off" if value is False else value


Duration = Annotated[float, BeforeValidator(seconds)]
NodeName = Annotated[str, AfterValidator(node_name)]


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RepoSettings(_Door):
    url: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)]
    """Where the repository is: a path, file://, ssh://, git://, http(s)://; or several, tried in order."""
    branch: str = "main"
    path: str = "."
    """Where in the repository the manifests are."""
    poll: Annotated[Duration, AfterValidator(_interval)] = 30.0
    """Seconds; a repository on the same machine is watched instead."""
    ssh_key_file: Path | None = None
    token_file: Path | None = None


class StatusSettings(_Door):
    notes: Annotated[Literal["push", "local", "off"], BeforeValidator(_unquoted_off)] = "push"
    listen: Annotated[str, AfterValidator(_host_and_port)] = "127.0.0.1:7070"
    token_file: Path | None = None


class WebhookSettings(_Door):
    secret_file: Path | None = None


class PruneSettings(_Door):
    images: bool = True
    """Whether images that the agent pulled or built go when nothing needs them any more."""
    keep: Duration = 7 * 24 * 3600.0
    """Seconds that nothing must have needed one."""


class Settings(_Door):
    """DESIGN part 6; docs/reference/settings.md tells each key."""

    node: NodeName = Field(default_factory=lambda: socket.gethostname().lower(), validate_default=True)
    labels: Mapping[str, str] = {}
    """Only where the repository lists no Node objects."""
    repo: RepoSettings
    engine: str = "unix:///var/run/docker.sock"
    state: Path = Path("/var/lib/pullet")
    run: Path = Path("/run/pullet")
    status: StatusSettings = StatusSettings()
    webhook: WebhookSettings = WebhookSettings()
    prune: PruneSettings = PruneSettings()
    policy_file: Path = Path("/etc/pullet/policy.yaml")
    drift: Annotated[DriftPolicy, BeforeValidator(_unquoted_off)] = "repair"
    """What happens to changes by hand, where a workload does not say otherwise."""


def load_settings(
    file: Path | None, environ: Mapping[str, str] = os.environ, assumed: Mapping[str, Any] | None = None
) -> Settings:
    """From the file (see `Sources`), with the variables on top.

    `assumed` stands below both, for verbs that can do with less. Raises Refused with each mistake's place.
    """
    sources = Sources.read(file, environ)
    try:
        return Settings.model_validate(sources.on_top_of(assumed or {}))
    except ValidationError as error:
        raise Refused(_explain(error, sources)) from None


def _explain(error: ValidationError, sources: Sources) -> str:
    """One line a mistake, each with its place."""
    return "\n".join(_line(found["loc"], found["type"], found["msg"], sources) for found in error.errors())


def _line(loc: tuple[str | int, ...], kind: str, message: str, sources: Sources) -> str:
    field_name = ".".join(str(part) for part in loc)
    match kind:
        case "extra_forbidden":
            return f"{sources.place(loc)}: {field_name}: unknown key"
        case "missing":
            return _missing("repo.url" if field_name == "repo" else field_name, loc, sources)
        case "string_type":
            message = "must be text; put it in quotes"
        case "tuple_type":
            message = "must be a URL or a path, or a list of them"
        case _ if kind in _MAPPING:
            message = "must be a mapping of keys"
    return f"{sources.place(loc)}: {field_name}: {message.removeprefix('Value error, ')}"


def _missing(field_name: str, loc: tuple[str | int, ...], sources: Sources) -> str:
    variable = PREFIX + field_name.upper().replace(".", "__")
    if sources.is_without_file:
        return (
            f"{field_name} is set nowhere: there is no {sources.file}; "
            f"name the settings with --config FILE, or set {variable}"
        )
    return f"{sources.place(loc)}: {field_name}: is missing; set it here or as {variable}"
