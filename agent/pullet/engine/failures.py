"""What the engine, its socket and its registries answer, in the product's own words: called by `client` and `apply`.

The first rule whose pattern is found in the engine's text decides; without one, the HTTP status does.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import docker.errors
import requests
import urllib3.exceptions

from pullet.model.errors import PulletError, Refused, Transient


class ImageGone(Transient):
    """The image of a container to create is not on the engine (any more): it has to be pulled again."""


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: str
    kind: type[PulletError]
    hint: str


RULES = (
    Rule(r"invalid reference format|must be lowercase", Refused, "check the image's name"),
    Rule(
        r"port is already allocated|address already in use|bind for .* failed",
        Transient,
        "another container or program on this node holds the port",
    ),
    Rule(
        r"x509|certificate", Refused, "have the engine trust the registry's certificate (/etc/docker/certs.d)"
    ),
    Rule(r"toomanyrequests|rate limit", Transient, "the registry limits pulls; log in for a higher limit"),
    Rule(
        r"no basic auth|unauthorized|authentication required|pull access denied|access to the resource is denied",
        Refused,
        "check the image's name, or run `docker login` as the user that the agent runs as",
    ),
    Rule(
        r"manifest unknown|manifest for .* not found|name unknown|repository .* not found|no such image",
        Refused,
        "check the image's name and tag",
    ),
    Rule(
        r"dial tcp|no such host|i/o timeout|tls handshake|request canceled|deadline exceeded|server misbehaving",
        Transient,
        "the registry cannot be reached from this node",
    ),
    Rule(
        r"non-overlapping ipv4|predefined address pools",
        Refused,
        "remove networks that are not used (docker network prune) or widen the engine's default-address-pools",
    ),
    Rule(r"bind source path does not exist", Refused, "make it on the node, or correct the path"),
    Rule(
        r"executable file not found|exec: .*(no such file|permission denied)|exec format error",
        Refused,
        "check command and args against what the image holds",
    ),
)

CLIENT_ERRORS = (400, 401, 403, 405, 406, 422)  # what asking again does not better; 404 and 409 may pass


def answered(doing: str, status: int | None, text: str) -> PulletError:
    """The error that the engine reported; `status` is None where it came inside a stream."""
    message = f"{doing}: {text or f'the engine answered with status {status}'}"
    for rule in RULES:
        if re.search(rule.pattern, text, re.IGNORECASE):
            return rule.kind(message, hint=rule.hint)
    return Refused(message) if status in CLIENT_ERRORS else Transient(message)


@contextmanager
def translated(doing: str, url: str) -> Iterator[None]:
    """Turns what the SDK raises inside into Transient or Refused; `doing` begins the message."""
    try:
        yield
    except docker.errors.APIError as error:
        raise answered(doing, error.status_code, error.explanation or "") from error
    except (
        docker.errors.DockerException,
        docker.errors.StreamParseError,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    ) as error:
        raise _unanswered(doing, url, error) from error


def _unanswered(doing: str, url: str, error: BaseException) -> PulletError:
    """Nothing came back from the engine: its socket says why."""
    causes = tuple(_chain(error))
    match next((cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno), None):
        case errno.EACCES | errno.EPERM:
            hint = "run as root, or add the user to the group docker and log in again"
            return Refused(f"no permission to use the engine at {url}", hint=hint)
        case errno.ENOENT | errno.ECONNREFUSED:
            hint = "is it installed and running? systemctl status docker"
            return Transient(f"no engine answers at {url}", hint=hint)
        case _ if any(isinstance(cause, _TIMED_OUT) for cause in causes):
            return Transient(f"{doing}: the engine at {url} did not answer in time")
        case _ if any(isinstance(cause, _BROKEN) for cause in causes):
            return Transient(f"{doing}: the connection to the engine at {url} broke")
        case _:
            return Refused(f"{doing}: {error}")


_TIMED_OUT = (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
_BROKEN = (
    ConnectionError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    docker.errors.StreamParseError,
    OSError,
)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
