"""What a demo leaves on the machine, written down before it is made, so that anybody can remove it at any time."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

BELOW = Path("/tmp")  # not TMPDIR: sockets want a short path, and a later shell must find it
PREFIX = "pullet-demo-"
FILE = "traces.json"


@dataclass
class Traces:
    """`engine` is the URL of the engine in use, empty before it is chosen; a private one lives in `engine_home`."""

    home: Path
    engine: str = ""
    nodes: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls) -> Traces:
        """In a new directory of the demo's own."""
        traces = cls(Path(tempfile.mkdtemp(prefix=PREFIX, dir=BELOW)))
        traces.save()
        return traces

    @classmethod
    def of(cls, home: Path) -> Traces:
        kept = json.loads((home / FILE).read_text())
        return cls(home, kept["engine"], kept["nodes"], kept["images"])

    @property
    def engine_home(self) -> Path:
        return self.home / "engine"

    def save(self) -> None:
        new = self.home / f"{FILE}.new"
        new.write_text(json.dumps({key: value for key, value in asdict(self).items() if key != "home"}))
        new.replace(self.home / FILE)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Nobody else may clean up meanwhile. Raises BlockingIOError where somebody uses it already."""
        with (self.home / FILE).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield


def left_behind() -> list[Traces]:
    """Of every demo of this user that was kept, or killed, or is running now."""
    return [
        Traces.of(home)
        for home in sorted(BELOW.glob(f"{PREFIX}*"))
        if home.stat().st_uid == os.geteuid() and (home / FILE).exists()
    ]
