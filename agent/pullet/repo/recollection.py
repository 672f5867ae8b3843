"""Commits that a rollback may need: kept in the mirror whatever becomes of the branch, and read without network."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from pullet.model.errors import PulletError
from pullet.model.snapshot import Snapshot
from pullet.repo.mirror import Mirror

log = structlog.get_logger()

KEPT = "refs/pullet/kept"


class Recollection:
    """For the loop's thread alone."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._kept: frozenset[str] | None = None
        self._missing: set[str] = set()

    def keep(self, commits: Collection[str]) -> None:
        """So that neither a branch that was set back nor git's own tidying loses them."""
        wanted = frozenset(commits)
        if wanted == self._kept:
            return
        try:
            there = self._refs()
            lines = [f"create {KEPT}/{one} {one}" for one in sorted(wanted - there)]
            lines += [f"delete {KEPT}/{one}" for one in sorted(there - wanted)]
            self._mirror.git.run("update-ref", "--stdin", stdin="\n".join([*lines, ""]).encode())
        except PulletError as error:
            log.warning(
                "commits_not_kept", because=str(error), meanwhile="they stay while the branch has them"
            )
        self._kept = wanted

    def at(self, commit: str) -> Snapshot | None:
        """None where the mirror has it no more."""
        try:
            return self._mirror.read(commit)
        except PulletError as error:
            if commit not in self._missing:
                log.warning("commit_not_recalled", commit=commit[:10], because=str(error))
            self._missing.add(commit)
            return None

    def _refs(self) -> frozenset[str]:
        listed = self._mirror.git.run("for-each-ref", "--format=%(refname:lstrip=3)", KEPT)
        return frozenset(listed.decode().split())
