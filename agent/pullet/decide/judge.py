"""What the node finds out by watching: the verdicts that outlive the agent. Pure."""

from __future__ import annotations

from dataclasses import replace

from pullet.decide.runs import tally
from pullet.decide.scene import Scene
from pullet.decide.shedding import to_be_shed
from pullet.decide.staying import declared_to_stay
from pullet.decide.verdict import weigh
from pullet.model.lifetime import Endless
from pullet.model.memory import Memory
from pullet.model.verdict import Record


def judge(scene: Scene) -> Memory:
    """What is to be remembered from now on; recorded before anything is done because of it."""
    if scene.desired.hold:
        return scene.memory
    scene = replace(scene, memory=tally(scene))
    found = {
        str(one.workload.name): weigh(one, scene)
        for one in scene.desired.assignments
        if isinstance(one.workload.lifetime, Endless)
    }
    kept = {name: record for name, record in scene.memory.records.items() if name not in found}
    records = {**_still_known(kept, scene), **found}
    memory = replace(scene.memory, records=records, kept=declared_to_stay(scene), shed=to_be_shed(scene))
    return scene.memory if memory == scene.memory else memory


def _still_known(records: dict[str, Record], scene: Scene) -> dict[str, Record]:
    """What is not declared here any more is forgotten with the last of its containers, and not before."""
    catalog = scene.desired.catalog
    if catalog.unreadable:
        return records
    alive = {str(one) for one in catalog.refused} | {
        str(one.instance.workload) for one in scene.observed.incarnations
    }
    return {name: record for name, record in records.items() if name in alive}
