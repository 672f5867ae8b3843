"""When an incarnation has shown that it works: ready, and for long enough."""

from __future__ import annotations

from pullet.decide.scene import Scene
from pullet.model.observed import Incarnation, ObservedContainer, Role
from pullet.model.plan import Wait
from pullet.model.workload import Workload

PROOF = 5.0
"""Seconds that a container that nobody asks must stay up to have proven itself."""


def proven(one: Incarnation, workload: Workload, scene: Scene) -> bool:
    """It does what it should, and has done so for long enough."""
    return scene.health(one).good and still_proving(one, workload, scene) is None


def still_proving(one: Incarnation, workload: Workload, scene: Scene) -> Wait | None:
    """What is ready must stay so; without a probe, to have stayed up for a moment is the only proof.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds
    """
    serving = [each for each in one.containers if each.role in (Role.MAIN, Role.SIDECAR)]
    until = max((_proven_at(each, workload.min_ready or 0.0, scene) for each in serving), default=0.0)
    if scene.now >= until:
        return None
    return Wait(one.instance, f"the old one goes when {one.hash[:8]} has stayed up long enough", until)


def _proven_at(one: ObservedContainer, min_ready: float, scene: Scene) -> float:
    """In seconds since the epoch. Where the engine asks, nobody knows since when it is content."""
    answer = scene.observed.answers.get(one.id)
    began = (one.started_at or scene.now) if answer is None or answer.since is None else answer.since
    if began > scene.now:  # the clock was set back since
        return 0.0
    asked = one.readiness is not None or bool(one.health)
    return began + (min_ready if asked else max(PROOF, min_ready))
