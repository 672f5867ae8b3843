"""The machine that was measured on, and how busy it was meanwhile."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from tests.lab.engine import LabEngine


def described(lab: LabEngine) -> dict[str, object]:
    """What a reader needs to compare with a machine of his own; nothing that names this one."""
    engine = lab.client.info()
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "processor": _processor(),
        "kernel": platform.release(),
        "engine": engine["ServerVersion"],
        "storage": engine["Driver"],
        "cgroup": engine.get("CgroupVersion", "1"),
        "python": platform.python_version(),
        "git": subprocess.check_output(["git", "version"], text=True).split()[2],
        "load_before": load(),
    }


def load() -> list[float]:
    """Processes that ran or wanted to, over 1, 5 and 15 minutes."""
    return [round(one, 2) for one in os.getloadavg()]


def _processor() -> str:
    names = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    return next(names, ":").partition(":")[2].strip() or platform.machine()
