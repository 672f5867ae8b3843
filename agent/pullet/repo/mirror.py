"""The bare repository under the state directory: what the agent knows of the remote, with or without network."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import structlog

from pullet.model.errors import PulletError, Refused, Transient
from pullet.model.snapshot import File, Revision, Snapshot
from pullet.repo.complaints import Damaged, NoSuchRef
from pullet.repo.git import TRANSFER_TIMEOUT, Git
from pullet.repo.objects import read_revision, read_tree, trailers_since
from pullet.repo.remote import Remote, redact
from pullet.repo.selection import LARGEST_FILE, belongs, ignore_files_above
from pullet.repo.tree import GitTree

log = structlog.get_logger()
T = TypeVar("T")


class Mirror:
    """Made when missing, moved aside and made again when broken. Raises Refused when it cannot be made."""

    def __init__(self, state: Path, remote: Remote) -> None:
        self.remote = remote
        self.git = Git(state, remote)
        self.directory = self.git.state / "mirror.git"
        self._aside = self.git.state / "mirror.git.broken"
        self._last: tuple[str, Snapshot] | None = None
        self._passed_over: dict[str, str] = {}
        if not (self.directory / "HEAD").is_file() or not (self.directory / "objects").is_dir():
            self._make()

    def fetch(self) -> bool:
        """Follow the remote wherever its branch went; true when it went somewhere.

        An empty repository is no error as long as it was never anything else. Raises Transient or Refused.
        """
        return self.mending(self._fetch)

    def tip(self) -> str | None:
        """The followed commit as the mirror has it."""
        try:
            return self.git.run("rev-parse", "--verify", "--quiet", self.remote.ref).decode().strip()
        except PulletError:
            return None

    def snapshot(self) -> Snapshot | None:
        """Of the followed commit, without network; None while there has never been one.

        Raises Refused when `remote.path` is not in it.
        """

        def read() -> Snapshot | None:
            tip = self.tip()
            try:
                return None if tip is None else self.snapshot_of(tip)
            except NoSuchRef as error:
                raise Damaged(f"the followed commit is missing: {error}") from None

        return self.mending(read)

    def snapshot_of(self, rev: str) -> Snapshot:
        """Of any revision in the mirror; contents that the snapshot before had are not read again."""
        last = self._last
        if last and last[0] == rev:
            return last[1]
        snapshot = self.read(rev)
        self._last = (snapshot.revision.commit, snapshot)
        return snapshot

    def read(self, rev: str) -> Snapshot:
        """Like `snapshot_of`, and remembers nothing. Raises Refused where it is not there."""
        revision = self.revision(rev)
        return Snapshot(revision, self._files(revision), GitTree(self.git, revision.commit))

    def with_trailers_since(self, base: str, snapshot: Snapshot) -> Snapshot:
        """A word said in one of several commits pushed together, or merged, holds for them all.

        A base that is not in the mirror any more adds nothing.
        """
        try:
            trailers = trailers_since(self.git, base, snapshot.revision.commit)
        except Refused:
            return snapshot
        merged = {**trailers, **snapshot.revision.trailers}
        return replace(snapshot, revision=replace(snapshot.revision, trailers=merged))

    def revision(self, rev: str) -> Revision:
        """Raises Refused when nothing in the mirror has that name."""
        return read_revision(self.git, rev)

    def fetch_notes(self, node: str = "*") -> None:
        """The notes that the remote has, below refs/notes/remote/; our own refs stay as they are."""
        refs = f"+refs/notes/pullet/{node}:refs/notes/remote/{node}"
        self.first_that_works(lambda url: self.fetch_refs(url, refs))

    def fetch_refs(self, url: str, refs: str) -> None:
        """One fetch from one url. Raises NoSuchRef when a reference without a pattern is not there."""
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--prune")
        self.git.call(url, "fetch", *options, "--", "{url}", refs, timeout=TRANSFER_TIMEOUT)

    def first_that_works(self, attempt: Callable[[str], T]) -> T:
        """Try the urls in order. What is raised when none works names each; Transient if one of them is."""
        errors: list[PulletError] = []
        for url in self.remote.urls:
            try:
                result = attempt(url)
            except PulletError as error:
                errors.append(error)
                continue
            self._say_passed_over(errors)
            return result
        if len(errors) == 1:
            raise errors[0]
        kind = Transient if any(isinstance(error, Transient) for error in errors) else Refused
        raise kind("; ".join(str(error) for error in errors))

    def mending(self, action: Callable[[], T]) -> T:
        """Do something with the mirror; if that finds it broken, again after it was made and fetched anew."""
        try:
            return action()
        except Damaged:
            if not self._is_broken():
                raise
            self._make()
            self._fetch()
            return action()

    def close(self) -> None:
        """Let go of connections that are kept open."""
        self.git.hang_up()

    def _make(self) -> None:
        self._last = None
        if self.directory.exists():
            shutil.rmtree(self._aside, ignore_errors=True)
            self.directory.rename(self._aside)
        self.git.run("init", "--quiet", "--bare", "--template=", f"--initial-branch={self.remote.branch}")

    def _is_broken(self) -> bool:
        """The remote's objects may be the ones that cannot be read; git's own check tells."""
        try:
            self.git.run("fsck", "--no-dangling", "--no-progress")
        except PulletError as error:
            log.warning("mirror_remade", because=str(error), kept=str(self._aside))
            return True
        return False

    def _fetch(self) -> bool:
        before = self.tip()
        return self.first_that_works(lambda url: self._fetch_from(url, before))

    def _fetch_from(self, url: str, before: str | None) -> bool:
        there = self._remote_tip(url)
        if there is None and before is not None:
            raise Refused(
                f"{redact(url)} has become empty",
                hint="what runs stays; push the branch again, or change repo.url",
            )
        if there != before:
            self.fetch_refs(url, f"+{self.remote.ref}:{self.remote.ref}")
        return there != before

    def _remote_tip(self, url: str) -> str | None:
        """None for a repository without any branch. Raises Refused when it has others only."""
        for commit, ref in self._heads(url, self.remote.ref):
            if ref == self.remote.ref:
                return commit
        others = [ref.removeprefix("refs/heads/") for _, ref in self._heads(url)]
        if not others:
            return None
        raise Refused(
            f"{redact(url)} has no branch {self.remote.branch}",
            hint=f"push it, or set repo.branch to one that exists: {', '.join(others[:5])}",
        )

    def _heads(self, url: str, *patterns: str) -> list[tuple[str, str]]:
        lines = self.git.call(url, "ls-remote", "--heads", "--", "{url}", *patterns).decode().splitlines()
        return [(commit, ref) for commit, _, ref in (line.partition("\t") for line in lines)]

    def _files(self, revision: Revision) -> tuple[File, ...]:
        root = self.remote.root
        entries = read_tree(self.git, revision.commit, *((root, *ignore_files_above(root)) if root else ()))
        if root and not any(path.startswith(f"{root}/") for path, _ in entries):
            raise Refused(
                f"revision {revision.short} has no directory {root}", hint="what runs stays; check repo.path"
            )
        entries = sorted(entry for entry in entries if belongs(entry[0], root))
        known = {file.blob: file.content for file in self._last[1].files} if self._last else {}
        known |= self.git.read_blobs(blob for _, blob in entries if blob not in known)
        for path, blob in entries:
            if blob not in known:
                log.warning("file_skipped", path=path, because=f"it is larger than {LARGEST_FILE} bytes")
        return tuple(File(path, blob, known[blob]) for path, blob in entries if blob in known)

    def _say_passed_over(self, errors: list[PulletError]) -> None:
        """Once for each change of what is wrong with the urls before the one that worked."""
        said = {url: str(error) for url, error in zip(self.remote.urls, errors, strict=False)}
        for url, because in said.items():
            if self._passed_over.get(url) != because:
                log.warning("url_passed_over", url=redact(url), because=because)
        self._passed_over = said
