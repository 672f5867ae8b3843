"""`make bench`, and `make bench OUT=file` for JSON. Exit code 1 when a limit is missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.bench import commands, fifty, heal, idle, inside, probing, push, rolling
from scripts.bench.lab import new_lab
from scripts.bench.machine import described, load
from scripts.bench.show import as_json, lines, missed
from tests.lab.engine import NoEngine

PARTS = {
    "commands": commands.measure,
    "push": push.measure,
    "fifty": fifty.measure,
    "idle": idle.measure,
    "heal": heal.measure,
    "probing": probing.measure,
    "inside": inside.measure,
    "rolling": rolling.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        with new_lab(_say) as lab:
            machine = described(lab.engine)
            figures = [figure for name in asked.only or PARTS for figure in PARTS[name](lab)]
    except NoEngine as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 2
    machine["load_after"] = load()
    if asked.out:
        asked.out.write_text(json.dumps(as_json(machine, figures), indent=1) + "\n", encoding="utf-8")
    print(*(f"{key}: {value}" for key, value in machine.items()), sep="\n", end="\n\n")
    print(*lines(figures), sep="\n")
    late = missed(figures)
    print("\nmissed: " + "; ".join(late) if late else "\nevery limit holds")
    return 1 if late else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything as JSON, too")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some parts [default: all]")
    return parser


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
