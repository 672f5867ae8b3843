"""The command line: one file a verb, thin. A verb imports what it needs when it runs, so that `--help` stays quick."""

from pullet.cli.app import main

__all__ = ["main"]
