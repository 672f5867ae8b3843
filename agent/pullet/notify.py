"""Tells systemd how the agent is: ready, what it is doing, that its loop turns. Called by the loop alone.

Each is a no-op where no service manager listens. https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def ready() -> None:
    _send("READY=1")


def turning() -> None:
    """Feed the watchdog: only the loop may, once a turn, so that a hung loop is restarted."""
    _send("WATCHDOG=1")


def status(text: str) -> None:
    """One line for `systemctl status`."""
    _send("STATUS=" + " ".join(text.split()))


def stopping() -> None:
    _send("STOPPING=1")


def longest_silence() -> float | None:
    """Seconds that may pass between two calls of `turning`, None without a watchdog.

    Half of what the watchdog allows. https://www.freedesktop.org/software/systemd/man/latest/sd_watchdog_enabled.html
    """
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or os.environ.get("WATCHDOG_PID", "") not in {"", str(os.getpid())}:
        return None
    return int(microseconds) / 1_000_000 / 2


def _send(state: str) -> None:
    """What cannot be delivered is dropped, as the service manager may be restarting itself."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.connect(address)
        channel.send(state.encode())
