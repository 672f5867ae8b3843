"""Blue/green: the whole new set stands beside the old until it is to serve alone. Pure."""

from __future__ import annotations

from pullet.decide.newcomers import Newcomers
from pullet.model.replacement import BlueGreen


def not_yet(how: BlueGreen, green: Newcomers) -> str:
    """Why the old ones stay for now; empty when they may go, all together."""
    come = len(green.proven)
    if come < green.total:
        return f"the old ones stay until all of {green.short} are ready: {come} of {green.total} are"
    return f"all of {green.short} are ready; {word}" if (word := awaited(how, green)) else ""


def awaited(how: BlueGreen, green: Newcomers) -> str:
    """What is asked of a person now; empty where nothing is."""
    if not (how.manual and green.replace_others and green.have_come(green.total)):
        return ""
    return "" if green.promoted(green.since(green.total), how.promoted) else green.wanted_word
