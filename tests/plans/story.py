"""A story of a golden plan: its YAML into the planner's arguments, and the plan back into text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from pullet.decide import Scene, decide, fall_back, judge
from pullet.decide.canary import question_key
from pullet.engine.spec import parts
from pullet.manifests.reader import Reader
from pullet.model.catalog import Catalog
from pullet.model.inspection import Inspected
from pullet.model.lifetime import Scheduled
from pullet.model.memory import Memory, Words
from pullet.model.names import InstanceName
from pullet.model.node import Node
from pullet.model.observed import (
    UNNAMED,
    Answer,
    Attempt,
    Drift,
    Incarnation,
    Observed,
    ObservedContainer,
    Phase,
    Role,
)
from pullet.model.placement import Desired
from pullet.model.plan import Plan, Pull
from pullet.model.pod import Container, Pod
from pullet.model.run import Outcome, Run, Timetable, Tries
from pullet.model.snapshot import File, Revision, Snapshot
from pullet.model.verdict import Failed, Good, Record, Trial
from pullet.model.workload import Workload
from pullet.placement import desire

NOW = 1_000_000.0
HERE = Path(__file__).parent

PHASES = {
    "ready": Phase.RUNNING,
    "not-live": Phase.RUNNING,
    "not-started": Phase.RUNNING,
    "starting": Phase.RUNNING,
    "busy": Phase.RUNNING,
    "crashing": Phase.RESTARTING,
    "exited": Phase.EXITED,
    "created": Phase.CREATED,
    "paused": Phase.PAUSED,
    "stopping": Phase.REMOVING,
    "done": Phase.EXITED,
    "stranded": Phase.RUNNING,
}


@dataclass(frozen=True)
class Story:
    """One document of one file."""

    file: Path
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file.stem}: {self.data['story']}"

    @property
    def node(self) -> Node:
        return Node(self.data.get("node", "edge-1"), self.data.get("labels", {}))

    def desired(self, which: str) -> Desired:
        commit = {"before": "0ld0000000", "now": "new0000000"}[which]
        trailers = self.data.get("trailers", {}) if which == "now" else {}
        desired = desire(Revision(commit, trailers=trailers), self.catalog(which), self.node)
        return replace(desired, drift=self.data.get("drift", "repair"))

    def catalog(self, which: str) -> Catalog:
        files = self.data.get(which, {})
        texts = {"manifests.yaml": files} if isinstance(files, str) else files
        snapshot = Snapshot(
            Revision(which),
            tuple(File(path, f"{which}:{path}", text.encode()) for path, text in sorted(texts.items())),
        )
        return Reader().read(snapshot)

    def plan(self) -> str:
        """The plan's text, with the hashes replaced by the revision they belong to."""
        words = Words(
            self.data.get("paused", ""),
            frozenset(self.data.get("accepted", ())),
            dict.fromkeys(self.data.get("retried", ()), NOW),
            dict.fromkeys(self.data.get("promoted", ()), NOW),
        )
        text = str(decide(self._judged(Scene(self.desired("now"), self.observed(), NOW, words))))
        for which in ("before", "now"):
            for workload in self.catalog(which).workloads:
                text = text.replace(workload.pod.digest()[:8], f"<{which}>")
        return text

    def _judged(self, scene: Scene) -> Scene:
        """With what is remembered, the verdicts of now, and what they make of what is wanted."""
        scene = replace(scene, memory=Memory(records=self._records(), **self._runs(scene.desired)))
        scene = replace(scene, memory=judge(scene))
        before = {one.name: one for one in self.catalog("before").workloads}
        return replace(scene, desired=fall_back(scene.desired, scene.memory, before))

    def _runs(self, desired: Desired) -> dict[str, Any]:
        """What is remembered of Jobs and CronJobs; times are so many seconds ago."""
        hashes = {str(one.workload.name): one.instances[0].hash for one in desired.assignments}
        there = {each.id: 1 for one in self.observed().incarnations for each in one.containers}
        seen = self.data.get("seen", {})
        lifetimes = {str(one.workload.name): one.workload.lifetime for one in desired.assignments}
        return {
            "runs": {
                name if "@" in name else f"{name} {hashes[name]}": _run(there, **known)
                for name, known in self.data.get("runs", {}).items()
            },
            "timetables": {
                name: Timetable(f"{lifetime.zone} {lifetime.schedule}".strip(), NOW - seen[name])
                for name, lifetime in lifetimes.items()
                if name in seen and isinstance(lifetime, Scheduled)
            },
        }

    def _records(self) -> dict[str, Record]:
        """Of each workload that was there before: good, and what became of the new one since."""
        was = {one.name: one.pod.digest() for one in self.catalog("before").workloads}
        now = {one.name: one.pod.digest() for one in self.catalog("now").workloads}
        return {
            str(name): Record(
                Good(was[name], "0ld0000000", NOW - 3600),
                *self._tried(now[name]),
            )
            for name in was.keys() & now.keys()
            if was[name] != now[name] and self.data.keys() & {"quarantined", "tried"}
        }

    def _tried(self, wanted: str) -> tuple[Failed | None, Trial | None]:
        if because := self.data.get("quarantined"):
            return Failed(wanted, "new0000000", NOW - 60, because), None
        since = NOW - self.data["tried"]
        return None, Trial(wanted, since, mark=9, stalled=since)

    def observed(self) -> Observed:
        standing = [self._incarnation(name, **how) for name, how in self._standing()]
        return Observed(
            incarnations=tuple(incarnation for incarnation, _ in standing),
            answers={
                container.id: _answer(how)
                for one, phases in standing
                for container, how in zip(one.containers, phases, strict=True)
            },
            prepared=self._prepared(),
            busy={str(one.instance): "is being started" for one, phases in standing if "busy" in phases},
            attempts={
                attempt: Attempt(count=3, at=NOW - 1, error=error)
                for attempt, error in self._failed().items()
            },
            inspected=self._inspected(),
        )

    def _inspected(self) -> dict[str, Inspected]:
        """What a check last said of each new specification."""
        said = self.data.get("check")
        known = [question_key(one) for one in self.desired("now").assignments] if said else []
        return dict.fromkeys(
            known, Inspected(passed=said == "passed", failed=said != "passed", message=said or "")
        )

    def _standing(self) -> list[tuple[str, dict[str, Any]]]:
        return [(line["instance"], line) for line in self.data.get("standing", [])]

    def _incarnation(self, name: str, **how: Any) -> tuple[Incarnation, tuple[str, ...]]:
        """With how each of its containers is."""
        instance = InstanceName.parse(name)
        workload = self._workload(instance, how.get("of", "before"))
        pod = workload.pod
        phases = how["is"] if isinstance(how["is"], dict) else {pod.containers[0].name: how["is"]}
        incarnation = Incarnation(
            instance,
            pod.digest(),
            "0ld",
            workload.origin.path,
            pod.restart,
            tuple(
                replace(_container(name, pod, part, phase), drift=_drift(how), **_lately(how))
                for part, phase in phases.items()
            ),
            pod.host_ports,
            tuple(one.name for one in pod.containers) if pod.has_sandbox else (),
            tuple(one.workload for one in workload.after),
            workload.kept,
        )
        return incarnation, tuple(phases.values())

    def _workload(self, instance: InstanceName, which: str) -> Workload:
        return next(one for one in self.catalog(which).workloads if one.name == instance.workload)

    def _pulls(self, which: str) -> dict[str, Pull]:
        return {
            container.image: Pull(instance.name, instance.hash, container.image, container.pull, "")
            for assignment in self.desired(which).assignments
            for instance in assignment.instances
            for container in instance.pod.all_containers()
        }

    def _prepared(self) -> frozenset[str]:
        here = self.data.get("here")
        return frozenset(
            pull.key
            for which in ("before", "now")
            for image, pull in self._pulls(which).items()
            if here is None or image in here
        )

    def _failed(self) -> dict[str, str]:
        """`pull IMAGE: why` and `start INSTANCE: why`."""
        found = {}
        hashes = {
            str(instance.name): instance.hash
            for assignment in self.desired("now").assignments
            for instance in assignment.instances
        }
        for line, why in self.data.get("failed", {}).items():
            do, _, what = line.partition(" ")
            attempt = self._pulls("now")[what].attempt if do == "pull" else f"{do} {what} {hashes[what]}"
            found[attempt] = why
        return found


