"""What the Compose door's shapes are made of: their base, and the types of names, ports and the like.

https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from pullet.manifests.compose.short import MOST_PORTS
from pullet.manifests.schema import Shape, wrong

_ALIAS = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?").fullmatch
_DRIVE = re.compile(r"[A-Za-z]:([\\/]|$)|\\\\").match
_MAC = re.compile(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}").fullmatch
_EXPOSED = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?", re.IGNORECASE | re.ASCII).fullmatch
_IMAGE = re.compile(
    r"""(?: [a-zA-Z0-9\[] [a-zA-Z0-9.:\[\]-]* / )? [a-z0-9]+ (?: [._-]+ [a-z0-9]+ )*
        (?: / [a-z0-9]+ (?: [._-]+ [a-z0-9]+ )* )*
        (?: : [\w] [\w.-]{0,127} )? (?: @ [a-z0-9+._-]+ : [0-9a-fA-F]{32,} )?""",
    re.VERBOSE | re.ASCII,
).fullmatch
_LAST_PORT = 65535
_MOST_CORES = 1_000_000
_LARGEST = 2**63 - 1


class Part(Shape):
    """One mapping of a Compose file in canonical long form, with its fields as they are written."""

    model_config = ConfigDict(alias_generator=None)


def _image(value: str) -> str:
    if not _IMAGE(value):
        raise wrong(
            "is not an image's name", "as in registry.example/team/name:tag, in lower case before the tag"
        )
    return value


def _alias(value: str) -> str:
    if not _ALIAS(value):
        raise wrong("is not a name on a network", "letters, digits, _, . and -")
    return value


def _mac(value: str) -> str:
    if not _MAC(value):
        raise wrong("is not a MAC address", "as in 02:42:ac:11:00:02")
    return value.lower().replace("-", ":")


def _address(version: int | None) -> AfterValidator:
    def check(value: str) -> str:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            raise wrong("is not an IP address") from None
        if version not in {None, address.version}:
            raise wrong(f"is not an IPv{version} address")
        return value

    return AfterValidator(check)


def _subnet(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise wrong("is not a block of addresses", "as in 172.28.0.0/16") from None
    return value


def _exposed(value: str) -> str:
    found = _EXPOSED(value)
    if not found or not 1 <= int(found[1]) <= int(found[2] or found[1]) <= _LAST_PORT:
        raise wrong("is not a port", "a number from 1 to 65535, or a range, with an optional /udp behind it")
    if int(found[2] or found[1]) - int(found[1]) >= MOST_PORTS:
        raise wrong(f"is a range of more than {MOST_PORTS:,} ports")
    return value.lower()


def _inside(value: str) -> str:
    if _DRIVE(value):
        raise wrong("is a path of Windows", "containers of Linux have paths such as /var/lib/data")
    if not value.startswith("/"):
        raise wrong(
            "must be an absolute path inside the container",
            "a volume stands before it, as in data:/var/lib/data",
        )
    return value


Image = Annotated[str, AfterValidator(_image)]
Alias = Annotated[str, AfterValidator(_alias)]
Mac = Annotated[str, AfterValidator(_mac)]
Address = Annotated[str, _address(None)]
Ipv4 = Annotated[str, _address(4)]
Ipv6 = Annotated[str, _address(6)]
Subnet = Annotated[str, AfterValidator(_subnet)]
Exposed = Annotated[str, AfterValidator(_exposed)]
Inside = Annotated[str, AfterValidator(_inside)]
Port = Annotated[int, Field(ge=1, le=_LAST_PORT)]
Natural = Annotated[int, Field(ge=0, le=_LARGEST)]
FromMinusOne = Annotated[int, Field(ge=-1, le=_LARGEST)]
"""-1 is no limit."""
Seconds = Annotated[float, Field(ge=0, le=_LARGEST)]
Cores = Annotated[float, Field(ge=0, le=_MOST_CORES)]
Mode = Annotated[int, Field(ge=0, le=0o7777)]
Ratio = Annotated[float, Field(ge=0, le=1)]
Texts = dict[str, str | None]
"""Names to values; None is a name without one."""
