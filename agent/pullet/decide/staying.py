"""What stays although nobody declares it any more: what was declared with `pullet.dev/prune: "false"`.

The ledger knows what was said last, also where it was said after the containers were made; their labels know it where
the ledger was lost, as absence of information never deletes.
"""

from __future__ import annotations

from collections.abc import Mapping

from pullet.decide.scene import Scene
from pullet.model.memory import Memory
from pullet.model.observed import Incarnation


def stays(one: Incarnation, memory: Memory) -> bool:
    return memory.kept.get(str(one.instance.workload), one.kept)


def declared_to_stay(scene: Scene) -> Mapping[str, bool]:
    """What is to be remembered of the workloads that stand here; the others need it when they stand."""
    made_so = {one.instance.workload for one in scene.observed.incarnations if one.kept}
    declared = {one.name: one.kept for one in scene.desired.catalog.workloads}
    said = {}
    for name in {one.instance.workload for one in scene.observed.incarnations}:
        last = declared[name] if name in declared else scene.memory.kept.get(str(name))
        if last or (last is not None and name in made_so):
            said[str(name)] = last
    return said
