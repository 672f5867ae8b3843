"""The long-running agent: the house and its HTTP face around the loop, until a signal says stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import structlog

from pullet import __version__, notify
from pullet.activity import activity
from pullet.diary import Diary
from pullet.files import read_secret_text
from pullet.loop import Tick, turn
from pullet.model.snapshot import Fetched
from pullet.repo.remote import redact
from pullet.serving.app import Hooks
from pullet.serving.board import Board, Limits, Told
from pullet.serving.board import Tick as ShownTick
from pullet.serving.server import Server
from pullet.settings import Settings
from pullet.wiring import House, build, only_writer

log = structlog.get_logger()

FAREWELL = 20.0
"""Seconds that steps in flight and the last note may take when the agent is told to stop."""

MISSED_POLLS = 4
"""So many polls without a successful fetch, and the revision no longer counts as fresh."""


def run(settings: Settings, diary: Diary) -> None:
    """`diary` hears what is logged. Returns when a signal told it to stop. Raises Refused where it cannot begin."""
    board = Board(settings.node, time.time, Limits(fetch=MISSED_POLLS * settings.repo.poll + 60))
    with ExitStack() as leave:
        leave.enter_context(only_writer(settings.state))
        house = build(settings, (board,))
        server = _server(settings, board, house)
        server.start()
        leave.callback(server.stop)
        leave.callback(house.stop, FAREWELL)
        house.start()
        log.info(
            "agent_started",
            node=settings.node,
            version=__version__,
            follows=[redact(url) for url in settings.repo.url],
        )
        stopped = _on_signal(house.wake)
        house.wait_for_first_answers()
        turn(
            house.loop,
            house.wake,
            _After(house, board, partial(activity, diary), stopped),
            notify.longest_silence(),
        )
        notify.stopping()
        log.info("agent_stopped", node=settings.node, because="it was told to; containers go on")


def _server(settings: Settings, board: Board, house: House) -> Server:
    hooks = Hooks(on_push=house.follower.poke, secret_file=settings.webhook.secret_file)
    token = read_secret_text(settings.status.token_file) if settings.status.token_file else None
    return Server(settings.status.listen, token, board, hooks)


def _on_signal(wake: Callable[[str], None]) -> threading.Event:
    stopped = threading.Event()

    def stop(number: int, _: object) -> None:
        stopped.set()
        wake(signal.Signals(number).name)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopped


class _After:
    """What follows each tick: the board, the metrics, the service manager's watchdog."""

    def __init__(
        self, house: House, board: Board, told: Callable[[Tick, str], Told], stopped: threading.Event
    ) -> None:
        self._house = house
        self._board = board
        self._told = told
        self._stopped = stopped
        self._fetched = Fetched()
        self._said = ""

    def __call__(self, tick: Tick, took: float) -> bool:
        self._board.tick(ShownTick(time.time(), took, tick.plan, tick.attempts, partial(self._told, tick)))
        self._count_failed_fetch()
        self._tell_manager(tick)
        return not self._stopped.is_set()

    def _count_failed_fetch(self) -> None:
        fetched = self._house.follower.fetched()
        if fetched.error and fetched != self._fetched:
            self._board.fetch_failed()
        self._fetched = fetched

    def _tell_manager(self, tick: Tick) -> None:
        if not self._said:
            notify.ready()
        notify.turning()
        if tick.report.headline != self._said:
            self._said = tick.report.headline
            notify.status(self._said)
