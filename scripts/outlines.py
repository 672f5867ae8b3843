"""Writes the outlines of Kubernetes' published schema from its Python client; run it for a newer release.

    pip download --no-deps kubernetes==35.0.0 && unzip kubernetes-35.0.0-*.whl -d client
    .venv/bin/python scripts/outlines.py client/kubernetes/client/models

Only names, types and what is required are taken; the licence and the release stand in the file that is written.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

from pullet.manifests.kubernetes.kinds import KINDS
from pullet.manifests.kubernetes.outline import OUTLINES

HEAD = {
    "about": "Names, types and required fields of the Kubernetes API, in the order of their source.",
    "source": "https://github.com/kubernetes-client/python v35.0.0, generated from Kubernetes release-1.35",
    "licence": "Apache-2.0, Copyright The Kubernetes Authors",
}
_REQUIRED = re.compile(r"Invalid value for `(\w+)`, must not be `None`")
_CONTAINER = re.compile(r"(?:list|dict)[\[(](?:str, )?(.+)[\])]")


def main(models: Path) -> None:
    found: dict[str, dict[str, object]] = {}
    roots: dict[str, str] = {}
    for kind in KINDS.values():
        for version in kind.versions:
            model = _model(models, version, kind.name)
            if model:
                roots[f"{version} {kind.name}"] = model
                _collect(models, model, found)
    text = json.dumps(HEAD | {"kinds": roots, "models": found}, indent=None, separators=(",", ":"))
    OUTLINES.write_text(text.replace('"V', '\n"V') + "\n", encoding="utf-8")
    missing = [
        kind.name for kind in KINDS.values() if not any(key.endswith(f" {kind.name}") for key in roots)
    ]
    print(f"wrote {len(found)} models; not published: {', '.join(missing) or 'none'}")


def _model(models: Path, version: str, kind: str) -> str:
    """The client prefixes a kind with its version, and with its group where two groups have it."""
    group, _, number = version.rpartition("/")
    names = (
        f"{number.upper()}{kind}",
        f"{group.partition('.')[0].capitalize()}{number.upper()}{kind}",
        f"Core{number.upper()}{kind}",
    )
    return next((name for name in names if _path(models, name).exists()), "")


def _path(models: Path, name: str) -> Path:
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", r"_\1\2", name).lower()
    return models / f"{snake}.py"


def _collect(models: Path, name: str, found: dict[str, dict[str, object]]) -> None:
    if name in found:
        return
    source = _path(models, name).read_text(encoding="utf-8")
    types, names = (_table(source, table) for table in ("openapi_types", "attribute_map"))
    if "metadata" in types and "status" in types:
        types["status"] = "object"  # a server's, and nobody's business here
    found[name] = {"fields": {names[key]: kind for key, kind in types.items()}}
    required = sorted({names[key] for key in _REQUIRED.findall(source)})
    if required:
        found[name]["required"] = required
    for kind in types.values():
        inside = kind
        while match := _CONTAINER.fullmatch(inside):
            inside = match[1]
        if _path(models, inside).exists():
            _collect(models, inside, found)


def _table(source: str, name: str) -> dict[str, str]:
    text = source.partition(f"    {name} = ")[2].partition("\n    }")[0] + "}"
    return dict(ast.literal_eval(text))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
