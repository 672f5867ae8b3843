"""The agent's settings file as `install` writes it: once, and never over what a person wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from pullet.cli._changes import Write
from pullet.model.errors import Refused
from pullet.settings import Settings, load_settings

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

    def data(self) -> dict[str, object]:
        said = self.said()
        repo = {key.removeprefix("repo."): value for key, value in said.items() if key.startswith("repo.")}
        return {"node": self.node, "repo": repo} if self.node else {"repo": repo}

    def text(self) -> str:
        """The file as it is written first. Raises Refused for what the agent would refuse."""
        try:
            Settings.model_validate(self.data())
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise Refused(f"the agent would refuse this as {key}: {first['msg']}") from None
        return HEADER + yaml.safe_dump(self.data(), sort_keys=False, allow_unicode=True)

    def repository(self, path: Path) -> str:
        """The followed URL: what was said, else what the file says (of several, the first)."""
        return self.url or (load_settings(path, {}).repo.url[0] if path.exists() else "")


def settings_change(path: Path, wanted: Wanted) -> list[Write]:
    """Nothing where the file already says what the caller says; raises Refused where it says something else."""
    if urlsplit(wanted.url).password:
        raise Refused(
            "the repository's URL carries a password", hint="put it in a file of root's and use --token-file"
        )
    if path.exists() and not wanted.replace:
        _refuse_disagreement(path, wanted)
        return []
    if not wanted.url:
        raise Refused(f"which repository to follow stands nowhere: there is no {path}", hint="use --repo URL")
    file = Write(path, wanted.text(), mode=0o600)
    return [] if file.is_done() else [file]


def _refuse_disagreement(path: Path, wanted: Wanted) -> None:
    stands = _as_said(load_settings(path, {}))
    for key, value in wanted.said().items():
        if stands[key] != value:
            raise Refused(
                f"{path} has {stands[key]!r} as {key}, and not {value!r}",
                hint="edit it, or write it anew with --replace-config",
            )


def _as_said(settings: Settings) -> dict[str, str]:
    repo = settings.repo
    return {
        "node": settings.node,
        "repo.url": " ".join(repo.url),
        "repo.branch": repo.branch,
        "repo.ssh_key_file": str(repo.ssh_key_file or ""),
        "repo.token_file": str(repo.token_file or ""),
    }