def _answer(how: str) -> Answer:
    return Answer(how == "ready", "GET / answered 503", live=how != "not-live", started=how != "not-started")


def _container(instance: str, pod: Pod, name: str, phase: str) -> ObservedContainer:
    """One container of the pod; `sandbox` is the one that holds its network."""
    found = next(((one.container, one.role) for one in parts(pod) if one.container.name == name), None)
    spec, role = found or (Container("POD", ""), Role.SANDBOX)
    return ObservedContainer(
        id=f"{instance} {pod.digest()} {name}",
        name=spec.name,
        image=spec.image,
        phase=PHASES[phase],
        exit_code=137 if phase in ("exited", "crashing") else 0,
        readiness=spec.readiness,
        liveness=spec.liveness,
        startup=spec.startup,
        role=role,
        stranded=phase == "stranded",
    )


def _lately(how: dict[str, Any]) -> dict[str, Any]:
    """Since how many seconds it runs, and how often the engine has started it again since it was made."""
    return {"started_at": NOW - how.get("since", 5), "restarts": how.get("restarts", 0)}


def _drift(how: dict[str, Any]) -> tuple[Drift, ...]:
    mendable = (Drift(words, words, in_place=True) for words in how.get("changed", ()))
    unnamed = (Drift(UNNAMED, "it lacks names", in_place=True),) if how.get("unnamed") else ()
    return (*unnamed, *mendable, *(Drift(words, words) for words in how.get("differs", ())))


def _run(
    there: dict[str, int],
    began: float,
    *,
    ended: float | None = None,
    failures: int = 0,
    failed: float = 0,
    outcome: str = "",
    **known: Any,
) -> Run:
    """What is `there` has been counted where anything has."""
    return Run(
        NOW - began,
        None if ended is None else NOW - ended,
        Outcome(outcome),
        tries={"0": Tries(failures, at=NOW - failed)} if failures else {},
        seen=there if failures else {},
        **known,
    )


def stories() -> list[Story]:
    return [
        Story(file, data)
        for file in sorted(HERE.glob("*.yaml"))
        for data in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def plan_of(text: str) -> list[str]:
    """Lines with their spaces folded, so that a column's width is no part of the claim."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


__all__ = ["Plan", "Pod", "Story", "plan_of", "stories"]
