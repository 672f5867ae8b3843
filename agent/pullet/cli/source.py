"""Where `plan`, `validate` and `place` read manifests from: a directory, or a revision of a repository."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pullet.model.catalog import Catalog
from pullet.model.errors import Refused
from pullet.model.names import WorkloadName
from pullet.model.snapshot import Snapshot

if TYPE_CHECKING:
    from pullet.repo.mirror import Mirror
    from pullet.repo.remote import Remote


@dataclass(frozen=True, slots=True)
class Source:
    """`path` is a directory; `repo` a repository's path or URL; neither means the current directory.

    `remote` says how to reach the repository where the settings know more than its address.
    """

    path: Path | None = None
    repo: str | None = None
    rev: str | None = None
    branch: str | None = None
    remote: Remote | None = None


def read_snapshot(source: Source) -> Snapshot:
    """Raises Refused where there is nothing to read, Transient where the repository does not answer."""
    if source.path is not None and source.repo is not None:
        raise Refused("name either a PATH or --repo, not both")
    if source.repo is None and source.rev is None and source.remote is None:
        return _directory(source.path or Path())
    with mirror_of(source) as mirror:
        mirror.fetch()
        snapshot = mirror.snapshot_of(source.rev) if source.rev else mirror.snapshot()
    if snapshot is None:
        raise Refused("the repository has no commit yet", hint="commit manifests and push them first")
    return snapshot


def _directory(directory: Path) -> Snapshot:
    from pullet.repo.directory import snapshot_of_directory

    if not directory.is_dir():
        raise Refused(f"{directory} is not a directory", hint="name a directory of manifests")
    return snapshot_of_directory(directory, _say_skipped)


def _say_skipped(path: str, because: str) -> None:
    typer.echo(f"{path} is left out: {because}", err=True)


@contextmanager
def mirror_of(source: Source) -> Iterator[Mirror]:
    """A mirror of its own, gone afterwards: looking never disturbs the agent's."""
    from pullet.logs import quieten
    from pullet.repo.mirror import Mirror

    quieten()
    with tempfile.TemporaryDirectory(prefix="pullet-") as state:
        mirror = Mirror(Path(state), _remote(source))
        try:
            yield mirror
        finally:
            mirror.close()


def _remote(source: Source) -> Remote:
    from pullet.repo.remote import Remote

    address = source.repo or (str(source.path or Path()) if source.remote is None else None)
    known = source.remote or Remote(urls=(str(address),))
    urls = (address,) if address is not None else known.urls
    return replace(known, urls=urls, branch=source.branch or known.branch)


def read_catalog(snapshot: Snapshot) -> Catalog:
    """What the snapshot says."""
    from pullet.manifests.reader import Reader

    return Reader().read(snapshot)


def read_alone(file: Path) -> Catalog:
    """What a single file says: what it refers to may be declared in files that nobody looks at.

    Raises Refused where nothing of it would be read in a repository either.
    """
    from pullet.manifests.reader import YAML, Reader
    from pullet.repo.directory import snapshot_of_directory

    if not file.name.endswith(YAML):
        raise Refused(f"{file} is not read, as it ends in none of {', '.join(YAML)}", hint="rename it")
    catalog = Reader(partial=True).read(snapshot_of_directory(file, _say_skipped))
    if not catalog.files:
        hint = "an object has apiVersion and kind, a Compose file is named compose.yaml; see .pulletignore"
        raise Refused(f"{file} holds nothing that is read", hint=hint)
    return catalog


def bounded(
    catalog: Catalog, policy_file: Path | None, placed: AbstractSet[WorkloadName] | None = None
) -> Catalog:
    """The catalog without what the policy does not allow of the workloads `placed`, or of all.

    Where no file is named, the default policy.
    """
    from pullet.manifests.policy import Policy, bound, read_policy

    if policy_file is None:
        return bound(catalog, placed, Policy())
    try:
        text = policy_file.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"the policy {policy_file} cannot be read: {error.strerror}") from None
    return bound(catalog, placed, read_policy(text, str(policy_file)))
