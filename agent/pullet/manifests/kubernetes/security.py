"""A pod's and a container's security context to what the engine is told; the container's word is the stronger.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pullet.manifests.kubernetes.securityschema import (
    AppArmorProfile,
    Capabilities,
    PodSecurityContext,
    SeccompProfile,
    SecurityContext,
    SeLinuxOptions,
)
from pullet.manifests.kubernetes.syntax import NAMESPACED
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.security import Security

_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_UNCONFINED = "unconfined"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PodContext:
    """What a pod says for all its containers: its context, which stands at `loc`, and its annotations."""

    shape: PodSecurityContext
    loc: Loc
    annotations: Mapping[str, str]
    findings: Findings

    def of(self, shape: SecurityContext | None, name: str, loc: Loc) -> Security:
        """What holds for the container `name`, whose context stands at `loc`."""
        own = shape or SecurityContext()
        capabilities = own.capabilities or Capabilities()
        no_new = own.allow_privilege_escalation is False
        if no_new and own.privileged:
            place = (*loc, "allowPrivilegeEscalation")
            self.findings.error(place, "may not be false beside privileged", "leave one of them out")
        return Security(
            user=self._user(own, loc),
            groups=self._groups(),
            non_root=bool(_first(own.run_as_non_root, self.shape.run_as_non_root)),
            privileged=bool(own.privileged),
            add=tuple(dict.fromkeys(capabilities.add)),
            drop=tuple(dict.fromkeys(capabilities.drop)),
            read_only_root=bool(own.read_only_root_filesystem),
            no_new_privileges=no_new,
            seccomp=self._seccomp(own, loc),
            apparmor=self._apparmor(own, name, loc),
            selinux=_selinux(_first(own.se_linux_options, self.shape.se_linux_options)),
            unmasked=own.proc_mount == "Unmasked",
        )

    def sysctls(self) -> dict[str, str]:
        return {dotted_sysctl(entry.name): entry.value for entry in self.shape.sysctls}

    def _user(self, own: SecurityContext, loc: Loc) -> str:
        user = _first(own.run_as_user, self.shape.run_as_user)
        group = _first(own.run_as_group, self.shape.run_as_group)
        if user == 0 and _first(own.run_as_non_root, self.shape.run_as_non_root):
            place = (*loc, "runAsUser") if own.run_as_user is not None else (*self.loc, "runAsUser")
            self.findings.error(place, "is root, while runAsNonRoot is true", "write another user")
        if user is None and group is not None:
            place = (*loc, "runAsGroup") if own.run_as_group is not None else (*self.loc, "runAsGroup")
            said = "needs runAsUser: the engine cannot take the user from the image and the group from here"
            self.findings.error(place, said, "write the number of the image's user as runAsUser")
        number = "" if user is None else str(user)
        return number if group is None else f"{number}:{group}"

    def _groups(self) -> tuple[str, ...]:
        """The kubelet puts every process into fsGroup as well."""
        group = self.shape.fs_group
        numbers = [*self.shape.supplemental_groups, *(() if group is None else (group,))]
        return tuple(str(number) for number in dict.fromkeys(numbers))

    def _seccomp(self, own: SecurityContext, loc: Loc) -> str:
        if own.seccomp_profile is not None:
            return self._profile(own.seccomp_profile, (*loc, "seccompProfile"))
        profile = self.shape.seccomp_profile
        return "" if profile is None else self._profile(profile, (*self.loc, "seccompProfile"))

    def _profile(self, profile: SeccompProfile, loc: Loc) -> str:
        _localhost(profile, loc, self.findings)
        if profile.type == "Localhost" and profile.localhost_profile:
            self.findings.loosens(
                (*loc, "localhostProfile"),
                f"no seccomp profile {profile.localhost_profile} is known here",
                "the engine's own is RuntimeDefault",
            )
        return _UNCONFINED if profile.type == "Unconfined" else ""

    def _apparmor(self, own: SecurityContext, name: str, loc: Loc) -> str:
        """The context is stronger than the annotation, which Kubernetes had before it."""
        if own.app_armor_profile is not None:
            return self._confined(own.app_armor_profile, (*loc, "appArmorProfile"))
        written = self.annotations.get(f"{_APP_ARMOR}{name}")
        if written is not None:
            return self._annotated(written, name)
        profile = self.shape.app_armor_profile
        return "" if profile is None else self._confined(profile, (*self.loc, "appArmorProfile"))

    def _confined(self, profile: AppArmorProfile, loc: Loc) -> str:
        _localhost(profile, loc, self.findings)
        words = {"Unconfined": _UNCONFINED, "Localhost": profile.localhost_profile}
        return words.get(profile.type, "")

    def _annotated(self, written: str, name: str) -> str:
        kind, _, profile = written.partition("/")
        if written in {"", "runtime/default"}:
            return ""
        if written == _UNCONFINED:
            return _UNCONFINED
        if kind != "localhost" or not profile:
            place = (*self.loc[:-2], "metadata", "annotations", f"{_APP_ARMOR}{name}")
            self.findings.error(place, "must be runtime/default, unconfined or localhost/ and a profile")
        return profile


def check(context: PodContext, *, host_network: bool, host_ipc: bool) -> None:
    """What concerns the pod as a whole."""
    shape, findings = context.shape, context.findings
    if shape.supplemental_groups_policy == "Strict":
        findings.loosens(
            (*context.loc, "supplementalGroupsPolicy"),
            "the engine cannot leave out the groups that the image's /etc/group gives a user",
            "remove them from the image, and write Merge",
        )
    seen: set[str] = set()
    for index, entry in enumerate(shape.sysctls):
        place = (*context.loc, "sysctls", index, "name")
        name = dotted_sysctl(entry.name)
        if name in seen:
            findings.error(place, f"{name} stands here a second time")
        seen.add(name)
        _namespaced(name, place, findings, host_network=host_network, host_ipc=host_ipc)


def dotted_sysctl(name: str) -> str:
    """`net/ipv4/conf/eth0.1/forwarding` is the other way to write `net.ipv4.conf.eth0/1.forwarding`."""
    first = min((name.find(mark) for mark in "./" if mark in name), default=-1)
    return name if first < 0 or name[first] == "." else name.translate(str.maketrans("./", "/."))


def _namespaced(name: str, loc: Loc, findings: Findings, *, host_network: bool, host_ipc: bool) -> None:
    """https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/"""
    if not name.startswith(NAMESPACED):
        findings.error(loc, "belongs to the whole node, and not to a pod", "set it on the node")
    elif host_network and name.startswith("net."):
        findings.error(
            loc, "may not be set for the node's network, which hostNetwork asks for", "set it on the node"
        )
    elif host_ipc and not name.startswith("net."):
        findings.error(
            loc, "may not be set for the node's IPC namespace, which hostIPC asks for", "set it on the node"
        )


def _localhost(profile: SeccompProfile | AppArmorProfile, loc: Loc, findings: Findings) -> None:
    place = (*loc, "localhostProfile")
    if profile.type == "Localhost" and not profile.localhost_profile:
        findings.error(place, "is required for the type Localhost")
    if profile.type != "Localhost" and profile.localhost_profile:
        findings.error(place, "may only be set for the type Localhost")


def _selinux(options: SeLinuxOptions | None) -> tuple[tuple[str, str], ...]:
    if options is None:
        return ()
    pairs = (("user", options.user), ("role", options.role), ("type", options.type), ("level", options.level))
    return tuple((name, value) for name, value in pairs if value)


def _first(own: Value | None, pods: Value | None) -> Value | None:
    return pods if own is None else own
