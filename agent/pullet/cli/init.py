"""`pullet init`: a first fleet repository, to be changed."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

README = """\
# A fleet

Pullet agents follow this repository. A push deploys, a revert rolls back.

- `nodes/` lists the machines and their labels. A node that is not listed keeps what it runs.
- `apps/` says what to run, as Kubernetes manifests. A `nodeSelector` chooses nodes by label.

Before a push: `pullet validate`, `pullet place`, and on a node `pullet plan --repo .`.
Afterwards: `pullet status --repo .` and `git log --notes='pullet/*'`.
"""

NODE = """\
apiVersion: v1
kind: Node
metadata:
  name: {node}
  labels:
    role: web
"""

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
  namespace: demo
spec:
  replicas: 1
  selector:
    matchLabels: {app: hello}
  template:
    metadata:
      labels: {app: hello}
    spec:
      nodeSelector:
        role: web
      terminationGracePeriodSeconds: 5
      containers:
        - name: hello
          image: busybox:1.36
          command: ["sh", "-c"]
          args:
            - |
              trap 'exit 0' TERM
              echo "hello from Pullet" > /tmp/index.html
              httpd -f -p 8080 -h /tmp & wait
          readinessProbe:
            httpGet: {path: /, port: 8080}
            periodSeconds: 2
"""


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIRECTORY", help="Where to make it.")] = Path(),
    node: Annotated[
        str, typer.Option(metavar="N", help="The first node's name; without one, this host's.")
    ] = "",
) -> None:
    """Start a fleet repository: a node, an app, and a commit."""
    from pullet.model.errors import Refused
    from pullet.repo.create import commit_all
    from pullet.settings import node_name

    try:
        name = node_name(node or socket.gethostname().lower())
    except ValueError as error:
        raise Refused(str(error), hint="" if node else "give it a name with --node N") from None
    files = {"README.md": README, f"nodes/{name}.yaml": NODE.format(node=name), "apps/hello.yaml": APP}
    _write(directory, files)
    commit_all(directory, tuple(files), "Start the fleet")
    typer.echo(f"next: push it, then on {name}: pullet install --repo URL --node {name}")


def _write(directory: Path, files: Mapping[str, str]) -> None:
    from pullet.model.errors import Refused

    there = next((path for path in files if (directory / path).exists()), None)
    if there is not None:
        raise Refused(f"{directory / there} exists already", hint="choose an empty directory")
    for path, text in files.items():
        try:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise Refused(f"{directory / path} cannot be written: {error.strerror}") from None
        typer.echo(f"wrote {directory / path}")
