"""Readiness probes: exactly one action, ports by number or by name, zero times as Kubernetes reads them."""

from __future__ import annotations

from pullet.manifests.kubernetes.environment import Budget, TooMuch, expand
from pullet.manifests.kubernetes.podschema import (
    Container,
    ExecAction,
    HttpGetAction,
    ReadinessProbe,
    TcpSocketAction,
)
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.pod import EnvVar
from pullet.model.probe import Check, Exec, HttpGet, Probe, TcpSocket

_ACTIONS = "httpGet, tcpSocket or exec"


def readiness(container: Container, loc: Loc, findings: Findings) -> Probe | None:
    """The probe of the container at `loc`, None where it has none or it is not valid."""
    shape = container.readiness_probe
    if shape is None:
        return None
    place = (*loc, "readinessProbe")
    actions = [action for action in (shape.http_get, shape.tcp_socket, shape.exec) if action is not None]
    if len(actions) != 1:
        findings.error(place, f"must have exactly one of {_ACTIONS}, not {len(actions)}")
        return None
    check = _check(actions[0], container, place, findings)
    return None if check is None else _probe(shape, check)


def _probe(shape: ReadinessProbe, check: Check) -> Probe:
    """A time or threshold of 0 stands for the default.

    https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
    """
    return Probe(
        check=check,
        initial_delay=shape.initial_delay_seconds,
        period=shape.period_seconds or 10,
        timeout=shape.timeout_seconds or 1,
        success_threshold=shape.success_threshold or 1,
        failure_threshold=shape.failure_threshold or 3,
    )


def _check(
    action: HttpGetAction | TcpSocketAction | ExecAction, container: Container, place: Loc, findings: Findings
) -> Check | None:
    match action:
        case ExecAction():
            return _exec(action, container, (*place, "exec"), findings)
        case TcpSocketAction():
            port = _port(action.port, container, (*place, "tcpSocket", "port"), findings)
            return None if port is None else TcpSocket(port, action.host)
    port = _port(action.port, container, (*place, "httpGet", "port"), findings)
    return None if port is None else _http_get(action, port)


def _http_get(action: HttpGetAction, port: int) -> HttpGet:
    return HttpGet(
        path=action.path if action.path.startswith("/") else f"/{action.path}",
        port=port,
        host=action.host,
        scheme=(action.scheme or "HTTP").lower(),
        headers=tuple((header.name, header.value) for header in action.http_headers),
    )


def _exec(action: ExecAction, container: Container, place: Loc, findings: Findings) -> Exec | None:
    """A probe's command knows only the values that stand in the manifest itself, as in the kubelet."""
    if not action.command:
        findings.error(place, "needs a command")
    variables = {entry.name: EnvVar(entry.name, entry.value or "") for entry in container.env}
    budget = Budget()
    try:
        return Exec(tuple(str(expand(word, variables, budget)[0]) for word in action.command))
    except TooMuch:
        findings.error((*place, "command"), "is more than 2 MiB once expanded")
        return None


def _port(wanted: int | str, container: Container, place: Loc, findings: Findings) -> int | None:
    if isinstance(wanted, int):
        return wanted
    named = {port.name: port.container_port for port in container.ports if port.name}
    if wanted not in named:
        findings.error(place, f'the container has no port named "{wanted}"', meant(wanted, named))
    return named.get(wanted)
