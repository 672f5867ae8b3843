"""A thread on the engine's event stream: marks what changed and wakes the loop within a millisecond or so."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
import urllib3.exceptions
from docker.types.daemon import CancellableStream

from pullet.engine import labels
from pullet.engine.changes import Changes
from pullet.engine.client import Connection
from pullet.model.errors import PulletError

log = structlog.get_logger()

# Asked of the engine itself, so that an exec probe a second costs nothing here. The last two are a network's events:
# they carry no label, so that the engine cannot be asked for those of our containers alone.
MATTERS = (
    "create",
    "start",
    "die",
    "stop",
    "oom",
    "destroy",
    "pause",
    "unpause",
    "rename",
    "update",
    "health_status",
    "connect",
    "disconnect",
)
FIRST_DELAY = 0.1
LONGEST_DELAY = 2.0


class Events:
    def __init__(
        self, connection: Connection, node: str, changes: Changes, wake: Callable[[str], None]
    ) -> None:
        self._connection = connection
        self._node = node
        self._filters = {"type": ["container", "network"], "event": list(MATTERS)}
        self._changes = changes
        self._wake = wake
        self._stopped = threading.Event()
        self._stream: CancellableStream[Any] | None = None
        self._thread = threading.Thread(target=self._run, name="engine events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2) -> None:
        """Ends the stream under the thread's hands; an engine that hangs keeps it no longer than `timeout`."""
        self._stopped.set()
        if (stream := self._stream) is not None:
            with contextlib.suppress(OSError, AttributeError):  # it ended by itself in between
                stream.close()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        delay, away = FIRST_DELAY, False
        while not self._stopped.is_set():
            try:
                self._listen(back=away)
                delay, away = FIRST_DELAY, False
            except PulletError as error:
                if not away:
                    log.warning("engine_lost", because=str(error))
                delay, away = min(delay * 2, LONGEST_DELAY), True
            except Exception:
                log.exception("events_failed")
            self._stopped.wait(delay)

    def _listen(self, *, back: bool) -> None:
        """Until the stream ends. What happened since just before it began is in it, too."""
        since = int(time.time())
        try:
            with self._connection.calling("listen to events") as client:
                self._stream = client.events(since=since, filters=self._filters, decode=True)
                self._changes.listening(True)
                if back:
                    log.info("engine_found")
                self._follow(self._stream)
        finally:
            self._stream = None
            self._changes.listening(False)
            self._connection.renew()
            self._wake("engine")

    def _follow(self, stream: CancellableStream[Any]) -> None:
        self._wake("engine")
        if self._stopped.is_set():
            return
        with contextlib.suppress(urllib3.exceptions.ReadTimeoutError):  # nothing happened for long
            for event in stream:
                if container := self._container(event):
                    if event.get("Action") == "oom":
                        self._changes.ran_out_of_memory(container)
                    self._changes.mark(container)
                    self._wake("engine")

    def _container(self, event: Mapping[str, Any]) -> str:
        """Which of ours it happened to, empty for any other. One that is not known yet has events of its own."""
        about = event["Actor"].get("Attributes") or {}
        if event.get("Type") == "network":
            joined = str(about.get("container", ""))
            return joined if self._changes.knows(joined) else ""
        return str(event["Actor"]["ID"]) if about.get(labels.NODE) == self._node else ""
