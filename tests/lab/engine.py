"""A container engine of the test run's own: the machine's engine, its images and containers are never touched."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import shutil
import signal
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docker.errors
import requests

from pullet.engine.client import OLDEST, Client, negotiated
from pullet.model.errors import Refused
from tests.lab.wait import eventually

DAEMON = "dockerd"


class NoEngine(Exception):  # noqa: N818 - read as a noun
    """Why no engine can be had here, and what to install."""


@dataclass
class LabEngine:
    """An engine to talk to. One that this process started (`process`) can be restarted, killed and frozen."""

    url: str
    home: Path | None = None
    command: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.client = Client(self.url, OLDEST, 60)

    @property
    def private(self) -> bool:
        return self.home is not None

    def start(self, timeout: float = 60) -> None:
        """Bring the daemon up and wait until it answers."""
        with (self.own_home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        eventually(self._answers, timeout, f"the private engine answers at {self.url}")

    def stop(self, timeout: float = 60) -> None:
        """As a service manager does it: TERM, then wait."""
        self._end(signal.SIGTERM, timeout)

    def kill(self) -> None:
        """As a crash does it; the containers' processes live on until the next start."""
        self._end(signal.SIGKILL, 10)
        # Its containerd dies with it, but may stay a zombie where process 1 does not reap, and would be waited for.
        (self.own_home / "exec/containerd/containerd.pid").unlink(missing_ok=True)

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The daemon accepts connections and answers nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        return (self.own_home / "log").read_text(errors="replace")

    @property
    def own_home(self) -> Path:
        """Raises NoEngine where it is somebody else's."""
        if self.home is None:
            raise NoEngine("this engine is not ours to start or stop: run the tests as root")
        return self.home

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise NoEngine(f"{DAEMON} ended: {self.log()[-2000:]}")
        try:
            return bool(self.client.ping())
        except (requests.exceptions.RequestException, docker.errors.DockerException):
            return False

    def _end(self, how: signal.Signals, timeout: float) -> None:
        process = self.process
        if process is None:
            self._end_another(how, timeout)
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def _end_another(self, how: signal.Signals, timeout: float) -> None:
        """The daemon that another process started below our home."""
        home = self.own_home
        for pid in _daemons_of(home):
            os.kill(pid, how)
        eventually(lambda: not _daemons_of(home), timeout, f"the daemon below {home} is gone")


@contextlib.contextmanager
def private_engine(
    name: str = "", *, enter: Sequence[str] = (), arguments: Sequence[str] = ()
) -> Iterator[LabEngine]:
    """A daemon with everything of its own below one short temporary directory; several may run side by side.

    `enter` is put before the command (such as `nsenter --net=…`), `arguments` after it. Raises NoEngine.
    """
    if os.geteuid() != 0:
        raise NoEngine("a private engine needs root")
    if shutil.which(DAEMON) is None:
        raise NoEngine(f"{DAEMON} is not installed: apt-get install docker.io iptables iproute2")
    home = Path(tempfile.mkdtemp(prefix=f"pullet-engine-{name}", dir="/tmp"))  # sockets want a short path
    engine = engine_below(home, enter=enter, arguments=arguments)
    try:
        engine.start()
        yield engine
    finally:
        remove_engine(engine)


def engine_below(home: Path, *, enter: Sequence[str] = (), arguments: Sequence[str] = ()) -> LabEngine:
    """The private engine of a directory: not started yet, or running since another process started it there."""
    url = f"unix://{home}/docker.sock"
    return LabEngine(url=url, home=home, command=(*enter, *_command(home), *arguments))


def reachable_engine() -> LabEngine:
    """The engine that this user may use already, for those who are not root. Raises NoEngine."""
    return engine_at(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")


def engine_at(url: str) -> LabEngine:
    """One that runs and is not ours, spoken to in the newest version that both know. Raises NoEngine."""
    engine = LabEngine(url=url)
    try:
        version = negotiated(engine.client.version(api_version=False))
    except (requests.exceptions.RequestException, docker.errors.DockerException, Refused) as error:
        raise NoEngine(f"no engine that can be used answers at {url}: {error}") from None
    finally:
        engine.client.close()
    engine.client = Client(url, version, 60)
    return engine


def _command(home: Path) -> tuple[str, ...]:
    config = home / "daemon.json"
    subnet = _subnet(home)
    config.write_text(
        json.dumps(
            {
                "deprecated-key-path": str(home / "key.json"),
                "default-address-pools": [{"base": str(subnet), "size": 24}],
            }
        )
    )
    return (
        DAEMON,
        f"--config-file={config}",
        f"--host=unix://{home}/docker.sock",
        f"--data-root={home}/data",
        f"--exec-root={home}/exec",
        f"--pidfile={home}/pid",
        "--bridge=none",
    )


def _subnet(home: Path) -> ipaddress.IPv4Network:
    """256 networks that no neighbour on this machine is likely to use: 10.64.0.0/16 to 10.191.0.0/16."""
    return ipaddress.IPv4Network((f"10.{64 + zlib.crc32(str(home).encode()) % 128}.0.0", 16))


def remove_engine(engine: LabEngine) -> None:
    """Containers and networks through the engine itself, then whatever outlived it; whoever started it."""
    home = engine.own_home
    with contextlib.suppress(requests.exceptions.RequestException, docker.errors.DockerException):
        for container in engine.client.containers(all=True, quiet=True):
            engine.client.remove_container(container["Id"], force=True)
        for network in engine.client.networks(filters={"type": "custom"}):
            engine.client.remove_network(network["Id"])
    engine.client.close()
    engine.stop()
    for pid in _processes_of(home):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not _processes_of(home), 10, f"the processes below {home} are gone")
    for link in _links_of(home):
        subprocess.run(["ip", "link", "delete", link], check=False, stderr=subprocess.DEVNULL)
    for mount in _mounts_below(home):
        subprocess.run(["umount", "--lazy", mount], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(home, ignore_errors=True)


def _processes_of(home: Path) -> list[int]:
    """containerd and its shims, which name this engine's directory on their command line, and their children.

    Containers outlive the shims of a daemon that was killed.
    """
    processes = _processes()
    roots = {pid for pid, process in processes.items() if process.is_of(home, "containerd")}
    return [pid for pid, process in processes.items() if pid in roots or process.parent in roots]


def _daemons_of(home: Path) -> list[int]:
    return [pid for pid, process in _processes().items() if process.is_of(home, DAEMON)]


@dataclass(frozen=True, slots=True)
class _Process:
    """What /proc says of one; a zombie has an empty command line."""

    parent: int
    command: tuple[bytes, ...]

    def is_of(self, home: Path, named: str) -> bool:
        program, *words = self.command
        return named.encode() in program and any(bytes(home) in word for word in words)


def _processes() -> dict[int, _Process]:
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            found[int(path.name)] = _Process(parent, tuple((path / "cmdline").read_bytes().split(b"\0")))
    return found


def _links_of(home: Path) -> list[str]:
    """Bridges that a killed daemon left: those in this engine's own address range."""
    answer = subprocess.run(["ip", "-json", "-4", "address"], check=False, capture_output=True).stdout
    links = json.loads(answer or b"[]")
    return [
        link["ifname"]
        for link in links
        if any(ipaddress.IPv4Address(known["local"]) in _subnet(home) for known in link["addr_info"])
    ]


def _mounts_below(home: Path) -> list[str]:
    """Deepest first."""
    mounts = (line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return sorted((mount for mount in mounts if mount.startswith(f"{home}/")), reverse=True)
