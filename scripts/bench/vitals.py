"""What a running process costs, from the kernel's books."""

from __future__ import annotations

import os
from pathlib import Path

HERTZ = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Since it began, with those of its children that ended: proc(5), stat, fields 14 to 17."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / HERTZ


def resident_megabytes(pid: int) -> float:
    return _megabytes(Path(f"/proc/{pid}/status"), "VmRSS:")


def proportional_megabytes(pid: int) -> float:
    """What it shares with other processes counted by its share."""
    return _megabytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _megabytes(file: Path, key: str) -> float:
    line = next(line for line in file.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024 / 1e6
