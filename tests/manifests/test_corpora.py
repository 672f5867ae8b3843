"""Files that people have published: each alone gives workloads or problems, and never an exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.snapshots import catalog

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
REFUSED = {"invalid", "legacy", "template"}


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside this checkout")
def test_every_published_file() -> None:
    """Nothing is silently dropped, and what Kubernetes refuses is refused."""
    silent, accepted = [], []
    for path in sorted(CORPORA.glob("*/*/**/*")):
        if path.suffix not in {".yaml", ".yml", ".json"} or not path.is_file():
            continue
        name = path.relative_to(CORPORA).with_suffix(".yaml")
        found = catalog(path.read_bytes(), str(name))
        sort = name.parts[1]
        if sort == "k8s" and not found.files:
            silent.append(str(name))
        if sort in REFUSED and found.files and not found.errors:
            accepted.append(str(name))
    assert (silent, accepted) == ([], [])
