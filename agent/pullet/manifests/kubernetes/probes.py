"""Probes and hooks: exactly one action, ports by number or by name, zero times as Kubernetes reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pullet.manifests.kubernetes.environment import Budget, TooMuch, expand
from pullet.manifests.kubernetes.podschema import Container
from pullet.manifests.kubernetes.probeschema import (
    ExecAction,
    GrpcAction,
    Handler,
    HttpGetAction,
    Probe,
    SleepAction,
    TcpSocketAction,
)
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model import pod, probe


@dataclass(frozen=True, slots=True)
class Probes:
    """Reads the probes and hooks of the container whose shape stands at `loc`; `grace` is the pod's, in seconds."""

    container: Container
    loc: Loc
    grace: int
    findings: Findings

    def readiness(self) -> probe.Probe | None:
        shape, place = self.container.readiness_probe, (*self.loc, "readinessProbe")
        if shape is not None and shape.termination_grace_period_seconds is not None:
            self.findings.error(
                (*place, "terminationGracePeriodSeconds"), "may not be set for a readiness probe", key=True
            )
        return self._probe(shape, place)

    def liveness(self) -> probe.Probe | None:
        return self._once(self.container.liveness_probe, (*self.loc, "livenessProbe"))

    def startup(self) -> probe.Probe | None:
        return self._once(self.container.startup_probe, (*self.loc, "startupProbe"))

    def post_start(self) -> probe.Handler | None:
        lifecycle = self.container.lifecycle
        return self._handler(lifecycle.post_start if lifecycle else None, "postStart")

    def pre_stop(self) -> probe.Handler | None:
        lifecycle = self.container.lifecycle
        return self._handler(lifecycle.pre_stop if lifecycle else None, "preStop")

    def _once(self, shape: Probe | None, loc: Loc) -> probe.Probe | None:
        if shape is not None and shape.success_threshold > 1:
            self.findings.error((*loc, "successThreshold"), "must be 1 here")
        return self._probe(shape, loc)

    def _probe(self, shape: Probe | None, loc: Loc) -> probe.Probe | None:
        """A time or threshold of 0 stands for the default.

        https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes
        """
        if shape is None:
            return None
        actions = (shape.http_get, shape.tcp_socket, shape.exec, shape.grpc)
        check = self._only(actions, "httpGet, tcpSocket, exec or grpc", loc)
        if check is None or isinstance(check, probe.Sleep):
            return None
        return probe.Probe(
            check=check,
            initial_delay=shape.initial_delay_seconds,
            period=shape.period_seconds or 10,
            timeout=shape.timeout_seconds or 1,
            success_threshold=shape.success_threshold or 1,
            failure_threshold=shape.failure_threshold or 3,
            grace=shape.termination_grace_period_seconds,
        )

    def _handler(self, shape: Handler | None, name: str) -> probe.Handler | None:
        if shape is None:
            return None
        place = (*self.loc, "lifecycle", name)
        actions = (shape.http_get, shape.tcp_socket, shape.exec, shape.sleep)
        done = self._only(actions, "exec, httpGet, tcpSocket or sleep", place)
        if isinstance(done, probe.Sleep) and done.seconds > self.grace:
            said = f"must be at most terminationGracePeriodSeconds, which is {self.grace}"
            self.findings.error((*place, "sleep", "seconds"), said)
        return None if isinstance(done, probe.Grpc) else done

    def _only(
        self, actions: tuple[_Action | None, ...], words: str, loc: Loc
    ) -> probe.Check | probe.Handler | None:
        given = [action for action in actions if action is not None]
        if len(given) != 1:
            self.findings.error(loc, f"must have exactly one of {words}, not {len(given)}")
            return None
        return self._done(given[0], loc)

    def _done(self, action: _Action, loc: Loc) -> probe.Check | probe.Handler | None:
        match action:
            case ExecAction():
                return self._exec(action, (*loc, "exec"), expands=loc[-1] not in {"postStart", "preStop"})
            case GrpcAction(port=port, service=service):
                return probe.Grpc(port, service)
            case SleepAction(seconds=seconds):
                return probe.Sleep(seconds)
            case TcpSocketAction():
                open_port = self._port(action.port, (*loc, "tcpSocket", "port"))
                return None if open_port is None else probe.TcpSocket(open_port, action.host)
        web_port = self._port(action.port, (*loc, "httpGet", "port"))
        return None if web_port is None else _http_get(action, web_port)

    def _exec(self, action: ExecAction, loc: Loc, *, expands: bool) -> probe.Exec | None:
        """A probe's command knows the values that stand in the manifest itself, a hook's none, as in the kubelet."""
        if not action.command:
            self.findings.error(loc, "needs a command")
        try:
            return probe.Exec(self._expanded(action.command) if expands else tuple(action.command))
        except TooMuch:
            self.findings.error((*loc, "command"), "is more than 2 MiB once expanded")
            return None

    def _expanded(self, command: list[str]) -> tuple[str, ...]:
        """Raises TooMuch."""
        known: Mapping[str, pod.EnvVar] = {
            entry.name: pod.EnvVar(entry.name, entry.value or "") for entry in self.container.env
        }
        budget = Budget()
        return tuple(str(expand(word, known, budget)[0]) for word in command)

    def _port(self, wanted: int | str, loc: Loc) -> int | None:
        if isinstance(wanted, int):
            return wanted
        named = {port.name: port.container_port for port in self.container.ports if port.name}
        if wanted not in named:
            self.findings.error(loc, f'the container has no port named "{wanted}"', meant(wanted, named))
        return named.get(wanted)


_Action = HttpGetAction | TcpSocketAction | ExecAction | GrpcAction | SleepAction


def _http_get(action: HttpGetAction, port: int) -> probe.HttpGet:
    return probe.HttpGet(
        path=action.path if action.path.startswith("/") else f"/{action.path}",
        port=port,
        host=action.host,
        scheme=(action.scheme or "HTTP").lower(),
        headers=tuple((header.name, header.value) for header in action.http_headers),
    )
