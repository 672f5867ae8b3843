"""Git's output about commits and trees, as our nouns; `mirror` and `fleet_notes` are the callers."""

from __future__ import annotations

from pullet.model.snapshot import Revision
from pullet.repo.git import Git

# Fields end with NUL; trailers are separated by the ASCII separators, which no commit message holds.
_TRAILERS = "%(trailers:only=true,unfold=true,separator=%x1e,key_value_separator=%x1f)"
_REVISION = f"%H%x00%s%x00%an <%ae>%x00%ct%x00{_TRAILERS}"
_REGULAR = frozenset({"100644", "100755", "100664"})


def read_revision(git: Git, rev: str) -> Revision:
    """Anything that names a commit. Raises Refused when nothing does."""
    output = git.run("log", "-1", "--no-notes", f"--format={_REVISION}", "--end-of-options", rev, "--")
    commit, subject, author, committed_at, trailers = output.decode(errors="replace").split("\0")
    return Revision(commit, subject, author, float(committed_at), _trailers(trailers.strip("\n")))


def trailers_since(git: Git, base: str, commit: str) -> dict[str, str]:
    """Of every commit that `commit` contains and `base` does not; newer ones hold. Raises Refused for unknown names."""
    output = git.run(
        "log", "--reverse", f"--format={_TRAILERS}%x1e", "--end-of-options", f"{base}..{commit}", "--"
    )
    return _trailers(output.decode(errors="replace").replace("\n", ""))


def _trailers(text: str) -> dict[str, str]:
    """Where a key stands twice, the last one holds, as in `git interpret-trailers`' replacing."""
    pairs = (trailer.split("\x1f", 1) for trailer in text.split("\x1e") if "\x1f" in trailer)
    return {key.strip().lower(): value.strip() for key, value in pairs}


def read_tree(git: Git, tree: str, *paths: str) -> list[tuple[str, str]]:
    """(path, blob) of the regular files below `paths`, or everywhere; no symlinks, no submodules."""
    output = git.run("ls-tree", "-r", "-z", "--full-tree", tree, "--", *paths)
    rows = (row.split(b"\t", 1) for row in output.split(b"\0") if row)
    found = [(path.decode(errors="backslashreplace"), *about.decode().split()) for about, path in rows]
    return [(path, blob) for path, mode, _, blob in found if mode in _REGULAR]
