"""The fleet as its notes tell it, for `pullet status --repo`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from pullet.model.errors import Refused
from pullet.repo.mirror import Mirror
from pullet.repo.notes import parse_note
from pullet.repo.objects import read_tree

log = structlog.get_logger()

PREFIX = "refs/notes/remote/"


def fleet_notes(mirror: Mirror, rev: str | None = None) -> dict[str, dict[str, Any]]:
    """By node: its note on `rev`, or else its note on the newest commit of the branch that has one.

    Fetches first. Raises Transient or Refused when the remote cannot be read, or has no such revision.
    """
    mirror.fetch()
    mirror.fetch_notes()
    history = _history(mirror, rev)
    blobs = {node: blob for node in _nodes(mirror) if (blob := _newest(_notes_of(mirror, node), history))}
    contents = mirror.git.read_blobs(blobs.values())
    notes = {node: _parse(node, contents.get(blob, b"")) for node, blob in sorted(blobs.items())}
    return {node: note for node, note in notes.items() if note is not None}


def _history(mirror: Mirror, rev: str | None) -> Mapping[str, int]:
    """Commits with their distance from the tip."""
    if rev is not None:
        return {mirror.revision(rev).commit: 0}
    tip = mirror.tip()
    commits = mirror.git.run("rev-list", tip).decode().split() if tip else []
    return {commit: distance for distance, commit in enumerate(commits)}


def _nodes(mirror: Mirror) -> list[str]:
    refs = mirror.git.run("for-each-ref", "--format=%(refname)", PREFIX).decode().splitlines()
    return [ref.removeprefix(PREFIX) for ref in refs]


def _notes_of(mirror: Mirror, node: str) -> dict[str, str]:
    """Blob by commit; git spreads many notes over directories: `ab/cdef…`."""
    return {path.replace("/", ""): blob for path, blob in read_tree(mirror.git, f"{PREFIX}{node}")}


def _newest(notes: Mapping[str, str], history: Mapping[str, int]) -> str | None:
    noted = [commit for commit in notes if commit in history]
    return notes[min(noted, key=history.__getitem__)] if noted else None


def _parse(node: str, content: bytes) -> dict[str, Any] | None:
    try:
        return parse_note(content.decode(errors="replace"))
    except Refused as error:
        log.warning("note_skipped", node=node, because=str(error))
        return None
