"""`pullet doctor`: what is wrong on this node, and what to do about it."""

from __future__ import annotations

import typer

from pullet.cli.options import Config, Format, Output


def doctor(config: Config = None, output: Output = Format.TABLE) -> int:
    """Find what is wrong on this node, and say what to do.

    Looks at the settings, the policy, the disk, the engine, the repository, the clock, the right to push notes, and
    the agent. Exit 1 when something is bad; a warning is not.
    """
    from pullet.cli.examine import Level, examine
    from pullet.cli.output import data
    from pullet.logs import silence

    silence()
    findings = list(examine(config))
    if output is Format.TABLE:
        for one in findings:
            typer.echo(f"{one.level:<4}  {one.subject:<11}  {one.message}")
            if one.hint:
                typer.echo(f"{'':19}→ {one.hint}")
    else:
        data(
            {
                "findings": [
                    {
                        "level": str(one.level),
                        "subject": one.subject,
                        "message": one.message,
                        "hint": one.hint,
                    }
                    for one in findings
                ]
            },
            output,
        )
    return 1 if any(one.level is Level.BAD for one in findings) else 0
