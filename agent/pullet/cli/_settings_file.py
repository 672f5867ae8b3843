"""The agent's settings file as `install` writes it: once, and never over what a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from pullet.cli._changes import Write
from pullet.model.errors import Refused

HEADER = "# The settings of this node's agent. Written once by `pullet install`; yours to change.\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller said of the settings; empty where they said nothing. `replace` is leave to overwrite."""

    path: Path = Path("/etc/pullet/agent.yaml")
    url: str = ""
    node: str = ""
    branch: str = ""
    ssh_key_file: str = ""
    token_file: str = ""
    replace: bool = False

    def said(self) -> dict[str, str]:
        """By dotted key, only what was said."""
        keys = {
            "node": self.node,
            "repo.url": self.url,
            "repo.branch": self.branch,
            "repo.ssh_key_file": self.ssh_key_file,
            "repo.token_file": self.token_file,
        }
        return {key: value for key, value in keys.items() if value}

    def text(self) -> str:
        said = self.said()
        repo = {key.removeprefix("repo."): value for key, value in said.items() if key.startswith("repo.")}
        node = {"node": self.node} if self.node else {}
        return HEADER + yaml.safe_dump({**node, "repo": repo}, sort_keys=False, allow_unicode=True)

    def repository(self, path: Path) -> str:
        """The followed URL: what was said, else what the file says (of several, the first)."""
        url = self.url or _lookup(_read(path), "repo.url") or ""
        return str(url[0] if isinstance(url, list) and url else url)


def settings_change(path: Path, wanted: Wanted) -> list[Write]:
    """Nothing where the file already says what the caller says; raises Refused where it says something else."""
    if urlsplit(wanted.url).password:
        raise Refused(
            "the repository's URL carries a password", hint="put it in a file of root's and use --token-file"
        )
    if not path.exists() or wanted.replace:
        if not wanted.url:
            raise Refused(
                f"which repository to follow stands nowhere: there is no {path}", hint="use --repo URL"
            )
        file = Write(path, wanted.text(), mode=0o600)
        return [] if file.is_done() else [file]
    stands = _read(path)
    for key, value in wanted.said().items():
        there = _lookup(stands, key)
        if there != value:
            raise Refused(
                f"{path} has {there!r} as {key}, and not {value!r}",
                hint="edit it, or write it anew with --replace-config",
            )
    return []


def _read(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text()) if path.exists() else {}
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise Refused(
            f"cannot read {path}: {error}", hint="mend it, or write it anew with --replace-config"
        ) from error


def _lookup(settings: object, dotted: str) -> object:
    for key in dotted.split("."):
        settings = settings.get(key) if isinstance(settings, Mapping) else None
    return settings
