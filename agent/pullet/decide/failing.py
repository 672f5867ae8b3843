"""What failed of what an instance still needs: told in reports, and held against a specification on trial. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pullet.decide.backoff import next_try
from pullet.decide.health import times
from pullet.decide.scene import Scene
from pullet.model.observed import Attempt, Incarnation
from pullet.model.placement import Instance
from pullet.model.plan import Mend, Revive, Start, Step, pulls

PATIENCE = 10.0
"""Seconds for which a tick may be late that is to try again what failed."""


def failing(instance: Instance, standing: Incarnation | None, scene: Scene) -> Iterator[str]:
    """In words, the first step first; `standing` is what stands of the wanted specification."""
    return (_in_words(step, attempt) for step, attempt in _failed(instance, standing, scene))


def stuck(instance: Instance, standing: Incarnation | None, scene: Scene) -> Iterator[str]:
    """What keeps failing: a single failure that may pass by itself is no news."""
    for step, attempt in _failed(instance, standing, scene):
        if attempt.refused or attempt.count > 1:
            yield _in_words(step, attempt)


def _failed(instance: Instance, standing: Incarnation | None, scene: Scene) -> Iterator[tuple[Step, Attempt]]:
    for step in _needed(instance, standing, scene):
        attempt = scene.observed.attempts.get(step.attempt)
        if attempt and attempt.error and _is_to_be_repeated(step, attempt, scene):
            yield step, attempt


def _is_to_be_repeated(step: Step, attempt: Attempt, scene: Scene) -> bool:
    """Or is; what is overdue by now waits for something else, and what a person asked for is yet to be tried."""
    if attempt.at <= scene.asked_again(step.instance.workload):
        return False
    running = scene.busy(step.instance) or step.key in scene.observed.busy
    return bool(running) or scene.now <= next_try(attempt) + PATIENCE


def _needed(instance: Instance, standing: Incarnation | None, scene: Scene) -> Iterator[Step]:
    """An image that failed to come may be here by now, as another workload needed it, too."""
    if standing is not None and scene.health(standing).good:
        if any(one.drift for one in standing.containers):
            yield Mend(standing, instance, "")
        return
    yield from (pull for pull in pulls(instance) if pull.key not in scene.observed.prepared)
    yield Start(instance, "", "")
    if standing is not None:
        yield Revive(standing, "")


def _in_words(step: Step, attempt: Attempt) -> str:
    return f"{step.do} failed {times(attempt.count)}: {attempt.error}"
