"""What it costs to ask: half a thousand HTTP probes, each every second, on the prober's own account.

The prober is alone in its process, as is the server that answers; the floor asks the same with blocking sockets.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from scripts.bench.figures import Below, Figure
from scripts.bench.lab import Lab
from tests.lab.observing import container, observed, probe

from pullet.logs import silence
from pullet.model.probe import HttpGet
from pullet.probes.prober import Prober

CONTAINERS = 250  # each is asked whether it is ready and whether it lives
SECONDS = 20.0
SETTLING = 3.0  # until the first answers are there and the askings have spread
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
SPAWN = multiprocessing.get_context("spawn")


def measure(lab: Lab) -> list[Figure]:
    count = 2 * CONTAINERS
    lab.say(f"{count} HTTP probes at a period of 1 s: watching for {SECONDS:.0f} s")
    with answering() as port:
        asked, cpu = _alone(_probing, port, SECONDS)
        floor_asked, floor_cpu = _alone(_blocking, port, asked)
    per_second = count / asked
    return [
        Figure(f"askings a second, {count} HTTP probes at 1 s", "askings", (asked / SECONDS,)),
        Figure(
            f"processor of {count} HTTP probes at 1 s, of one core",
            "%",
            (100 * cpu * per_second,),
            (100 * floor_cpu * count / floor_asked,),
            limit=Below(10),
        ),
    ]


@contextmanager
def answering() -> Iterator[int]:
    """The port of a server in a process of its own that answers every connection the same."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        pipe.send(listener.getsockname()[1])
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(ANSWER)


def _alone(work: Callable[[int, float], tuple[int, float]], port: int, argument: float) -> tuple[int, float]:
    """How often was asked and the processor's seconds that it took, in a process of its own."""
    with SPAWN.Pool(1) as pool:
        return pool.apply(work, (port, argument))


def _probing(port: int, seconds: float) -> tuple[int, float]:
    silence()
    prober = _Counting()
    check = probe(HttpGet("/healthz", port), period=1)
    state = observed(*(container(f"c{n}", readiness=check, liveness=check) for n in range(CONTAINERS)))
    prober.start()
    prober.results(state)
    time.sleep(SETTLING)
    before, began = prober.asked, time.process_time()
    time.sleep(seconds)
    asked, spent = prober.asked - before, time.process_time() - began
    assert all(answer.ready and answer.live for answer in prober.results(state).values())
    prober.stop()
    return asked, spent


class _Counting(Prober):
    asked = 0

    def __init__(self) -> None:
        super().__init__(lambda *_: (0, ""), lambda _: None, time.time)

    def _record(self, *told: object) -> None:
        self.asked += 1
        super()._record(*told)  # type: ignore[arg-type]


def _blocking(port: int, times: float) -> tuple[int, float]:
    began = time.process_time()
    for _ in range(int(times)):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            connection.recv(4096)
    return int(times), time.process_time() - began
