"""How workloads and instances are named, everywhere: labels, plans, notes, messages.

They are tuples because nothing is compared and looked up as often as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from pullet.model.errors import Refused


class WorkloadName(NamedTuple):
    """`namespace/Kind/name`; for Compose, `project/Service/service`."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> WorkloadName:
        parts = text.split("/")
        if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - namespace, kind, name
            raise Refused(f"{text!r} is not a workload's name", hint="write it as namespace/Kind/name")
        return cls(*parts)


class InstanceName(NamedTuple):
    """`namespace/Kind/name#ordinal`; the ordinal of a per-node workload is the node's name."""

    workload: WorkloadName
    ordinal: str

    def __str__(self) -> str:
        return f"{self.workload}#{self.ordinal}"

    @property
    def pod(self) -> str:
        """The pod's name as other tools show it: `web-0`, and a bare Pod's own name."""
        if self.workload.kind == "Pod":
            return self.workload.name
        return f"{self.workload.name}-{self.ordinal}"

    @property
    def number(self) -> str:
        """Which of its like it is: the ordinal, and of a scheduled run what stands behind its time."""
        if self.workload.kind == "CronJob":
            return self.ordinal.partition("-")[2] or "0"
        return self.ordinal

    @property
    def sort_key(self) -> tuple[WorkloadName, int, str]:
        """Orders `#2` before `#10`."""
        return self.workload, int(self.ordinal) if self.ordinal.isdigit() else -1, self.ordinal

    @classmethod
    def parse(cls, text: str) -> InstanceName:
        workload, mark, ordinal = text.rpartition("#")
        if not mark or not ordinal:
            raise Refused(
                f"{text!r} is not an instance's name", hint="write it as namespace/Kind/name#ordinal"
            )
        return cls(WorkloadName.parse(workload), ordinal)
