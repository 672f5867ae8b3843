"""What a service may do: user, capabilities, and `security_opt`.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#security_opt
https://docs.docker.com/reference/cli/docker/container/run/#security-opt
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import Whole, in_repository, leaves
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.security import Security

_KINDS = ("no-new-privileges", "seccomp", "apparmor", "label", "systempaths")
_LABELS = frozenset({"user", "role", "type", "level"})


def security(service: Service, whole: Whole, findings: Findings) -> Security:
    options = _Options(whole, findings)
    for index, text in enumerate(service.security_opt):
        options.read(text, ("security_opt", index))
    return Security(
        user=service.user,
        groups=tuple(service.group_add),
        privileged=service.privileged,
        add=tuple(_capabilities(service.cap_add)),
        drop=tuple(_capabilities(service.cap_drop)),
        read_only_root=service.read_only,
        no_new_privileges=options.no_new_privileges,
        seccomp=options.seccomp,
        apparmor=options.apparmor,
        selinux=tuple(options.selinux),
        unmasked=options.unmasked,
        user_namespace=service.userns_mode,
    )


def _capabilities(names: list[str]) -> Iterator[str]:
    """In capitals, each once: `cap_net_admin` is NET_ADMIN."""
    yield from dict.fromkeys(name.upper().removeprefix("CAP_") for name in names)


@dataclass(slots=True)
class _Options:
    """What `security_opt` says, entry by entry."""

    whole: Whole
    findings: Findings
    no_new_privileges: bool = False
    seccomp: str = ""
    apparmor: str = ""
    unmasked: bool = False
    selinux: list[tuple[str, str]] = field(default_factory=list)

    def read(self, text: str, loc: Loc) -> None:
        """`kind=value`, or `kind:value` as it was written before."""
        mark = "=" if "=" in text else ":"
        kind, _, value = text.partition(mark)
        match kind:
            case "no-new-privileges" if value in {"", "true", "false"}:
                self.no_new_privileges = value != "false"
            case "seccomp" if value:
                self._profile(value, loc)
            case "apparmor" if value:
                self.apparmor = value
            case "label":
                self._label(value, loc)
            case "systempaths" if value == "unconfined":
                self.unmasked = True
            case _:
                known = kind in _KINDS
                hint = "" if known else f"known are {', '.join(_KINDS)}"
                self.findings.error(loc, f"is no value of {kind}" if known else "is no security option", hint)

    def _label(self, value: str, loc: Loc) -> None:
        kind, _, rest = value.partition(":")
        if value != "disable" and (kind not in _LABELS or not rest):
            self.findings.error(loc, "must be disable, or user, role, type or level with a value")
        self.selinux.append((kind, rest))

    def _profile(self, value: str, loc: Loc) -> None:
        """A profile stands in the repository, beside the Compose file that names it."""
        if value in {"unconfined", "builtin"}:
            self.seccomp = "" if value == "builtin" else value
            return
        content = (
            None if value.startswith("/") or leaves(value) else self.whole.tree.read(in_repository(value))
        )
        if content is None:
            self.whole.absent(loc, "there is no such profile in the repository", "commit it", self.findings)
            return
        try:
            self.seccomp = json.dumps(json.loads(content), separators=(",", ":"))
        except (ValueError, RecursionError):
            self.findings.error(loc, "the profile is no JSON")
