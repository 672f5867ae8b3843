"""The demo as a command: sets the stage, tells the story, and leaves nothing behind, whatever happens."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import signal
import sys
import time
from types import FrameType

from scripts.demo.cleaning import remove
from scripts.demo.engines import choose_engine, make_images
from scripts.demo.eyes import Eyes
from scripts.demo.fleet import COMMANDS, Fleet
from scripts.demo.screen import Screen, screen
from scripts.demo.stage import Stage
from scripts.demo.story import tell
from scripts.demo.traces import Traces, left_behind
from tests.lab.engine import NoEngine

from pullet.model.errors import PulletError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST_LINES = 15
EVERY = "*"


class Interrupted(BaseException):
    """Somebody wants the demo to end now."""


def main() -> int:
    options = arguments()
    shown = screen()
    if options.clean:
        return clean(shown, [one for one in left_behind() if options.clean in {EVERY, str(one.home)}])
    for number in SIGNALS:
        signal.signal(number, interrupt)
    traces = Traces.begin()
    with traces.in_use():
        try:
            return play(shown, traces, options)
        except Interrupted as signalled:
            options.keep = False
            return 128 + int(str(signalled))
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # cleaning up is what they ask for
            if not options.keep:
                end(shown, traces)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make demo", description="Watch three agents follow one repository."
    )
    parser.add_argument("--keep", action="store_true", help="leave it running, and say how to look around")
    parser.add_argument(
        "--clean", nargs="?", const=EVERY, metavar="DIRECTORY", help="remove what earlier demos, or one, left"
    )
    parser.add_argument(
        "--private", action="store_true", help="start an engine of its own in any case (root)"
    )
    return parser.parse_args()


def interrupt(number: int, _: FrameType | None) -> None:
    raise Interrupted(number)


def play(shown: Screen, traces: Traces, options: argparse.Namespace) -> int:
    began = time.monotonic()
    try:
        stage = prepare(shown, traces, options)
    except (PulletError, NoEngine) as error:
        shown.say(f"demo: {error}", "bad")
        return 1
    try:
        tell(stage)
    except AssertionError as error:
        fail(stage, str(error))
        return 1
    finally:
        stage.eyes.client.close()
    shown.say(
        f"\nAll of it came true, seen on the engine itself, in {time.monotonic() - began:.0f} s.", "good"
    )
    if options.keep:
        say_how_to_look(stage, traces)
    return 0


def prepare(shown: Screen, traces: Traces, options: argparse.Namespace) -> Stage:
    """Engine, images, repository, agents; each is in the traces before it is made."""
    shown.say("Three agents follow one Git repository.", "title")
    engine = choose_engine(traces, private=options.private)
    whose = "of the demo's own" if engine.private else "that was here; only what the demo makes is touched"
    shown.say(f"   engine: {engine.url}, {whose}")
    # Other agents on an engine that is not ours may have the names of the example.
    fleet = Fleet.of_the_example(traces.home, "" if engine.private else f"-{secrets.token_hex(2)}")
    traces.nodes = [agent.node for agent in fleet.agents]
    make_images(engine.client, traces)
    for agent in fleet.agents:
        agent.configure(fleet.work.bare, engine.url)
        agent.start()
        shown.say(f"   $ pullet run --config {agent.settings} &", "command")
    shown.say(f"   all that follows is typed in {fleet.work.path}")
    return Stage(shown, fleet, Eyes(engine.client, traces.nodes))


def fail(stage: Stage, because: str) -> None:
    stage.screen.say(f"\n✘ This did not come true: {because}", "bad")
    for agent in stage.fleet.agents:
        stage.screen.say(f"\n   the last of what {agent.node} logged:", "bad")
        for line in agent.log.read_text(errors="replace").splitlines()[-LAST_LINES:]:
            stage.screen.say(f"     {line}", "output")


def say_how_to_look(stage: Stage, traces: Traces) -> None:
    stage.screen.say("\nIt is left running. Look around:", "title")
    stage.screen.say(f"   cd {stage.fleet.work.path}    # change something, commit, git push")
    for agent in stage.fleet.agents:
        stage.screen.say(f"   http://{agent.listen}/    # {agent.node}; its log: tail -f {agent.log}")
    here = f"{COMMANDS}/pullet"
    stage.screen.say(f"   {here} status --repo {stage.fleet.work.bare}")
    stage.screen.say(f"   {here} status --config {stage.fleet.agents[0].settings}")
    stage.screen.say(f"   docker -H {traces.engine} ps --filter label=pullet.dev/node")
    stage.screen.say("and when you have seen enough, from any shell: make demo CLEAN=1")


def end(shown: Screen, traces: Traces) -> None:
    """A terminal that is gone is no reason to leave something behind."""
    with contextlib.suppress(OSError):
        shown.say("\nCleaning up: agents, containers, networks, images and directories of the demo.")
    remove(traces)


def clean(shown: Screen, found: list[Traces]) -> int:
    """Of demos that run now nothing is touched."""
    if not found:
        shown.say("no demo has left anything")
    for traces in found:
        try:
            with traces.in_use():
                remove(traces)
                shown.say(f"removed the demo in {traces.home}")
        except BlockingIOError:
            shown.say(f"left alone: the demo in {traces.home} is running")
        except NoEngine as error:
            shown.say(f"kept: the demo in {traces.home}: {error}", "bad")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
