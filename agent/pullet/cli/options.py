"""The options that several verbs share, each said once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The agent's settings [default: /etc/pullet/agent.yaml]."),
]
Output = Annotated[Format, typer.Option("--output", "-o", help="How to show it.")]
Place = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", help="A directory of manifests, such as a checkout.")
]
Repo = Annotated[str | None, typer.Option("--repo", metavar="R", help="A repository: a path or a URL.")]
Rev = Annotated[
    str | None, typer.Option("--rev", metavar="X", help="A revision of it [default: the branch].")
]
Branch = Annotated[str | None, typer.Option("--branch", help="The branch to follow [default: main].")]
NodeName = Annotated[str | None, typer.Option("--node", metavar="N", help="The node to answer for.")]
Policy = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help="Apply a node's policy.")]
