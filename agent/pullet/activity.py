"""What the agent does, waits for and did lately: for `/activity`, where `pullet describe` and `rollout status` ask."""

from __future__ import annotations

from pullet.decide import rollouts
from pullet.diary import Diary
from pullet.loop import Tick
from pullet.model.names import InstanceName
from pullet.model.report import timestamp


def activity(diary: Diary, tick: Tick, workload: str) -> dict[str, object]:
    """Of one workload, or of all where none is named; then without what happened, which is much."""

    def is_meant(instance: InstanceName) -> bool:
        return workload in ("", str(instance.workload))

    plan = tick.plan
    found = rollouts(tick.scene, tick.report) if tick.scene else ()
    return {
        "node": plan.node,
        "commit": plan.revision,
        "rollouts": [one.as_dict() for one in found if workload in ("", one.workload)],
        "steps": [
            {"do": step.do, "instance": str(step.instance), "because": step.because}
            for step in plan.steps
            if is_meant(step.instance)
        ],
        "waits": [
            {
                "instance": str(wait.instance),
                "because": wait.because,
                "until": None if wait.until is None else timestamp(wait.until),
            }
            for wait in plan.waits
            if is_meant(wait.instance)
        ],
        "events": diary.of(workload),
    }
