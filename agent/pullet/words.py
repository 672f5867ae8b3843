"""A person's word to the local agent, as files below the state directory: who may write there may speak.

The verbs `sync`, `pause`, `resume`, `accept`, `retry` and `promote` write them, with or without an agent running; the
agent watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

import watchfiles

from pullet.model.errors import Refused
from pullet.model.memory import Words
from pullet.model.names import WorkloadName


class WordFiles:
    """`<state>/words/`: `paused` holds the reason, `accepted/<commit>` is empty, `sync` is touched.

    So are `retried/<workload>` and `promoted/<workload>`, whose slashes are written as `%2F`: when they were last
    touched is what they say.
    """

    def __init__(self, state: Path) -> None:
        self.folder = state / "words"
        self._paused = self.folder / "paused"
        self._accepted = self.folder / "accepted"
        self._retried = self.folder / "retried"
        self._promoted = self.folder / "promoted"
        self._sync = self.folder / "sync"

    def read(self) -> Words:
        """Raises Refused where the files are there and cannot be read: then nobody knows what was said."""
        try:
            return Words(self._reason(), self._commits(), _times(self._retried), _times(self._promoted))
        except OSError as error:
            raise _refused("read", error) from None

    def pause(self, reason: str) -> None:
        """Like the others that follow, raises Refused where this user may not speak."""
        draft = self.folder / "paused.new"
        with _spoken(self.folder):
            draft.write_text(reason + "\n", encoding="utf-8")
            draft.replace(self._paused)

    def resume(self) -> bool:
        """False where it was not paused."""
        with _spoken(self.folder):
            was_paused = self._paused.exists()
            self._paused.unlink(missing_ok=True)
        return was_paused

    def accept(self, commit: str) -> None:
        with _spoken(self._accepted):
            (self._accepted / commit).touch()

    def retry(self, workload: WorkloadName) -> None:
        _touch(self._retried, workload)

    def promote(self, workload: WorkloadName) -> None:
        _touch(self._promoted, workload)

    def sync(self) -> None:
        with _spoken(self.folder):
            self._sync.write_text("", encoding="utf-8")

    def _reason(self) -> str:
        """Whoever made the file without a word in it wants a pause too."""
        try:
            return self._paused.read_text(encoding="utf-8", errors="replace").strip() or "no reason given"
        except FileNotFoundError:
            return ""

    def _commits(self) -> frozenset[str]:
        try:
            return frozenset(path.name for path in self._accepted.iterdir())
        except FileNotFoundError:
            return frozenset()


def _touch(folder: Path, workload: WorkloadName) -> None:
    with _spoken(folder):
        (folder / quote(str(workload), safe="")).touch()


def _times(folder: Path) -> dict[str, float]:
    """When each workload's file was last touched, in seconds since the epoch."""
    try:
        return {unquote(path.name): path.stat().st_mtime for path in folder.iterdir()}
    except FileNotFoundError:
        return {}


@contextmanager
def _spoken(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise _refused("written", error) from None


def _refused(what: str, error: OSError) -> Refused:
    hint = "only the agent's user may; try again with sudo" if isinstance(error, PermissionError) else ""
    return Refused(f"{error.filename} cannot be {what}: {error.strerror}", hint=hint)


class WordWatcher:
    """A thread that wakes the loop when a word was said, and calls `on_sync` when it was `sync`."""

    def __init__(self, files: WordFiles, wake: Callable[[str], None], on_sync: Callable[[], None]) -> None:
        self._files = files
        self._wake = wake
        self._on_sync = on_sync
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="words", daemon=True)

    def start(self) -> None:
        """Raises Refused where there can be no place for words."""
        with _spoken(self._files.folder):
            self._thread.start()

    def stop(self) -> None:
        """Also where it never started."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        changes = watchfiles.watch(
            self._files.folder,
            stop_event=self._stop,
            debounce=50,
            step=10,
            rust_timeout=1000,
            yield_on_timeout=False,
        )
        for batch in changes:
            if any(Path(path).name == "sync" for _, path in batch):
                self._on_sync()
            self._wake("word")
