"""A service to the container that runs it, and to the pod around it.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pullet.manifests.compose import building, marks
from pullet.manifests.compose.deploying import ending, replicas
from pullet.manifests.compose.limits import resources
from pullet.manifests.compose.mounts import mounts
from pullet.manifests.compose.networking import standing
from pullet.manifests.compose.parts import HealthCheck as HealthShape
from pullet.manifests.compose.parts import Hook, ServicePort
from pullet.manifests.compose.rights import security
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.short import span
from pullet.manifests.compose.whole import Whole, texts
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.network import Dns
from pullet.model.pod import Container, EnvVar, Logging, Pod, Port, PullPolicy
from pullet.model.probe import Exec, HealthCheck

_PULL = {
    "": PullPolicy.IF_NOT_PRESENT,
    "missing": PullPolicy.IF_NOT_PRESENT,
    "if_not_present": PullPolicy.IF_NOT_PRESENT,
    "build": PullPolicy.IF_NOT_PRESENT,
    "always": PullPolicy.ALWAYS,
    "never": PullPolicy.NEVER,
}
_NOW_AND_THEN = re.compile(r"daily|weekly|refresh|every_([0-9]+[wdhms])+").fullmatch
_RANGE = re.compile(r"([0-9]{1,5})(?:-[0-9]{1,5})?").fullmatch
_LAST_PORT = 65535
_TESTS = {"NONE": (0, 0), "CMD": (1, None), "CMD-SHELL": (1, 1)}


def pod(name: str, whole: Whole, findings: Findings) -> Pod:
    """The specification of a service's instances: one container each, with the labels that Compose looks for."""
    service = whole.services.sound[name]
    here, end = standing(service, whole, findings), ending(service, findings)
    made = Pod(
        containers=(_container(name, service, whole, findings),),
        restart=end.restart,
        restarts=end.times,
        grace=service.stop_grace_period,
        network=here.network,
        names=here.names,
        hostname=service.hostname,
        domainname=service.domainname,
        hosts=tuple((host, one) for host, all_ in service.extra_hosts.items() for one in all_),
        dns=_dns(service),
        pid=_namespace("pid", service.pid, {"", "host"}, whole, findings),
        ipc=_namespace("ipc", service.ipc, {"", "host", "private", "shareable"}, whole, findings),
        uts=service.uts,
        sysctls=dict(service.sysctls),
    )
    container = made.containers[0]
    labels = {**container.labels, **marks.labels(name, service, whole.project, made.digest())}
    return replace(made, containers=(replace(container, labels=labels),))


def _container(name: str, service: Service, whole: Whole, findings: Findings) -> Container:
    made = building.build(service, whole, findings)
    if service.image is None and service.build is None and name not in whole.unknown:
        findings.error((), "needs an image, or how to build one", "write image or build")
    marks.reserved(service, findings)
    return Container(
        name=name,
        image=service.image or (building.image(name, made, whole) if made else ""),
        pull=_pull(service, findings),
        build=made,
        command=None if service.entrypoint is None else tuple(service.entrypoint),
        args=None if service.command is None else tuple(service.command),
        working_dir=service.working_dir,
        env=tuple(EnvVar(key, value) for key, value in service.environment.items()),
        ports=tuple(_ports(service, findings)),
        exposed=tuple(_exposed(service.expose)),
        resources=resources(service, findings),
        security=security(service, whole, findings),
        mounts=mounts(name, whole, findings),
        healthcheck=_health(service.healthcheck, findings) if service.healthcheck else None,
        post_start=_hook(service.post_start, "post_start", findings),
        pre_stop=_hook(service.pre_stop, "pre_stop", findings),
        stop_signal=service.stop_signal,
        tty=service.tty,
        stdin=service.stdin_open,
        reaper=service.init,
        logging=Logging(service.logging.driver, texts(service.logging.options))
        if service.logging
        else Logging(),
        labels={key: value or "" for key, value in service.labels.items()},
        annotations={key: value or "" for key, value in service.annotations.items()},
        runtime=service.runtime,
        platform=service.platform,
    )


