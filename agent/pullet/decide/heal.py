"""What an incarnation that is to stay needs right now."""

from __future__ import annotations

from pullet.decide.health import Condition
from pullet.decide.scene import Move, Scene
from pullet.model.observed import Incarnation
from pullet.model.plan import Remove, Revive, Wait


def heal(one: Incarnation, scene: Scene) -> Move | None:
    """One step or wait, or None where all is well."""
    if busy := scene.busy(one.instance):
        return Wait(one.instance, busy)
    found = scene.health(one)
    match found.condition:
        case Condition.READY | Condition.COMPLETED:
            return None
        case Condition.STOPPED:
            return scene.unless_too_soon(Revive(one, found.because))
        case Condition.GONE:
            return scene.unless_too_soon(Remove(one, f"{found.because}; what is left of it goes"))
        case _:
            return Wait(one.instance, found.because, found.until)
