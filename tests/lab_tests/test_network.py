"""Root's tests are by themselves on the network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

SHOW = "import socket; print(sorted(name for _, name in socket.if_nameindex()))"
LEAVE = f"from tests.lab.network import leave_the_network; leave_the_network(); {SHOW}"


def test_loopback_is_all_there_is() -> None:
    """Who leaves the network sees no interface but its own loopback, which is up."""
    done = subprocess.run((sys.executable, "-c", LEAVE), check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "['lo']"


def test_a_way_out_does_not_exist() -> None:
    """A test that would reach for the world fails at once, wherever it is run."""
    with pytest.raises(OSError, match="unreachable"), socket.create_connection(("192.0.2.1", 443), timeout=5):
        pass
