"""What an act of the story works with: to say, to do as a person does, and to wait until it is true."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from scripts.demo.eyes import Eyes
from scripts.demo.fleet import Fleet
from scripts.demo.screen import Screen
from tests.lab.wait import eventually

PATIENCE = 45.0
"""Seconds for anything to come true; all of it takes a few."""


@dataclass(slots=True)
class Stage:
    screen: Screen
    fleet: Fleet
    eyes: Eyes
    acts: int = 0

    def act(self, title: str, *words: str) -> None:
        self.acts += 1
        self.screen.say(f"\n{self.acts}. {title}", "title")
        for line in words:
            self.screen.say(f"   {line}")
        self.screen.pause()

    def types(self, command: str, *, fails: bool = False, shows: Callable[[str], str] = str) -> str:
        """A command in the checkout, shown with its output; AssertionError where it ends as it should not."""
        self.screen.say(f"   $ {command}", "command")
        done = self.fleet.say(command)
        output = done.stdout.rstrip()
        for line in shows(output).splitlines():
            self.screen.say(f"     {line}", "output")
        assert (done.returncode != 0) == fails, (
            f"`{command}` ended with exit code {done.returncode}: {output}"
        )
        return output

    def until(self, condition: Callable[[], object], what: str) -> float:
        """Waits for it; how many seconds it took. AssertionError where it does not come true."""
        began = time.monotonic()
        eventually(condition, PATIENCE, what)
        return time.monotonic() - began

    def proves(self, fact: str) -> None:
        """Said only of what was seen on the engine or in the repository."""
        self.screen.say(f"   ✔ {fact}", "good")
        self.screen.pause()

    def agents_say(self, state: str) -> Callable[[], bool]:
        """Whether every agent is in this state at the commit that is checked out now."""
        head = self.fleet.work.head
        return lambda: all(
            status.get("commit") == head and status["state"] == state
            for status in (agent.status() for agent in self.fleet.agents)
        )
