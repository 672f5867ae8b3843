"""How long the command takes to answer where it has hardly anything to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from scripts.bench.figures import Below, Figure
from scripts.bench.lab import Lab
from tests.lab.agents import COMMAND

RUNS = 15
EXAMPLES = Path(__file__).parents[2] / "examples-repo"


def measure(lab: Lab) -> list[Figure]:
    """Beside the start of the interpreter, turn by turn."""
    commands: dict[str, list[str | Path]] = {
        "floor": [sys.executable, "-c", "pass"],
        "help": [COMMAND, "--help"],
        "validate": [COMMAND, "validate", EXAMPLES],
    }
    wall: dict[str, list[float]] = {name: [] for name in commands}
    processor: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            seconds, cpu = _run(command)
            wall[name].append(seconds)
            processor[name].append(cpu)
    lab.say(f"commands: {RUNS} times each")
    return [
        _figure("pullet --help", wall, "help", Below(0.15)),
        _figure("pullet validate examples-repo", wall, "validate", Below(0.4)),
        _figure("processor time of --help", processor, "help"),
        _figure("processor time of validate", processor, "validate"),
    ]


def _figure(title: str, taken: dict[str, list[float]], name: str, limit: Below | None = None) -> Figure:
    return Figure(title, "s", tuple(taken[name]), tuple(taken["floor"]), limit)


def _run(command: list[str | Path]) -> tuple[float, float]:
    """Seconds that passed, and seconds of a processor, which a busy machine changes less."""
    before, began = _children(), perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - began, _children() - before


def _children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
