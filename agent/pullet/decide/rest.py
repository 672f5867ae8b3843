"""What may be passed over, as nearly all of a node may in nearly every tick: nobody has to go through the rules for it.

It only ever saves time. What rests by this is what the rules have no step and no wait for; tests hold the two together.
"""

from __future__ import annotations

from pullet.decide.heal import unfinished
from pullet.decide.scene import Scene
from pullet.model.placement import Assignment, Instance


def rests(instance: Instance, assignment: Assignment, scene: Scene) -> bool:
    """Whether nothing stands of it but what is wanted, and that is whole, well, and as it was made."""
    standing = scene.incarnations(instance.name)
    return (
        len(standing) == 1
        and standing[0].hash == instance.hash
        and not assignment.workload.after
        and not [one for one in standing[0].containers if one.drift]
        and not scene.busy(instance.name)
        and scene.health(standing[0]).good
        and not unfinished(instance.pod, standing[0])
    )
