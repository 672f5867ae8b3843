"""A board with a clock that the test moves, and the real server on a free port before it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pullet.serving.app import Hooks
from pullet.serving.board import Board, Limits, Tick
from pullet.serving.server import Server


@dataclass
class House:
    """`now` is the clock; `pushes` counts what the webhook told."""

    secret_file: Path
    now: float = 1100.0
    pushes: int = 0
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        self.board = Board("edge-1", lambda: self.now, Limits(tick=60, fetch=300))

    def tick(self) -> None:
        self.board.tick(Tick(at=self.now, seconds=0.02))

    def pushed(self) -> None:
        self.pushes += 1

    @contextlib.contextmanager
    def served(
        self, listen: str = "127.0.0.1:0", token: str | None = None, hook: bool = True
    ) -> Iterator[str]:
        server = Server(listen, token, self.board, Hooks(self.pushed, self.secret_file if hook else None))
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@pytest.fixture
def house(tmp_path: Path) -> House:
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n")
    return House(secret)


@pytest.fixture
def url(house: House) -> Iterator[str]:
    with house.served() as url:
        yield url
