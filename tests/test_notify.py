"""What the service manager hears, over a real datagram socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pullet import notify


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Stands where systemd stands, by a name in the file system or by one outside it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@pullet-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listening


@pytest.mark.parametrize(
    ("say", "heard"),
    [
        (notify.ready, b"READY=1"),
        (notify.turning, b"WATCHDOG=1"),
        (notify.stopping, b"STOPPING=1"),
        (lambda: notify.status("7 of 7 ready"), b"STATUS=7 of 7 ready"),
    ],
)
def test_each_word_arrives(manager: socket.socket, say: Callable[[], None], heard: bytes) -> None:
    """One datagram for each call, in the words of sd_notify."""
    say()
    assert manager.recv(1000) == heard


def test_a_status_is_one_line(manager: socket.socket) -> None:
    """A line break in a message cannot smuggle in another word."""
    notify.status("failed:\nREADY=1")
    assert manager.recv(1000) == b"STATUS=failed: READY=1"


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a service manager, or with one that is gone, nothing happens."""
    for value in ("", "vsock:2:1", str(tmp_path / "gone")):
        monkeypatch.setenv("NOTIFY_SOCKET", value)
        notify.ready()


@pytest.mark.parametrize(
    ("microseconds", "pid", "seconds"),
    [("3000000", "own", 1.5), ("3000000", "", 1.5), ("3000000", "1", None), ("", "", None)],
)
def test_the_longest_silence_is_half_of_the_watchdog(
    monkeypatch: pytest.MonkeyPatch, microseconds: str, pid: str, seconds: float | None
) -> None:
    """None without a watchdog, and where it watches another process."""
    monkeypatch.setenv("WATCHDOG_USEC", microseconds)
    monkeypatch.setenv("WATCHDOG_PID", pid.replace("own", str(os.getpid())))
    assert notify.longest_silence() == seconds
