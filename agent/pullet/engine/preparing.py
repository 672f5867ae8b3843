"""Whether what a pod's init containers prepared is still there. Pure; shared with the fake engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pullet.model.observed import ObservedContainer, Phase, Role
from pullet.model.pod import Restart

Containers = tuple[ObservedContainer, ...]


def still_prepared(containers: Sequence[ObservedContainer], restart: Restart) -> Containers:
    """Init containers are dead, so that the pod is made anew, where its sandbox was lost after they ended.

    Kubernetes runs them again then, as memory is empty and the address may be another one; not where the main
    containers have ended for good: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#detailed-behavior
    """
    sandbox = next((one for one in containers if one.role is Role.SANDBOX), None)
    if sandbox is None or _is_over(containers, restart):
        return tuple(containers)
    return tuple(
        replace(one, phase=Phase.DEAD) if one.role is Role.INIT and _lost(one, sandbox) else one
        for one in containers
    )


def _lost(one: ObservedContainer, sandbox: ObservedContainer) -> bool:
    """It ended well in a sandbox that is down or was started anew since; one that never ran has nothing to lose."""
    if one.phase is not Phase.EXITED or one.exit_code != 0:
        return False
    stands = sandbox.phase in (Phase.RUNNING, Phase.PAUSED)
    return not stands or (sandbox.started_at or 0) > (one.finished_at or 0)


def _is_over(containers: Sequence[ObservedContainer], restart: Restart) -> bool:
    mains = [one for one in containers if one.role is Role.MAIN]
    return bool(mains) and all(_ended_for_good(one, restart) for one in mains)


def _ended_for_good(one: ObservedContainer, restart: Restart) -> bool:
    if one.phase is not Phase.EXITED or restart is Restart.ALWAYS:
        return False
    return restart is Restart.NEVER or one.exit_code == 0
