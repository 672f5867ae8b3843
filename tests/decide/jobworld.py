"""Jobs and CronJobs on the node without threads."""

from __future__ import annotations

from pullet.model.lifetime import Finite, Hook, Scheduled
from pullet.model.names import InstanceName, WorkloadName
from pullet.model.pod import Container, Pod, Restart
from pullet.model.problem import Origin
from pullet.model.workload import Fixed, Workload
from pullet.testing.script import Crash
from tests.decide.world import World

SUCCESS, FAILURE = 0, 3


def job(
    name: str = "migrate",
    image: str = "job:1",
    lifetime: Finite | None = None,
    *,
    restart: Restart = Restart.NEVER,
    hook: Hook | None = None,
    beside: tuple[Container, ...] = (),
) -> Workload:
    made = lifetime or Finite()
    return Workload(
        WorkloadName("shop", "Job", name),
        Origin(f"{name}.yaml"),
        Fixed(made.pods),
        Pod((Container("main", image),), init=beside, restart=restart),
        lifetime=made,
        hook=hook,
    )


def cron(schedule: str, image: str = "job:1", run: Finite | None = None, **policy: object) -> Workload:
    return Workload(
        WorkloadName("shop", "CronJob", "backup"),
        Origin("backup.yaml"),
        Fixed(1),
        Pod((Container("main", image),), restart=Restart.NEVER),
        lifetime=Scheduled(schedule, run or Finite(), zone="UTC", **policy),  # type: ignore[arg-type]
    )


class JobWorld(World):
    """`ended` counts how many containers of each instance were ever started and seen."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, set[str]] = {}

    def ends(self, image: str, code: int = SUCCESS, after: float = 5.0) -> None:
        """What the image does from now on."""
        self.engine.script.crashes[image] = Crash(after, code)

    def passes(self, seconds: float, step: float = 0.5) -> None:
        """Ticks while time passes."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.tick()
            for one in self.engine.observe().incarnations:
                self.made.setdefault(str(one.instance), set()).update(each.id for each in one.containers)
            self.clock.advance(step)

    def phases(self) -> dict[str, str]:
        return {str(one.instance): str(one.containers[0].phase) for one in self.engine.observe().incarnations}

    def tries(self, instance: str) -> int:
        return len(self.made.get(instance, ()))

    def state(self, name: str) -> tuple[str, str]:
        report = self.look()[2].workloads[name]
        return str(report.state), report.message


def instance(text: str) -> InstanceName:
    return InstanceName.parse(text)
