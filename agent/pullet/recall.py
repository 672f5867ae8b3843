"""What a verdict needs from outside: the specification to go back to, and what the failed one said last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from pullet.decide import Scene, culprit, to_recall
from pullet.model.catalog import Catalog
from pullet.model.memory import Memory
from pullet.model.names import WorkloadName
from pullet.model.pod import Pod
from pullet.model.snapshot import Snapshot
from pullet.model.verdict import Failed
from pullet.model.volumes import Files
from pullet.model.workload import Workload

log = structlog.get_logger()

SHORTEST_SECRET = 4
"""Characters; shorter values would blacken every other word."""


class Archive(Protocol):
    """Commits of the past. Never waits for the network."""

    def keep(self, commits: Collection[str]) -> None:
        """These are needed, and all others are not."""

    def at(self, commit: str) -> Snapshot | None:
        """None where it is not to be had any more."""


@dataclass(slots=True)
class Recall:
    """`read` and `bound` are the loop's own: what the node's policy does not allow now does not come back."""

    read: Callable[[Snapshot], Catalog]
    bound: Callable[[Catalog, AbstractSet[WorkloadName]], Catalog]
    archive: Archive
    _read: dict[str, Catalog] = field(default_factory=dict, init=False)

    def workloads(self, scene: Scene) -> Mapping[WorkloadName, Workload]:
        """Those that have to go back, as they were declared when they were good."""
        records = scene.memory.records.values()
        self.archive.keep({record.good.commit for record in records if record.good and record.good.commit})
        wanted = to_recall(scene.desired, scene.memory)
        commits = {good.commit for good in wanted.values()}
        self._read = {commit: catalog for commit, catalog in self._read.items() if commit in commits}
        found = {name: self._declared(name, good.commit) for name, good in wanted.items()}
        return {name: workload for name, workload in found.items() if workload}

    def _declared(self, name: WorkloadName, commit: str) -> Workload | None:
        if commit not in self._read:
            snapshot = self.archive.at(commit)
            self._read[commit] = self.read(snapshot) if snapshot else Catalog()
        allowed = self.bound(self._read[commit], frozenset({name}))
        return next((one for one in allowed.workloads if one.name == name), None)


def with_last_words(scene: Scene, memory: Memory, last_words: Callable[[str], str]) -> Memory:
    """`memory` with what the containers of the newly failed said at the end, without their secrets.

    `last_words` gives the end of a container's log by its id.
    """
    heard = dict(memory.records)
    for assignment in scene.desired.assignments:
        name = str(assignment.workload.name)
        record = heard.get(name)
        before = scene.memory.records.get(name)
        if record is None or record.failed is None or (before and before.failed == record.failed):
            continue
        worst = culprit(assignment, scene)
        said = _without_secrets(last_words(worst.id), assignment.workload.pod) if worst else ""
        failed = replace(record.failed, evidence=said)
        heard[name] = replace(record, failed=failed)
        _tell(name, failed)
    return replace(memory, records=heard)


def _tell(name: str, failed: Failed) -> None:
    log.error(
        "rollout_failed",
        workload=name,
        hash=failed.hash[:8],
        commit=failed.commit[:10],
        because=failed.because,
        last_words=failed.evidence,
    )


def _without_secrets(text: str, pod: Pod) -> str:
    for secret in sorted(_secrets(pod), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _secrets(pod: Pod) -> Iterator[str]:
    for container in pod.all_containers():
        texts: list[object] = [variable.value for variable in container.env if variable.secret]
        for mount in container.mounts:
            if isinstance(mount.source, Files) and mount.source.secret:
                texts += [one.content for one in mount.source.files]
        for text in texts:
            yield from (line for line in _lines(text) if len(line) >= SHORTEST_SECRET)


def _lines(text: object) -> list[str]:
    known = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [line.strip() for line in known.splitlines()] if isinstance(known, str) else []
