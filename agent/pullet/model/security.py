"""What a container may do, in the engine's terms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Security:
    """Empty is the engine's own default.

    `user` is a name or number, with `:group` behind it; `seccomp` is `unconfined` or a profile's JSON; `apparmor` is
    `unconfined` or a profile's name; `selinux` are (user|role|type|level, value); `unmasked` shows all of /proc.
    """

    user: str = ""
    groups: tuple[str, ...] = ()
    non_root: bool = False
    privileged: bool = False
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    read_only_root: bool = False
    no_new_privileges: bool = False
    seccomp: str = ""
    apparmor: str = ""
    selinux: tuple[tuple[str, str], ...] = ()
    unmasked: bool = False
    user_namespace: str = ""
