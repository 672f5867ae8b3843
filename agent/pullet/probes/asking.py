"""Asks one container once, in the way its probe says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from pullet.model.errors import Refused, Transient
from pullet.model.probe import Exec, Grpc, HttpGet, TcpSocket
from pullet.probes import network, words
from pullet.probes.standing import Outcome
from pullet.probes.target import Target

log = structlog.get_logger()

RunCheck = Callable[[str, tuple[str, ...], float], tuple[int, str]]
"""Runs a command in a container, by its id, for at most so many seconds; its exit code and output.

Raises TimeoutError or Transient when the time is over, Transient before that when the engine does not answer,
and Refused when the command cannot be run at all.
"""

AT_ONCE = 8


class Asker:
    def __init__(self, run_check: RunCheck) -> None:
        self._run_check = run_check
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="probe")

    async def ask(self, target: Target) -> Outcome | None:
        """None when it could not be asked, which says nothing about the container."""
        try:
            return await self._ask(target)
        except Transient as error:
            log.debug("probe_not_asked", container=target.name, because=str(error))
        except Exception:  # one broken probe must not end the asking
            log.exception("probe_not_asked", container=target.name, because="of a bug")
        return None

    async def _ask(self, target: Target) -> Outcome | None:
        match target.probe.check:
            case Exec(command):
                return await self._run(target.id, command, target.probe.timeout)
            case check:
                return await _over_network(check, target.address, target.probe.timeout)

    async def _run(self, container: str, command: tuple[str, ...], seconds: float) -> Outcome:
        what = words.command(command)
        loop = asyncio.get_running_loop()
        try:
            ended = await loop.run_in_executor(self._pool, self._within, container, command, seconds)
        except Refused as error:
            return Outcome(ok=False, kind="refused", message=f"{what} cannot be run: {error}")
        if ended is None:
            return Outcome(ok=False, kind="late", message=f"{what} did not end within {seconds:g}s")
        code, output = ended
        said = words.first_line(output)
        message = f"{what} exited with {code}{f': {said}' if said else ''}"
        return Outcome(ok=code == 0, kind=f"exit {code}", message=message)

    def _within(self, container: str, command: tuple[str, ...], seconds: float) -> tuple[int, str] | None:
        """None when the time is over, whatever held it up; counted from when the command's turn came."""
        began = time.monotonic()
        try:
            return self._run_check(container, command, seconds)
        except TimeoutError:
            return None
        except Transient:
            if time.monotonic() - began < seconds:
                raise
            return None

    def close(self) -> None:
        """Returns at once; a command that still runs ends by its own time-out."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def _over_network(
    check: HttpGet | TcpSocket | Grpc,
    address: str,
    timeout: float,  # noqa: ASYNC109 - the probe's own
) -> Outcome | None:
    host = address if isinstance(check, Grpc) else check.host or address
    if not host:
        return Outcome(ok=False, kind="no address", message="it has no address at which to ask it")
    match check:
        case HttpGet():
            return await network.get(check, host, timeout)
        case TcpSocket():
            return await network.connect(host, check.port, timeout)
        case Grpc():
            from pullet.probes import grpc  # noqa: PLC0415 - HTTP/2 costs memory only where it is spoken

            return await grpc.health(check, host, timeout)
