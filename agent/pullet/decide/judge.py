"""What the node finds out by watching: the verdicts that outlive the agent. Pure."""

from __future__ import annotations

from pullet.decide.scene import Scene
from pullet.model.memory import Memory


def judge(scene: Scene) -> Memory:
    """What is to be remembered from now on; recorded before anything is done because of it."""
    return scene.memory
