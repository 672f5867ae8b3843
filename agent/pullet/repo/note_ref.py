"""One node's notes in the mirror and on the remote: the git behind `note_writer`."""

from __future__ import annotations

import re

from pullet.model.errors import Refused, Transient
from pullet.repo.complaints import Diverged, NoSuchRef
from pullet.repo.git import TRANSFER_TIMEOUT
from pullet.repo.mirror import Mirror

_NAME = re.compile(r"[A-Za-z0-9_]([\w.-]*[\w-])?", re.ASCII)
TRIES = 3


class NoteRef:
    """`refs/notes/pullet/<node>`; what the remote has of it is kept at `refs/notes/remote/<node>`."""

    def __init__(self, mirror: Mirror, node: str) -> None:
        if not _NAME.fullmatch(node) or ".." in node or node.endswith(".lock"):
            raise Refused(
                f"the node's name {node!r} cannot name a reference",
                hint="use letters, digits, '-', '.' and '_'",
            )
        self._mirror = mirror
        self._node = node
        self._identity = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", "pullet"), ("EMAIL", f"pullet@{node}"))
        }
        self.ref = f"refs/notes/pullet/{node}"

    def exists(self) -> bool:
        return bool(self._mirror.git.run("for-each-ref", "--count=1", self.ref))

    def read(self, commit: str) -> str | None:
        try:
            return self._notes("show", commit).decode(errors="replace")
        except NoSuchRef:
            return None

    def write(self, commit: str, text: str) -> None:
        """In place of the note that the commit had; the reference's history keeps that one.

        The text goes in as an object, as git would tidy blank lines in what it is given as a message.
        """
        blob = self._mirror.git.run("hash-object", "-w", "--stdin", stdin=text.encode()).decode().strip()
        self._notes("add", "--force", "-C", blob, commit)

    def push(self) -> None:
        """Raises Transient or Refused."""
        self._mirror.first_that_works(self._push_to)

    def adopt(self) -> None:
        """Take over what the remote has and the mirror lacks, when the state directory was lost."""
        self._mirror.first_that_works(self._adopt_from)

    def try_push(self) -> None:
        """Ask each remote whether it would take the note, without giving it one. Raises Transient or Refused."""
        git = self._mirror.git
        probe = git.run("hash-object", "-w", "--stdin", stdin=b"pullet\n").decode().strip()
        self._mirror.first_that_works(
            lambda url: git.call(url, "push", "--dry-run", "--force", "--", "{url}", f"{probe}:{self.ref}")
        )

    def _push_to(self, url: str) -> None:
        for _ in range(TRIES):
            try:
                options = ("--quiet", "--no-verify")
                refs = f"{self.ref}:{self.ref}"
                self._mirror.git.call(url, "push", *options, "--", "{url}", refs, timeout=TRANSFER_TIMEOUT)
            except Diverged:
                self._adopt_from(url)
            else:
                return
        raise Transient(f"{self.ref} is written by another agent", hint="give each node a name of its own")

    def _adopt_from(self, url: str) -> None:
        """Both histories are kept; where both have a note on a commit, ours is the newer."""
        theirs = f"refs/notes/remote/{self._node}"
        try:
            self._mirror.fetch_refs(url, f"+{self.ref}:{theirs}")
        except NoSuchRef:
            return
        if self.exists():
            self._notes("merge", "--quiet", "--strategy=ours", theirs)
        else:
            self._mirror.git.run("update-ref", self.ref, theirs)

    def _notes(self, verb: str, *arguments: str) -> bytes:
        return self._mirror.git.run("notes", f"--ref={self.ref}", verb, *arguments, env=self._identity)
