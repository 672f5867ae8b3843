"""What all probes of one run of one container say together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pullet.model.observed import Answer
from pullet.probes.standing import Standing
from pullet.probes.target import Target, Which


@dataclass(frozen=True, slots=True)
class Course:
    """How the probes of one run stand; one that has not answered yet has no standing. There is at least one target."""

    targets: tuple[Target, ...]
    standings: Mapping[Which, Standing] = field(default_factory=dict)

    def after(self, which: Which, standing: Standing) -> Course:
        return Course(self.targets, {**self.standings, which: standing})

    def answer(self) -> Answer | None:
        """None where what it depends on has not answered yet.

        Without a startup probe it has started, without a liveness probe it is live, and without a readiness probe it
        is ready when it has started.
        """
        for target in self.targets:
            standing = self.standings.get(target.which)
            match target.which:
                case Which.STARTUP:
                    if standing is None:
                        return None
                    if not standing.good:
                        said = standing.message(target)
                        return Answer(ready=False, message=said, live=not standing.failed, started=False)
                case Which.LIVENESS:
                    if standing is not None and standing.failed:
                        return Answer(ready=False, message=standing.message(target), live=False)
                case Which.READINESS:
                    if standing is None:
                        return None
                    return Answer(standing.good, standing.message(target), since=standing.since)
        startup = self.standings.get(Which.STARTUP)
        return Answer(ready=True, since=startup.since if startup else self.targets[0].started_at)
