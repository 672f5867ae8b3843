"""A story of a golden plan: its YAML into the planner's arguments, and the plan back into text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pullet.decide import decide
from pullet.manifests.reader import Reader
from pullet.model.catalog import Catalog
from pullet.model.memory import Words
from pullet.model.names import InstanceName
from pullet.model.node import Node
from pullet.model.observed import Answer, Attempt, Incarnation, Observed, ObservedContainer, Phase
from pullet.model.placement import Desired
from pullet.model.plan import Plan, Pull
from pullet.model.pod import Pod
from pullet.model.snapshot import File, Revision, Snapshot
from pullet.model.workload import Workload
from pullet.placement import desire

NOW = 1_000_000.0
HERE = Path(__file__).parent

PHASES = {
    "ready": Phase.RUNNING,
    "starting": Phase.RUNNING,
    "busy": Phase.RUNNING,
    "crashing": Phase.RESTARTING,
    "exited": Phase.EXITED,
    "created": Phase.CREATED,
    "paused": Phase.PAUSED,
    "stopping": Phase.REMOVING,
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
        return desire(Revision(commit, trailers=trailers), self.catalog(which), self.node)

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
        words = Words(self.data.get("paused", ""), frozenset(self.data.get("accepted", ())))
        text = str(decide(self.desired("now"), self.observed(), words, NOW))
        for which in ("before", "now"):
            for workload in self.catalog(which).workloads:
                text = text.replace(workload.pod.digest()[:8], f"<{which}>")
        return text

    def observed(self) -> Observed:
        standing = [self._incarnation(name, **how) for name, how in self._standing()]
        return Observed(
            incarnations=tuple(incarnation for incarnation, _ in standing),
            answers={
                one.containers[0].id: Answer(how == "ready", "GET / answered 503") for one, how in standing
            },
            prepared=self._prepared(),
            busy={str(one.instance): "is being started" for one, how in standing if how == "busy"},
            attempts={
                attempt: Attempt(count=3, at=NOW - 1, error=error)
                for attempt, error in self._failed().items()
            },
        )

    def _standing(self) -> list[tuple[str, dict[str, str]]]:
        return [(line["instance"], line) for line in self.data.get("standing", [])]

    def _incarnation(self, name: str, **how: str) -> tuple[Incarnation, str]:
        instance = InstanceName.parse(name)
        workload = self._workload(instance, how.get("of", "before"))
        pod = workload.pod
        container = ObservedContainer(
            id=f"{name} {pod.digest()}",
            name=pod.containers[0].name,
            image=pod.containers[0].image,
            phase=PHASES[how["is"]],
            exit_code=137 if how["is"] in ("exited", "crashing") else 0,
            started_at=NOW - 5,
            readiness=pod.containers[0].readiness,
        )
        incarnation = Incarnation(
            instance, pod.digest(), "0ld", workload.origin.path, pod.restart, (container,), pod.host_ports
        )
        return incarnation, how["is"]

    def _workload(self, instance: InstanceName, which: str) -> Workload:
        return next(one for one in self.catalog(which).workloads if one.name == instance.workload)

    def _pulls(self) -> dict[str, Pull]:
        return {
            container.image: Pull(instance.name, instance.hash, container.image, container.pull, "")
            for assignment in self.desired("now").assignments
            for instance in assignment.instances
            for container in instance.pod.containers
        }

    def _prepared(self) -> frozenset[str]:
        here = self.data.get("here")
        return frozenset(pull.key for image, pull in self._pulls().items() if here is None or image in here)

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
            attempt = self._pulls()[what].attempt if do == "pull" else f"{do} {what} {hashes[what]}"
            found[attempt] = why
        return found


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
