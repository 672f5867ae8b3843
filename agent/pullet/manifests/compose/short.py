"""The short forms of ports, volumes and devices: one text for what the long form says in a mapping.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from pullet.manifests.compose.scalars import Wrong

MOST_PORTS = 20_000
_LAST_PORT = 65535
_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_DRIVE = re.compile(r"[A-Za-z]:(?:\\|/[^:]*:/)")
_OF_WINDOWS = re.compile(r":[A-Za-z]:[\\/]")
_CDI = re.compile(r"[A-Za-z][\w.-]*(?:/[\w.-]+)?=[\w.:-]+")
_PROPAGATIONS = frozenset({"private", "slave", "shared", "rprivate", "rslave", "rshared"})
_IGNORED_MODES = frozenset({"cached", "delegated", "consistent", "default"})
_PORT_FORM = "write [[ADDRESS:]PUBLISHED:]TARGET[/PROTOCOL], as in 127.0.0.1:8080:80/tcp"
_VOLUME_FORM = "write [SOURCE:]TARGET[:MODE], as in data:/var/lib/data:ro"


def ports(text: str) -> list[dict[str, Any]]:
    """One entry for each port of a range. Raises Wrong."""
    if not text:
        raise Wrong("is empty", "set the variable that it is made of, in the file .env")
    mapping, slash, protocol = text.partition("/")
    if slash and protocol.lower() not in {"tcp", "udp", "sctp"}:
        raise Wrong("has a protocol that is none of tcp, udp and sctp", _PORT_FORM)
    outer, _, inner = mapping.rpartition(":")
    address, _, published = outer.rpartition(":")
    first, last = span(inner)
    targets = range(first, last + 1)
    common = {"protocol": protocol.lower() or "tcp", **_address(address)}
    if not published:
        return [{"target": target, **common} for target in targets]
    begin, end = span(published)
    if not end:
        return [{"target": target, **common} for target in targets]
    if len(targets) == 1:
        return [{"target": first, "published": begin if begin == end else f"{begin}-{end}", **common}]
    if end - begin != last - first:
        raise Wrong("maps ranges of ports that are not equally long", _PORT_FORM)
    return [
        {"target": target, "published": port, **common}
        for target, port in zip(targets, range(begin, end + 1), strict=True)
    ]


def _address(text: str) -> dict[str, str]:
    if not text:
        return {}
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return {"host_ip": str(ipaddress.ip_address(bare))}
    except ValueError:
        raise Wrong("has an address that is no IP address", _PORT_FORM) from None


def span(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if not found:
        raise Wrong("is no port", _PORT_FORM)
    first = int(found[1])
    last = int(found[2] or first)
    if not first <= last <= _LAST_PORT:
        raise Wrong("has a port that is none: from 1 to 65535, the lower one first", _PORT_FORM)
    if last - first >= MOST_PORTS:
        raise Wrong(f"is a range of more than {MOST_PORTS:,} ports")
    return first, last


def volume(text: str) -> dict[str, Any]:
    """A path makes it a bind, and one that is missing is made then. Raises Wrong."""
    parts = _sections(text)
    if not all(parts):
        raise Wrong("has nothing on one side of a colon", f"{_VOLUME_FORM}; a variable may not be set")
    if _OF_WINDOWS.search(text):
        raise Wrong("has a path of Windows", _VOLUME_FORM)
    if len(parts) > 3:  # noqa: PLR2004 - source, target, mode
        raise Wrong("is no volume", _VOLUME_FORM)
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    source, target, *modes = parts
    bind = source.startswith((".", "/", "~", "\\\\")) or ":" in source
    done: dict[str, Any] = {"type": "bind" if bind else "volume", "source": source, "target": target}
    if bind:
        done["bind"] = {"create_host_path": True}
    for mode in (one for several in modes for one in several.split(",")):
        _set_mode(mode, done)
    return done


def _sections(text: str) -> list[str]:
    """Between colons, but for the colon of a drive: `a:/b:ro` is a volume of one letter, `c:/a:/b` is of Windows."""
    parts = text.split(":")
    if _DRIVE.match(text):
        parts[:2] = [f"{parts[0]}:{parts[1]}"]
    return parts


def _set_mode(mode: str, volume: dict[str, Any]) -> None:
    bind = volume.setdefault("bind", {}) if volume["type"] == "bind" else {}
    match mode:
        case "ro" | "readonly":
            volume["read_only"] = True
        case "rw":
            volume["read_only"] = False
        case "nocopy" if volume["type"] == "volume":
            volume["volume"] = {"nocopy": True}
        case "z" | "Z":
            bind["selinux"] = mode
        case _ if mode in _PROPAGATIONS:
            bind["propagation"] = mode
        case _ if mode not in _IGNORED_MODES:
            raise Wrong(
                f"has the mode {mode}, which is not known", "ro, rw, z, Z, nocopy, rprivate, rshared, rslave"
            )


def device(text: str) -> dict[str, str]:
    """A device of the node, or one by the name that CDI gives it. Raises Wrong.

    https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md
    """
    if _CDI.fullmatch(text):
        return {"name": text}
    parts = text.split(":")
    if not all(parts) or len(parts) > 3:  # noqa: PLR2004 - source, target, permissions
        raise Wrong(
            "is no device", "write SOURCE[:TARGET[:PERMISSIONS]], as in /dev/ttyUSB0:/dev/ttyUSB0:rwm"
        )
    source, target, rights = [*parts, *["", ""]][:3]
    if target and not rights and not target.startswith("/") and set(target) <= set("rwm"):
        target, rights = "", target
    return {"source": source, "target": target or source, "permissions": rights or "rwm"}
