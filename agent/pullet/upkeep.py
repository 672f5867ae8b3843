"""Beside the loop: what nothing needs any more is put away, in the background and seldom.

The loop hands in each scene; the engine room does the rest. Nothing waits for it, and it may be killed anywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

import structlog

from pullet.decide import Scene, needed, superfluous
from pullet.model.errors import PulletError
from pullet.model.names import InstanceName
from pullet.model.network import Network
from pullet.model.upkeep import Discard, Needed, Spent, StoredImage

log = structlog.get_logger()

OFTEN = 5.0
"""Seconds between two looks while things change."""

SELDOM = 300.0
"""Seconds between two looks while nothing does: time alone makes images old."""


class Storeroom(Protocol):
    """What the engine has besides containers. Each raises Transient or Refused."""

    def images(self) -> Collection[StoredImage]:
        """Those that this agent pulled or built."""

    def mark(self, needed: Iterable[str]) -> None:
        """These ids are needed now."""

    def discard(self, one: Discard) -> None:
        """One that is in use all the same is left."""

    def close_networks(self, needed: Iterable[Network]) -> None:
        """Those that this agent made, that are not among these, and on which nothing is."""

    def empty(self, one: Spent) -> None:
        """A volume; one that is in use all the same, or that this agent did not make, is left."""


class Upkeep:
    """`keep` is for how many seconds an image stays that nothing needs; None keeps all of them."""

    def __init__(self, store: Storeroom, keep: float | None, clock: Callable[[], float]) -> None:
        self._store = store
        self._keep = keep
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._last: tuple[Needed, frozenset[InstanceName]] | None = None
        self._looked = float("-inf")

    def consider(self, scene: Scene) -> None:
        """Returns at once."""
        since = abs(scene.now - self._looked)
        if since < OFTEN or (self._thread is not None and self._thread.is_alive()):
            return
        what = needed(scene)
        if what is None:
            return
        now_there = (what, frozenset(one.instance for one in scene.observed.incarnations))
        if now_there == self._last and since < SELDOM:
            return
        self._last, self._looked = now_there, scene.now
        self._thread = threading.Thread(target=self._put_away, args=(what,), name="upkeep", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        if self._thread is not None:
            self._thread.join(timeout)

    def _put_away(self, what: Needed) -> None:
        try:
            self._store.close_networks(what.networks)
            for one in what.spent:
                self._store.empty(one)
            if self._keep is not None:
                self._discard(what, self._keep)
        except PulletError as error:
            log.warning("upkeep_put_off", because=str(error))
        except Exception:
            log.exception("upkeep_failed")

    def _discard(self, what: Needed, keep: float) -> None:
        images = self._store.images()
        self._store.mark(image.id for image in images if what.needs(image))
        for one in superfluous(images, what, self._clock(), keep):
            self._store.discard(one)
