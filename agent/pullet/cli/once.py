"""`pullet once`: converge until settled, and say whether it did."""

from __future__ import annotations

from typing import Annotated

import typer

from pullet.cli.options import Config


def once(
    config: Config = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long to try at most.")] = 300.0,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log each step as the agent does.")
    ] = False,
) -> int:
    """Converge until settled or the time is over.

    Exit 0 only if the newest revision was fetched and all of it is ready here. It ends as soon as nothing more
    would happen by itself.
    """
    from pullet.cli.converge import converge
    from pullet.logs import silence, speak
    from pullet.settings import load_settings

    (speak if verbose else silence)()
    return 0 if converge(load_settings(config), timeout) else 1
