"""What the demo shows: words above a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from scripts.demo.fleet import Agent

READING = 2.5
"""Seconds for a person to read before the next thing happens."""

COLOURS = {"converged": "green", "ready": "green", "refused": "red", "degraded": "red", "crashing": "red"}
COLUMNS = {"node": 8, "commit": 7, "is": 11, "instance": 32, "state": 9, "image": 21}
STYLES = {"title": "bold", "command": "bold cyan", "good": "green", "bad": "bold red", "output": "dim"}


@dataclass(frozen=True, slots=True)
class Row:
    """One incarnation on one node, as its agent tells it."""

    node: str
    instance: str
    state: str
    image: str
    container: str


class Screen(Protocol):
    def say(self, text: str, style: str = "") -> None: ...
    def pause(self) -> None: ...
    def watching(self, agents: Sequence[Agent]) -> contextlib.AbstractContextManager[None]: ...


def screen() -> Screen:
    return OnTerminal() if sys.stdout.isatty() else Lines()


class OnTerminal:
    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, STYLES.get(style, "")))

    def pause(self) -> None:
        time.sleep(READING)

    @contextlib.contextmanager
    def watching(self, agents: Sequence[Agent]) -> Iterator[None]:
        with (
            Live(console=self._console, auto_refresh=False, transient=True) as live,
            _polling(agents, lambda found: live.update(table(found), refresh=True)),
        ):
            yield


class Lines:
    """A line for each change of an instance's state."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._known: dict[tuple[str, str, str], Row] = {}

    def say(self, text: str, style: str = "") -> None:  # noqa: ARG002 - plain
        print(text, flush=True)

    def pause(self) -> None:
        """Nobody reads along."""

    @contextlib.contextmanager
    def watching(self, agents: Sequence[Agent]) -> Iterator[None]:
        with _polling(agents, self._show):
            yield

    def _show(self, found: Sequence[dict[str, Any]]) -> None:
        now = {(row.node, row.instance, row.container): row for status in found for row in rows(status)}
        answering = {status["node"] for status in found}
        for key, row in now.items():
            if self._known.get(key) != row and row.container:
                self._line(row, row.state)
        for key, row in self._known.items():
            if key not in now and row.node in answering and row.container:
                self._line(row, "gone")
        silent = {key: row for key, row in self._known.items() if row.node not in answering}
        self._known = silent | now

    def _line(self, row: Row, state: str) -> None:
        passed = time.monotonic() - self._began
        self.say(f"   {passed:5.1f}s  {row.node:<11} {row.instance:<36} {state:<9} {row.image}".rstrip())


@contextlib.contextmanager
def _polling(agents: Sequence[Agent], show: Callable[[Sequence[dict[str, Any]]], None]) -> Iterator[None]:
    """Shows what those agents say that answer, each time that it changes."""
    done = threading.Event()

    def poll() -> None:
        last: list[dict[str, Any]] = []
        while not done.wait(0.1):
            found = [status for agent in agents if (status := agent.status())]
            if found != last:
                show(found)
            last = found

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def rows(status: dict[str, Any]) -> Iterator[Row]:
    for one in status.get("instances", ()):
        containers = one["containers"] or [{"image": "", "id": ""}]
        for container in containers:
            yield Row(status["node"], one["instance"], one["state"], container["image"], container["id"])


def table(found: Sequence[dict[str, Any]]) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD)
    for title, width in COLUMNS.items():
        drawn.add_column(title, min_width=width)
    for status in found:
        head = (status["node"], status["commit"][:7] or "none", _coloured(status["state"]))
        for row in list(rows(status)) or [Row("", "", "", "", "")]:
            drawn.add_row(*head, row.instance, _coloured(row.state), row.image)
            head = ("", "", Text(""))
        drawn.add_section()
    return drawn


def _coloured(state: str) -> Text:
    return Text(state, COLOURS.get(state, "yellow"))
