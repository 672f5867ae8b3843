"""Where the agent listens, as `status.listen` says it; the server and the client read it alike."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

from pullet.model.errors import Refused

HIGHEST_PORT = 65535
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read from the settings, not chosen here


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; port 0 lets the system choose one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """`127.0.0.1:7070`, `[::1]:7070`, `localhost:7070`. Raises Refused."""
        host, _, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if not host or (":" in host) != bracketed or not (port.isascii() and port.isdigit()):
            raise Refused(f"{text!r} is not an address to listen at", hint="write it as 127.0.0.1:7070")
        if int(port) > HIGHEST_PORT:
            raise Refused(f"{text!r} has no such port", hint=f"ports end at {HIGHEST_PORT}")
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it; a name other than `localhost` may mean anything."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host.lower() == "localhost"

    @property
    def here(self) -> Address:
        """Where this machine reaches what listens at every address."""
        return Address(ANY.get(self.host, self.host), self.port)

    @property
    def host_names(self) -> frozenset[str]:
        """What a Host header says of those who mean this machine; IPv6 in brackets."""
        return frozenset(
            f"[{name}]" if ":" in name else name for name in LOOPBACK_NAMES | {self.host.lower()}
        )
