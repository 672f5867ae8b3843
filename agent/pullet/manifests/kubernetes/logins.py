"""Registries' names and passwords from Secrets, as `docker login` writes them.

https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pullet.manifests.declared import Configuration, Reference, Unknown
from pullet.manifests.kubernetes.referring import Referring, words
from pullet.model.workload import RegistryLogin

_DOCKER_HUB = frozenset({"index.docker.io", "registry-1.docker.io", "docker.io"})

NEW, OLD = ".dockerconfigjson", ".dockercfg"


def read(references: Iterable[Reference], referring: Referring) -> tuple[RegistryLogin, ...]:
    """The logins of all Secrets that are there, each once; a missing one is a warning, as in Kubernetes."""
    return tuple(dict.fromkeys(login for one in references for login in _of(one, referring)))


def _of(reference: Reference, referring: Referring) -> Iterator[RegistryLogin]:
    place = (*reference.loc, reference.field)
    found = referring.lookup(reference.target)
    if found is None:
        referring.findings.warn(
            place, f"{words(reference)} does not exist, so images are pulled without it", "declare it"
        )
    elif isinstance(found, Unknown) and found.elsewhere:
        referring.findings.warn(place, f"{words(reference)} {found.because}")
    elif not isinstance(found, Configuration):
        referring.findings.error(place, f"{words(reference)} {found.because}")
    elif not {NEW, OLD} & found.texts.keys():
        referring.findings.warn(
            place,
            f"{words(reference)} holds no login, so images are pulled without it",
            f"it needs the key {NEW}, and the type kubernetes.io/dockerconfigjson",
        )
    else:
        yield from logins(found)


def logins(secret: Configuration) -> Iterator[RegistryLogin]:
    """What a Secret of either type holds; entries that are no login are passed over, as the kubelet does."""
    auths = parsed(secret.texts[NEW]).get("auths") if NEW in secret.texts else parsed(secret.texts[OLD])
    for registry, entry in auths.items() if isinstance(auths, dict) else ():
        if isinstance(entry, dict):
            yield from _login(registry, entry)


def parsed(text: str) -> dict[str, Any]:
    """Empty where it is no JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _login(registry: str, entry: dict[str, Any]) -> Iterator[RegistryLogin]:
    username, password = entry.get("username"), entry.get("password")
    if not username and isinstance(entry.get("auth"), str):
        username, _, password = _decoded(entry["auth"]).partition(":")
    if isinstance(username, str) and isinstance(password, str) and username:
        yield RegistryLogin(_host(registry), username, password)


def _host(registry: str) -> str:
    """The registry as images name it; Docker Hub's has several names."""
    host = registry.partition("://")[2] or registry
    name = host.partition("/")[0]
    return "docker.io" if name in _DOCKER_HUB else name


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
