"""Takes a demo off the machine by its traces alone: at its end, after an interruption, or days later."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

import docker.errors
from scripts.demo.traces import Traces
from tests.lab.engine import engine_at, engine_below, remove_engine
from tests.lab.pods import clear_node
from tests.lab.wait import eventually

FAREWELL = 30.0
"""Seconds that agents may take to end the steps in flight."""


def remove(traces: Traces) -> None:
    """Agents, then what they and the demo made on the engine, then the engine where it is private, then the files."""
    _end_agents(traces.home)
    if traces.engine_home.exists():
        remove_engine(engine_below(traces.engine_home))
    elif traces.engine:
        _clear(traces)
    shutil.rmtree(traces.home)


def _end_agents(home: Path) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        for pid in agents_of(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        with contextlib.suppress(AssertionError):
            eventually(lambda: not agents_of(home), FAREWELL, "the agents ended")


def agents_of(home: Path) -> list[int]:
    """Processes that run with settings of this demo; what has ended, but was not reaped yet, has no command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes().split(b"\0")
            if b"run" in words and any(word.startswith(bytes(home) + b"/") for word in words):
                found.append(int(path.name))
    return found


def _clear(traces: Traces) -> None:
    """An engine that is away keeps what it has; whoever starts it again can clean up again."""
    engine = engine_at(traces.engine)
    for node in traces.nodes:
        clear_node(engine.client, node)
    for image in traces.images:
        with contextlib.suppress(docker.errors.APIError):  # somebody else uses it by now
            engine.client.remove_image(image)
    engine.client.close()
