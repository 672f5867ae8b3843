"""A person's word to the local agent, as files below the state directory: who may write there may speak.

The verbs `sync`, `pause`, `resume` and `accept` write them, with or without an agent running; the agent watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import watchfiles

from pullet.model.memory import Words


class WordFiles:
    """`<state>/words/`: `paused` holds the reason, `accepted/<commit>` is empty, `sync` is touched."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "words"
        self._paused = self.folder / "paused"
        self._accepted = self.folder / "accepted"
        self._sync = self.folder / "sync"

    def read(self) -> Words:
        paused = self._paused.read_text(encoding="utf-8").strip() if self._paused.exists() else ""
        accepted = self._accepted.iterdir() if self._accepted.exists() else ()
        return Words(paused, frozenset(path.name for path in accepted))

    def pause(self, reason: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / "paused.new"
        draft.write_text(reason + "\n", encoding="utf-8")
        draft.replace(self._paused)

    def resume(self) -> bool:
        """False where it was not paused."""
        was_paused = self._paused.exists()
        self._paused.unlink(missing_ok=True)
        return was_paused

    def accept(self, commit: str) -> None:
        self._accepted.mkdir(parents=True, exist_ok=True)
        (self._accepted / commit).touch()

    def sync(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sync.write_text("", encoding="utf-8")


class WordWatcher:
    """A thread that wakes the loop when a word was said, and calls `on_sync` when it was `sync`."""

    def __init__(self, files: WordFiles, wake: Callable[[str], None], on_sync: Callable[[], None]) -> None:
        self._files = files
        self._wake = wake
        self._on_sync = on_sync
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="words", daemon=True)

    def start(self) -> None:
        self._files.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
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
