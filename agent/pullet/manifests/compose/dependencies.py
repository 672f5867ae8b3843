"""What a service needs before it starts, said by depends_on or by what it shares.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on
"""

from __future__ import annotations

from collections.abc import Iterator

from pullet.manifests.after import after
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import Whole
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.workload import Dependency, DriftPolicy, Prune

_CONDITIONS = {
    "service_started": "started",
    "service_healthy": "ready",
    "service_completed_successfully": "complete",
}
_PREFIX = "service:"


def dependencies(service: Service, whole: Whole, findings: Findings) -> tuple[Dependency, ...]:
    """Those of depends_on, those that follow from what is shared, and those that x-pullet names."""
    named = {}
    for name, need in service.depends_on.items():
        if need.required:
            whole.refer(name, ("depends_on", name), findings)
        workload = whole.workload(name)
        named[name] = Dependency(workload, _CONDITIONS[need.condition], need.required, need.restart)
    for name in shared(service):
        named.setdefault(name, Dependency(whole.workload(name), restart=name in _namespaces(service)))
    return (*named.values(), *_ours(service, whole, findings))


def _ours(service: Service, whole: Whole, findings: Findings) -> tuple[Dependency, ...]:
    """What the project says of all its services is told of at each of them."""
    mine = service.x_pullet.after if service.x_pullet else []
    entries: list[tuple[Loc, str]] = [((), text) for text in whole.placing.after]
    entries += [(("x-pullet", "after", index), text) for index, text in enumerate(mine)]
    return after(entries, whole.project, findings)


def prune(service: Service, whole: Whole) -> Prune:
    """What becomes of what stands of it when it is no longer declared."""
    mine = service.x_pullet.prune if service.x_pullet else None
    match whole.placing.prune if mine is None else mine:
        case False:
            return "false"
        case "volumes":
            return "volumes"
        case _:
            return "true"


def drift(service: Service, whole: Whole) -> DriftPolicy | None:
    """What happens to changes by hand; the node's own word where nothing is said."""
    mine = service.x_pullet.drift if service.x_pullet else None
    return mine or whole.placing.drift


def shared(service: Service) -> Iterator[str]:
    """Services that must stand on the same node, first of all."""
    yield from _namespaces(service)
    for entry in service.volumes_from:
        name = entry.partition(":")[0]
        if name != "container":
            yield name
    for link in service.links:
        yield link.partition(":")[0]


def _namespaces(service: Service) -> list[str]:
    modes = (service.network_mode, service.pid, service.ipc)
    return [mode.removeprefix(_PREFIX) for mode in modes if mode.startswith(_PREFIX)]


def circle(name: str, whole: Whole) -> tuple[str, ...]:
    """A way from a service back to itself, over what it needs; empty where there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen = set[str]()
    while ways:
        way = ways.pop()
        service = whole.services.sound.get(way[-1])
        for needed in (*service.depends_on, *shared(service)) if service else ():
            if needed == name:
                return (*way, name)
            if needed not in seen:
                seen.add(needed)
                ways.append((*way, needed))
    return ()
