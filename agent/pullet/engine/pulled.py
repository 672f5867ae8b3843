"""Which images this agent pulled or built, and when each was last needed: one JSON file, replaced as a whole.

Nothing but the engine and the agents' own memories knows who brought an image. What does not stand here is a stranger's
and is left alone; so losing the file costs nothing but space.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """`needed` in seconds since the epoch."""

    references: frozenset[str] = field(default_factory=frozenset)
    needed: float = 0.0


class Pulled:
    """Shared between threads; `clock` gives seconds since the epoch."""

    def __init__(self, state: Path, clock: Callable[[], float]) -> None:
        self._file = state / "images.json"
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] | None = None

    def read(self) -> Mapping[str, Entry]:
        """By id."""
        with self._lock:
            return dict(self._known())

    def add(self, image: str, reference: str) -> None:
        """The reference leads to this image from now on, and to no other."""
        with self._lock:
            known = {
                key: replace(one, references=one.references - {reference})
                for key, one in self._known().items()
            }
            references = known.get(image, Entry()).references | {reference}
            self._keep({**known, image: Entry(references, self._clock())})

    def mark(self, images: Iterable[str]) -> None:
        """These are needed now."""
        with self._lock:
            known, now = self._known(), self._clock()
            touched = {key: replace(known[key], needed=now) for key in images if key in known}
            if touched:
                self._keep({**known, **touched})

    def forget(self, images: Iterable[str]) -> None:
        with self._lock:
            gone = set(images)
            left = {key: one for key, one in self._known().items() if key not in gone}
            if len(left) < len(self._known()):
                self._keep(left)

    def _known(self) -> dict[str, Entry]:
        if self._entries is None:
            self._entries = _load(self._file)
        return self._entries

    def _keep(self, entries: dict[str, Entry]) -> None:
        """A file that cannot be written makes the images in it strangers after the next start, and no more."""
        self._entries = entries
        data = {
            key: {"references": sorted(one.references), "needed": one.needed}
            for key, one in sorted(entries.items())
        }
        draft = self._file.with_suffix(".new")
        try:
            with draft.open("w", encoding="utf-8") as out:
                json.dump(data, out, indent=1)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._file)
        except OSError as error:
            log.warning("images_not_remembered", because=f"{self._file} cannot be written: {error.strerror}")


def _load(file: Path) -> dict[str, Entry]:
    try:
        data: dict[str, dict[str, Any]] = json.loads(file.read_bytes())
        return {
            key: Entry(frozenset(map(str, one["references"])), float(one["needed"]))
            for key, one in data.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("images_forgotten", file=str(file), because=f"it cannot be read: {error}")
        return {}
