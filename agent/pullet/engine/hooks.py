"""What is done right after a container's start and before its stop, and how to reach it for that.

https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any

import docker.errors

from pullet.engine.checks import run_inside
from pullet.engine.client import Client
from pullet.engine.observe import address_in
from pullet.model.errors import PulletError
from pullet.model.probe import Exec, Handler, HttpGet, Sleep, TcpSocket

LONGEST_REASON = 300  # characters of a command's output

_BROKEN = (PulletError, OSError, HTTPException, docker.errors.APIError)


def failure(client: Client, inspected: Mapping[str, Any], hook: Handler, timeout: float) -> str:
    """Runs the hook for at most `timeout` seconds; why it failed, empty where it did not."""
    try:
        return _tried(client, inspected, hook, timeout)
    except _BROKEN as error:
        return str(error) or type(error).__name__


def _tried(client: Client, inspected: Mapping[str, Any], hook: Handler, timeout: float) -> str:
    match hook:
        case Exec():
            code, output = run_inside(client, inspected["Id"], hook, timeout)
            return (
                f"{hook.command[0]} ended with exit code {code}: {output[-LONGEST_REASON:]}" if code else ""
            )
        case HttpGet():
            _get(hook, hook.host or _reached(client, inspected), timeout)
        case TcpSocket(port, host):
            socket.create_connection((host or _reached(client, inspected), port), timeout).close()
        case Sleep(seconds):
            time.sleep(min(seconds, timeout))
    return ""


def _get(hook: HttpGet, host: str, timeout: float) -> None:
    """Any answer is as good, and no certificate is checked: so does the kubelet."""
    secure = hook.scheme.lower() == "https"
    made = (
        HTTPSConnection(host, hook.port, timeout=timeout, context=ssl._create_unverified_context())  # noqa: S323, SLF001
        if secure
        else HTTPConnection(host, hook.port, timeout=timeout)
    )
    try:
        made.request("GET", hook.path, headers=dict(hook.headers))
        made.getresponse()
    finally:
        made.close()


def _reached(client: Client, inspected: Mapping[str, Any]) -> str:
    """The address of the network that it uses, which may be another container's."""
    kind, _, lender = inspected["HostConfig"]["NetworkMode"].partition(":")
    return (
        _reached(client, client.inspect_container(lender)) if kind == "container" else address_in(inspected)
    )
