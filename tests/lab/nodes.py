"""Several machines on this one: a network namespace, a host name and an engine each, on a switch between them.

The switch is a bridge in a namespace of its own, so that no firewall of this machine has a say between nodes;
this machine has one port on it, where the nodes reach what a test serves.
"""

from __future__ import annotations

import ipaddress
import itertools
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.lab.engine import LabEngine, NoEngine, private_engine
from tests.lab.images import make_images

SUBNETS = tuple(ipaddress.IPv4Network((f"10.{second}.77.0", 24)) for second in range(200, 240))
RENAME = 'hostname "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Node:
    """One machine: `address` is where the other nodes and this machine reach it."""

    name: str
    address: str
    engine: LabEngine
    namespace: str
    _switch: str

    @property
    def engine_url(self) -> str:
        return self.engine.url

    @property
    def enter(self) -> tuple[str, ...]:
        """What to put before a command so that it runs on this node, for a process that a test keeps."""
        return _enter(self.namespace, self.name)

    def run(
        self, *command: str | os.PathLike[str], check: bool = True, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """A command on this node, to its end."""
        return subprocess.run(
            (*self.enter, *command), check=check, timeout=timeout, capture_output=True, text=True
        )

    def cut(self) -> None:
        """Pull the cable: addresses and routes stay, nothing arrives."""
        _ip("-n", self._switch, "link", "set", f"to-{self.name}", "down")

    def heal(self) -> None:
        _ip("-n", self._switch, "link", "set", f"to-{self.name}", "up")


@contextmanager
def nodes(count: int) -> Iterator[tuple[Node, ...]]:
    """`node-1` and so on, their engines up and with the images of the lab. Raises NoEngine without root."""
    if os.geteuid() != 0:
        raise NoEngine("nodes of the lab need root")
    mark = secrets.token_hex(3)
    with ExitStack() as stack:
        switch = stack.enter_context(_namespace(f"pullet-{mark}-switch"))
        hosts = _make_switch(switch, mark)
        yield tuple(
            stack.enter_context(_node(f"node-{index}", f"pullet-{mark}-{index}", switch, str(next(hosts))))
            for index in range(1, count + 1)
        )


@contextmanager
def _node(name: str, namespace: str, switch: str, address: str) -> Iterator[Node]:
    with _namespace(namespace):
        _plug(switch, f"to-{name}", "eth0", namespace)
        _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        with private_engine(name, enter=_enter(namespace, name)) as engine:
            make_images(engine.client)
            yield Node(name, address, engine, namespace, switch)


def _make_switch(switch: str, mark: str) -> Iterator[ipaddress.IPv4Address]:
    """Returns the addresses for nodes; the first of the subnet is this machine's."""
    _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
    _ip("-n", switch, "link", "set", "bridge", "up")
    port = f"pullet-{mark}"
    _plug(switch, "to-host", port, None)
    subnet = _free_subnet(int(mark, 16))
    hosts = subnet.hosts()
    _ip("address", "add", f"{next(hosts)}/{subnet.prefixlen}", "dev", port)
    _ip("link", "set", port, "up")
    return hosts


def _plug(switch: str, port: str, interface: str, namespace: str | None) -> None:
    """A cable from the switch to an interface, which goes with the namespaces at its ends."""
    at = namespace or str(os.getpid())
    _ip("-n", switch, "link", "add", port, "type", "veth", "peer", "name", interface, "netns", at)
    _ip("-n", switch, "link", "set", port, "master", "bridge", "up")


def _free_subnet(start: int) -> ipaddress.IPv4Network:
    taken = _ip("-4", "route", "show", "table", "all")
    candidates = itertools.islice(itertools.cycle(SUBNETS), start % len(SUBNETS), None)
    return next(
        subnet
        for subnet in itertools.islice(candidates, len(SUBNETS))
        if str(subnet.network_address) not in taken
    )


@contextmanager
def _namespace(name: str) -> Iterator[str]:
    _ip("netns", "add", name)
    try:
        _ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        _ip("netns", "delete", name)


def _enter(namespace: str, name: str) -> tuple[str, ...]:
    """Not `ip netns exec`, which would hide /sys/fs/cgroup."""
    return ("nsenter", f"--net=/run/netns/{namespace}", "unshare", "--uts", "sh", "-c", RENAME, name)


def _ip(*arguments: str) -> str:
    done = subprocess.run(("ip", *arguments), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