def _exposed(ports: list[str]) -> dict[str, None]:
    """Each port of a range by itself and with its protocol, as the engine knows them."""
    found: dict[str, None] = {}
    for text in ports:
        bounds, _, protocol = text.partition("/")
        first, last = span(bounds)
        found |= {f"{port}/{protocol or 'tcp'}": None for port in range(first, last + 1)}
    return found


def _pull(service: Service, findings: Findings) -> PullPolicy:
    word = service.pull_policy
    if _NOW_AND_THEN(word):
        findings.warn(
            ("pull_policy",), "is read as missing: time alone pulls no image", "commit a new tag instead"
        )
        return PullPolicy.IF_NOT_PRESENT
    if word not in _PULL:
        findings.error(("pull_policy",), "must be always, missing, if_not_present, never or build")
    if word == "build" and service.build is None:
        findings.error(("pull_policy",), "needs build")
    return _PULL.get(word, PullPolicy.IF_NOT_PRESENT)


def _ports(service: Service, findings: Findings) -> Iterator[Port]:
    if service.network_mode in {"host", "none"}:
        return
    taken = set()
    for index, shape in enumerate(service.ports):
        loc: Loc = ("ports", index)
        port = Port(shape.target, _published(shape, loc, findings), shape.host_ip, shape.protocol, shape.name)
        place = (port.host, port.host_ip, port.protocol)
        if port.host and place in taken:
            findings.error(loc, f"{port.host} is taken by another port")
        taken.add(place)
        if port.host and replicas(service) > 1:
            hint = "leave the port of the node to the engine, or let replicas be 1"
            findings.warn(
                loc, f"one node can publish {port.host} for only one instance; others wait for another", hint
            )
        yield port


def _published(shape: ServicePort, loc: Loc, findings: Findings) -> int:
    """0 leaves the choice to the engine."""
    found = _RANGE(str(shape.published or 0))
    if found is None or int(found[1]) > _LAST_PORT:
        findings.error((*loc, "published"), "must be a port from 1 to 65535")
        return 0
    if "-" in found[0]:
        findings.warn((*loc, "published"), f"of a range the first is taken, {found[1]}")
    return int(found[1])


def _health(shape: HealthShape, findings: Findings) -> HealthCheck:
    test = ("NONE",) if shape.disable else tuple(shape.test)
    if test:
        least, most = _TESTS.get(test[0], (None, None))
        words = len(test) - 1
        if least is None:
            findings.error(("healthcheck", "test", 0), "must be NONE, CMD or CMD-SHELL")
        elif words < least or (most is not None and words > most):
            findings.error(("healthcheck", "test"), f"{test[0]} stands before {_words(least, most)}")
    return HealthCheck(
        test, shape.interval, shape.timeout, shape.start_period, shape.start_interval, shape.retries
    )


def _words(least: int, most: int | None) -> str:
    if most is None:
        return "a command and its arguments"
    return "one line for the shell" if least else "nothing"


def _hook(shapes: list[Hook], name: str, findings: Findings) -> Exec | None:
    if len(shapes) > 1:
        findings.error((name, 1), "only one command can be run", "write them as one: [sh, -c, one && two]")
    for index, shape in enumerate(shapes):
        if not shape.command:
            findings.error((name, index, "command"), "must not be empty")
    return _run_by(shapes[0]) if shapes else None


def _run_by(shape: Hook) -> Exec:
    variables = (f"{name}={value}" for name, value in shape.environment.items() if value is not None)
    return Exec(
        tuple(shape.command),
        user=shape.user,
        working_dir=shape.working_dir,
        environment=tuple(variables),
        privileged=shape.privileged,
    )


def _dns(service: Service) -> Dns | None:
    if not (service.dns or service.dns_search or service.dns_opt):
        return None
    return Dns(tuple(service.dns), tuple(service.dns_search), tuple(service.dns_opt))


def _namespace(field: str, text: str, known: set[str], whole: Whole, findings: Findings) -> str:
    kind, _, name = text.partition(":")
    if kind == "service" and name:
        return str(whole.refer(name, (field,), findings))
    if text not in known:
        hint = "write service:NAME with a service of this project" if kind == "container" else ""
        findings.error((field,), f"must be {' or '.join(sorted(known - {''}))}, or service:NAME", hint)
    return text
