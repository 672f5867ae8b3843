"""How many of a service there are, whether it ends, and how a new specification replaces the old.

https://github.com/compose-spec/compose-spec/blob/main/deploy.md
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pullet.manifests.compose.deployment import Deploy, RollbackConfig, UpdateConfig
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.strategy import asked_for
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.lifetime import Endless, Finite, Lifetime
from pullet.model.network import Joined, NetworkOf
from pullet.model.pod import Pod, Restart
from pullet.model.replacement import Replacement, Rolling, Share
from pullet.model.volumes import DataPath, HostPath, NamedVolume
from pullet.model.workload import Count, Fixed, OnFailure, PerNode

_POLICY: Loc = ("deploy", "restart_policy")
_NONE, _ONE, _ALL = Share(0), Share(1), Share(100, percent=True)
_USUAL = Deploy.model_validate({})
# https://docs.docker.com/reference/dockerfile/#healthcheck, and Swarm's monitor
_INTERVAL, _RETRIES, _MONITOR = 30.0, 3, 5.0
_POLICIES = {
    "no": Restart.NEVER,
    "always": Restart.ALWAYS,
    "unless-stopped": Restart.ALWAYS,
    "on-failure": Restart.ON_FAILURE,
}
_CONDITIONS = {"none": Restart.NEVER, "on-failure": Restart.ON_FAILURE, "any": Restart.ALWAYS}


@dataclass(frozen=True, slots=True)
class Ending:
    """What happens when a container has ended: `times` bounds how often it is started again after failures."""

    restart: Restart
    times: int | None = None


def deployed(service: Service) -> Deploy:
    return service.deploy or _USUAL


def is_job(service: Service) -> bool:
    return deployed(service).mode.endswith("-job")


def is_everywhere(service: Service) -> bool:
    return deployed(service).mode.startswith("global")


def replicas(service: Service) -> int:
    here, there = service.scale, deployed(service).replicas
    if here is not None:
        return here
    return 1 if there is None else there


def count(service: Service, findings: Findings) -> Count:
    here, there = service.scale, deployed(service).replicas
    if here is not None and there is not None and here != there:
        findings.error(("scale",), "is not what deploy.replicas says", "write it once")
    if not is_everywhere(service):
        return Fixed(replicas(service))
    for name, given in ((("scale",), here), (("deploy", "replicas"), there)):
        if given is not None:
            findings.error(name, "a global service has one instance on each node that fits")
    return PerNode()


def lifetime(service: Service) -> Lifetime:
    """A job of so many replicas runs them all at once, as in Swarm."""
    if not is_job(service):
        return Endless()
    policy = deployed(service).restart_policy
    limit = policy.max_attempts if policy and policy.max_attempts is not None else Finite().backoff_limit
    if is_everywhere(service):
        return Finite(backoff_limit=limit)
    wanted = replicas(service)
    return Finite(completions=wanted, parallelism=max(1, wanted), backoff_limit=limit)


def ending(service: Service, findings: Findings) -> Ending:
    """Without a word from the file what fails is started again, and what has done its work is left alone.

    Compose would leave a failure until a person runs `up` once more; here the agent is who does that.
    """
    policy = deployed(service).restart_policy
    if policy is None:
        found = _restart(service.restart, findings)
    else:
        found = Ending(_CONDITIONS[policy.condition], policy.max_attempts)
        if policy.max_attempts is not None and found.restart is not Restart.ON_FAILURE:
            place = (*_POLICY, "max_attempts")
            findings.warn(place, "counts failures, so it needs the condition on-failure", key=True)
            found = Ending(found.restart)
    if is_job(service) and found.restart is Restart.ALWAYS:
        return Ending(Restart.ON_FAILURE)
    return found


def _restart(text: str, findings: Findings) -> Ending:
    word, colon, times = text.partition(":")
    if not text:
        return Ending(Restart.ON_FAILURE)
    if word not in _POLICIES or (colon and (word != "on-failure" or not times.isdecimal())):
        findings.error(("restart",), "must be no, always, unless-stopped, on-failure or on-failure:TIMES")
        return Ending(Restart.ALWAYS)
    return Ending(_POLICIES[word], int(times) if times else None)


def replacement(service: Service, pod: Pod, findings: Findings) -> Replacement:
    """As x-pullet or else update_config says; else the old goes first only where two cannot stand side by side."""
    special = asked_for(service.x_pullet, pod, findings) if service.x_pullet else None
    if special and is_job(service):
        findings.error(("x-pullet", "strategy"), "says nothing of a job, which runs anew when it changes")
    if special and _has_address(pod):
        findings.warn(
            ("x-pullet", "strategy"), "the old goes first all the same, as two cannot have the same address"
        )
        return Rolling(_NONE, _ONE)
    if special and _keeps_data(pod):
        said = "old and new write to the same data while they stand side by side"
        findings.warn(("x-pullet", "strategy"), said, "see that the application can")
    if special:
        return special
    update = deployed(service).update_config
    if update is None:
        alone = _keeps_data(pod) or _has_address(pod)
        return Rolling(_NONE, _ONE) if alone else Rolling(_ONE, _NONE)
    rolling = _rolling("update_config", update, pod, findings)
    return replace(rolling, tolerated=update.max_failure_ratio, delay=update.delay or 0)


def stops_first(service: Service, pod: Pod) -> str:
    """Why the old one goes before the new one comes; empty where it need not."""
    update = deployed(service).update_config
    if _has_address(pod):
        return "two cannot have the same address"
    if service.x_pullet and service.x_pullet.strategy:
        return ""
    if update:
        return "its update_config has the order stop-first" if update.order == "stop-first" else ""
    return "both would write to the same data" if _keeps_data(pod) else ""


def backward(service: Service, pod: Pod, findings: Findings) -> Replacement | None:
    """How what was good comes back, where that is said."""
    config = deployed(service).rollback_config
    return _rolling("rollback_config", config, pod, findings) if config else None


def on_failure(service: Service) -> OnFailure:
    update = deployed(service).update_config
    return update.failure_action if update else "rollback"


def monitored(service: Service) -> float | None:
    """How long a new instance must have been up and well to count."""
    update = deployed(service).update_config
    return update.monitor if update else None


def deadline(service: Service) -> float:
    """Seconds in which a new instance must have come so far that its health check can succeed, and be watched."""
    check = service.healthcheck
    start, interval, retries = (check.start_period, check.interval, check.retries) if check else (0, 0, 0)
    monitor = monitored(service)
    watched = _MONITOR if monitor is None else monitor
    return start + (interval or _INTERVAL) * (retries or _RETRIES) + watched


def _rolling(name: str, config: UpdateConfig | RollbackConfig, pod: Pod, findings: Findings) -> Rolling:
    many = Share(config.parallelism) if config.parallelism else _ALL
    starts_first = config.order == "start-first"
    if starts_first and _has_address(pod):
        place: Loc = ("deploy", name, "order")
        findings.warn(place, "the old goes first all the same, as two cannot have the same address")
    elif starts_first:
        return Rolling(many, _NONE)
    return Rolling(_NONE, many)


def _keeps_data(pod: Pod) -> bool:
    """Whether it writes where its successor will: two databases on the same files would ruin them."""
    return any(
        isinstance(mount.source, NamedVolume | DataPath | HostPath) and not mount.read_only
        for container in pod.containers
        for mount in container.mounts
    )


def _has_address(pod: Pod) -> bool:
    if isinstance(pod.network, NetworkOf):
        return False
    return isinstance(pod.network, Joined) and any(
        one.ipv4 or one.ipv6 or one.mac for one in pod.network.attachments
    )
