"""`pullet run`: the agent."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config


def run(
    config: Config = None,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log JSON lines instead of text.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log also what is usually not news.")
    ] = False,
) -> None:
    """Run the agent until it is told to stop.

    No container stops with it. This is what the service runs; `pullet install` sets it up.
    """
    import logging

    from pullet import agent
    from pullet.diary import Diary
    from pullet.logs import configure
    from pullet.settings import load_settings

    diary = Diary()
    configure(as_json=log_json, level=logging.DEBUG if verbose else logging.INFO, listeners=[diary])
    agent.run(load_settings(config), diary)
