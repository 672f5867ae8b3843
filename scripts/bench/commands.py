"""How long the command takes to answer where it has hardly anything to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
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
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            seconds[name].append(_seconds(command))
    lab.say(f"commands: {RUNS} times each")
    floor = tuple(seconds["floor"])
    return [
        Figure("pullet --help", "s", tuple(seconds["help"]), floor, Below(0.15)),
        Figure("pullet validate examples-repo", "s", tuple(seconds["validate"]), floor, Below(0.4)),
    ]


def _seconds(command: list[str | Path]) -> float:
    began = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - began
