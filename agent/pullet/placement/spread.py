"""Replicas over nodes: evenly, and so that little moves when a node comes or goes.

A replica prefers nodes in an order of its own, by rendezvous hashing, and takes the first that has room. Whole
rounds (as many replicas as there are nodes, times k) may choose freely while a node has fewer than k; the rest, a
round that is not full, goes to different nodes. So counts differ by at most one, a replica more moves no other
unless it completes a round, and a new node takes about its fair share.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence


def spread(replicas: Sequence[str], nodes: Sequence[str]) -> dict[str, str]:
    """The node of each replica; the answer depends on the names alone, not on their order of `nodes`."""
    rounds = len(replicas) // len(nodes)
    free_choice = rounds * len(nodes)
    load: Counter[str] = Counter()
    chosen: dict[str, str] = {}
    for index, replica in enumerate(replicas):
        room = rounds if index < free_choice else rounds + 1
        open_nodes = [node for node in nodes if load[node] < room]
        chosen[replica] = max(open_nodes, key=lambda node: (preference(replica, node), node))
        load[chosen[replica]] += 1
    return chosen


def preference(replica: str, node: str) -> int:
    """Highest random weight (Thaler and Ravishankar, 1998)."""
    return int.from_bytes(hashlib.sha256(f"{replica}@{node}".encode()).digest()[:8], "big")
