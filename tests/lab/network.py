"""A network of this process's own: no other engine's firewall, no port that is taken, and no way out."""

from __future__ import annotations

import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
"""https://man7.org/linux/man-pages/man2/unshare.2.html; Python has a word for it from 3.12 on."""


def leave_the_network() -> None:
    """Loopback only, for this thread and what it starts from now on. Raises PermissionError where that may not be.

    A dockerd that starts sets up the chains of its network's firewall anew, also those that another one works with.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "a network of one's own")
    subprocess.run(("ip", "link", "set", "lo", "up"), check=True)
