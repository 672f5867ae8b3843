"""The door for Compose files: `load` gathers a project in canonical long form, `convert` makes workloads of it."""

from __future__ import annotations

from dataclasses import replace

from pullet.manifests.compose.convert import convert
from pullet.manifests.compose.load import load
from pullet.manifests.declared import Reading
from pullet.model.snapshot import File, Tree


def read(file: File, tree: Tree, *, partial: bool = False) -> Reading:
    """What one Compose file declares, together with all files of the tree that it refers to.

    With `partial`, those that are not there are no mistakes.
    """
    loaded = load(file, tree, partial=partial)
    reading = Reading(problems=loaded.problems, left_alone=True) if loaded.part_of else convert(loaded)
    return replace(reading, looked_at=loaded.looked_at, parts=loaded.parts)
