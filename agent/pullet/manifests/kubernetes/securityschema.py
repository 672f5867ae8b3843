"""The shapes of security contexts, of a pod and of its containers.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import Literal

from pullet.manifests.kubernetes.syntax import Capability, Id, Sysctl
from pullet.manifests.schema import Shape, Unsupported, honoured, ignored, unsupported, warned


class SeLinuxOptions(Shape):
    """seLinuxOptions"""

    user: str = honoured("The SELinux user.", "")
    role: str = honoured("The SELinux role.", "")
    type: str = honoured("The SELinux type.", "")
    level: str = honoured("The SELinux level.", "")


class SeccompProfile(Shape):
    """seccompProfile"""

    type: Literal["RuntimeDefault", "Unconfined", "Localhost"] = honoured(
        "RuntimeDefault, which is also what holds without any; Unconfined. Localhost is refused, as such profiles "
        "stand on the nodes of a cluster and not in the repository."
    )
    localhost_profile: str = honoured("The profile of type Localhost.", "")


class AppArmorProfile(Shape):
    """appArmorProfile"""

    type: Literal["RuntimeDefault", "Unconfined", "Localhost"] = honoured(
        "RuntimeDefault, which is also what holds without any; Unconfined; Localhost, a profile that the node has."
    )
    localhost_profile: str = honoured("The profile of type Localhost.", "")


class Capabilities(Shape):
    """capabilities"""

    add: list[Capability] = honoured(
        "Beside the engine's default set; in any case, with or without CAP_.", []
    )
    drop: list[Capability] = honoured("Out of it.", [])


_WINDOWS = "containers here are Linux containers."


class _Context(Shape):
    """What a pod's and a container's security context have in common."""

    run_as_user: Id | None = honoured("The user's number; the image's own without one.", None)
    run_as_group: Id | None = honoured("The group's number.", None)
    run_as_non_root: bool | None = honoured("Refuses to start as root.", None)
    seccomp_profile: SeccompProfile | None = honoured("Which system calls are allowed.", None)
    app_armor_profile: AppArmorProfile | None = honoured("Which AppArmor profile confines it.", None)
    se_linux_options: SeLinuxOptions | None = honoured("The SELinux label.", None)
    windows_options: Unsupported = unsupported(_WINDOWS)


class SecurityContext(_Context):
    """securityContext of a container"""

    capabilities: Capabilities | None = honoured("What root in it may do.", None)
    privileged: bool | None = honoured("Everything that the node may do.", None)
    read_only_root_filesystem: bool | None = honoured("Nothing of the image can be written to.", None)
    allow_privilege_escalation: bool | None = honoured("false: no program gains rights, as by setuid.", None)
    proc_mount: Literal["Default", "Unmasked", ""] = honoured("Unmasked shows all of /proc.", "")


class SysctlEntry(Shape):
    """sysctls[]"""

    name: Sysctl = honoured("The name, with dots or slashes.")
    value: str = honoured("The value.")


class PodSecurityContext(_Context):
    """securityContext of a pod"""

    fs_group: Id | None = honoured("The group that owns the volumes; every process is in it.", None)
    fs_group_change_policy: Literal["OnRootMismatch", "Always", ""] = ignored(
        "When a volume's owner is set anew, which changes how long a start takes and not what it finds."
    )
    supplemental_groups: list[Id] = honoured("Further groups of every process.", [])
    supplemental_groups_policy: Literal["Merge", "Strict", ""] = honoured(
        "Merge: those of the image's /etc/group as well. Strict is refused, as the engine cannot leave them out.",
        "",
    )
    sysctls: list[SysctlEntry] = honoured(
        "Parameters of the kernel that a pod has to itself: net.*, kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*.",
        [],
    )
    se_linux_change_policy: Literal["MountOption", "Recursive", ""] = warned(
        "the engine labels volumes in its own way."
    )
