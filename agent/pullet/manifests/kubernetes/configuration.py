"""ConfigMaps and Secrets to the values that containers are given.

https://kubernetes.io/docs/concepts/configuration/configmap/ and .../secret/#secret-types
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from pullet.manifests.declared import Configuration
from pullet.manifests.kubernetes import logins
from pullet.manifests.kubernetes.schema import ConfigMap, Secret
from pullet.manifests.problems import Findings

_LARGEST = 1024 * 1024
_KEYS_OF_TYPE = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_BASIC = "kubernetes.io/basic-auth"


def config_map(shape: ConfigMap, findings: Findings) -> Configuration:
    for key in sorted(shape.data.keys() & shape.binary_data.keys()):
        findings.error(("binaryData", key), "this key stands in data as well", key=True)
    blobs = _decoded("binaryData", shape.binary_data, findings)
    _bounded(shape.data, blobs, findings)
    return Configuration(dict(shape.data), blobs)


def secret(shape: Secret, findings: Findings) -> Configuration:
    decoded = _decoded("data", shape.data, findings)
    texts = {key: text for key, value in decoded.items() if (text := _text(value)) is not None}
    blobs = {key: value for key, value in decoded.items() if key not in texts}
    texts.update(shape.string_data)
    _bounded(texts, blobs, findings)
    _typed(shape.type, texts.keys() | blobs.keys(), findings)
    _logins(shape.type, texts, findings)
    for key in shape.string_data:
        blobs.pop(key, None)
    return Configuration(texts, blobs)


def _decoded(name: str, values: Mapping[str, str], findings: Findings) -> dict[str, bytes]:
    decoded = {}
    for key, value in values.items():
        try:
            compact = value.replace("\n", "").replace("\r", "")
            decoded[key] = base64.b64decode(compact, validate=True)
        except (binascii.Error, ValueError):
            hint = "put plain text under stringData" if name == "data" else "put plain text under data"
            findings.error((name, key), "is not base64", hint)
    return decoded


def _text(value: bytes) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _bounded(texts: Mapping[str, str], blobs: Mapping[str, bytes], findings: Findings) -> None:
    size = sum(len(text.encode(errors="replace")) for text in texts.values()) + sum(map(len, blobs.values()))
    if size > _LARGEST:
        findings.error(
            (), f"holds {size:,} bytes, more than 1 MiB", "bring large files in an image or a volume"
        )


def _typed(kind: str, keys: set[str], findings: Findings) -> None:
    for key in _KEYS_OF_TYPE.get(kind, ()):
        if key not in keys:
            findings.error(("type",), f'a Secret of type {kind} needs the key "{key}"')
    if kind == _BASIC and not keys & {"username", "password"}:
        findings.error(("type",), f'a Secret of type {kind} needs the key "username" or "password"')


def _logins(kind: str, texts: Mapping[str, str], findings: Findings) -> None:
    """What holds logins must be what `docker login` writes, as the API server checks it."""
    for key in _KEYS_OF_TYPE.get(kind, ()) if "docker" in kind else ():
        if key in texts and not logins.parsed(texts[key]):
            findings.error(("type",), f'the key "{key}" must hold a JSON object, as docker login writes it')
