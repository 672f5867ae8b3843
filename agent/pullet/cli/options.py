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
    typer.Option(
        "--config",
        metavar="FILE",
        help="The agent's settings [default: $PULLET_CONFIG, or /etc/pullet/agent.yaml].",
    ),
]
Output = Annotated[Format, typer.Option("--output", "-o", help="How to show it.")]
Place = Annotated[
    Path | None,
    typer.Argument(metavar="PATH", help="A directory of manifests, such as a checkout.", show_default=False),
]
Repo = Annotated[
    str | None, typer.Option("--repo", metavar="R", help="Read a repository instead: a path or a URL.")
]
Rev = Annotated[
    str | None,
    typer.Option("--rev", metavar="X", help="The revision to read [default: the branch's newest]."),
]
Branch = Annotated[
    str | None, typer.Option("--branch", metavar="B", help="The branch of the repository [default: main].")
]
NodeName = Annotated[
    str | None, typer.Option("--node", metavar="N", help="The node to answer for [default: this one].")
]
Policy = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="Refuse what this policy of a node does not allow."),
]
Target = Annotated[
    str,
    typer.Argument(
        metavar="TARGET", help="As namespace/Kind/name, with #ordinal for one instance, or shorter."
    ),
]
ContainerName = Annotated[
    str | None, typer.Option("--container", "-c", metavar="CONTAINER", help="The container of this name.")
]
