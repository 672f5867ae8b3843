"""Snapshots made of text, for tests that need no Git."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pullet.manifests.reader import Reader
from pullet.model.catalog import Catalog
from pullet.model.snapshot import File, Revision, Snapshot


def snapshot(files: dict[str, str | bytes]) -> Snapshot:
    return Snapshot(Revision("0" * 40), tuple(file(path, text) for path, text in sorted(files.items())))


def file(path: str, text: str | bytes) -> File:
    content = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    return File(path, hashlib.sha1(content, usedforsecurity=False).hexdigest(), content)


def directory(root: Path) -> Snapshot:
    """Every file below a directory."""
    found = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return snapshot({**found})


def catalog(text: str | bytes, path: str = "a.yaml", /, **others: str) -> Catalog:
    """What one file says, beside others that are named without `.yaml`."""
    return Reader().read(snapshot({path: text, **{f"{name}.yaml": other for name, other in others.items()}}))
