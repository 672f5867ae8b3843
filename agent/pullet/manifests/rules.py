"""The rules of a node's policy, each a function from a pod to what of it breaks the rule. Used by `policy.bound`.

They judge the internal form, so that they hold for whatever door a workload came through.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from pullet.model import volumes
from pullet.model.image import normalised
from pullet.model.network import Attachment, HostNetwork, Joined
from pullet.model.pod import Container, Pod
from pullet.model.probe import Exec, Handler
from pullet.model.volumes import Mount, NamedVolume

_SOCKETS = (
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
)
_SHARES = frozenset({"nfs", "nfs4", "cifs", "tmpfs"})
_OF_THE_NODE = frozenset({"host", "macvlan", "ipvlan"})
_FILES = frozenset({"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "MKNOD", "SETFCAP", "SYS_CHROOT"})
_PROCESSES = frozenset({"AUDIT_WRITE", "KILL", "NET_BIND_SERVICE", "NET_RAW", "SETGID", "SETPCAP", "SETUID"})
_DEFAULT_CAPABILITIES = _FILES | _PROCESSES
"""https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities"""


@dataclass(frozen=True, slots=True)
class HostPath:
    """A path of the node that may be mounted, with what is below it."""

    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The defaults are what holds on a node without a policy file; `source` is the file, for messages.

    With `lenient_isolation`, what tightens isolation and cannot be held here is warned of and does not refuse.
    """

    privileged: bool = False
    host_namespaces: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    host_paths: tuple[HostPath, ...] = ()
    devices: frozenset[str] = frozenset()
    registries: tuple[str, ...] = ("*",)
    build: bool = False
    lenient_isolation: bool = False
    source: str = field(default="the default policy", compare=False)


@dataclass(frozen=True, slots=True)
class Breach:
    """What is asked for, the rule that it breaks, and what that rule allows."""

    asks: str
    rule: str
    allowed: str


Rule = Callable[[Pod, Policy], Iterator[Breach]]


def breaches(pod: Pod, policy: Policy) -> Iterator[Breach]:
    """Everything that the policy does not allow, rule by rule, each once."""
    yield from dict.fromkeys(breach for rule in RULES for breach in rule(pod, policy))


def _privileged(pod: Pod, policy: Policy) -> Iterator[Breach]:
    """Also what opens as much in another way."""
    if policy.privileged:
        return
    asked = [f"the node's uts namespace ({pod.uts})"] if pod.uts == "host" else []
    for container in pod.all_containers():
        asked += [f"{what} of the container {container.name}" for what in _opened(container)]
    for what in asked:
        yield Breach(what, "privileged", "no privileged containers, nor what comes to the same")


def _opened(container: Container) -> Iterator[str]:
    security, resources = container.security, container.resources
    for asked, what in (
        (security.privileged, "privileged"),
        (any(map(_is_privileged, (container.post_start, container.pre_stop))), "a privileged hook"),
        (security.seccomp, "a seccomp profile that is not the engine's own"),
        (security.apparmor == "unconfined", "AppArmor unconfined"),
        (any(key != "level" for key, _ in security.selinux), "another SELinux label"),
        (security.unmasked, "an unmasked /proc"),
        (security.user_namespace == "host", "the node's user namespace"),
        (resources.device_rules, "rules for device groups"),
        (resources.cgroup_parent, "another parent of its cgroup"),
        (resources.private_cgroup is False, "the node's cgroup namespace"),
        (container.runtime, f"the runtime {container.runtime}"),
        (
            any(mount.propagation.endswith("shared") for mount in container.mounts),
            "mounts that reach the node",
        ),
        (any(map(_mounts_anything, _volumes(container))), "a volume that mounts what its options say"),
    ):
        if asked:
            yield what


def _is_privileged(hook: Handler | None) -> bool:
    return isinstance(hook, Exec) and hook.privileged


def _volumes(container: Container) -> Iterator[NamedVolume]:
    return (mount.source for mount in container.mounts if isinstance(mount.source, NamedVolume))


def _mounts_anything(volume: NamedVolume) -> bool:
    """The local driver calls mount with these options; what is bound so is a path of the node, and judged as one."""
    kind = volume.options.get("type", "")
    return volume.driver == "local" and bool(kind) and kind not in {*_SHARES, "none", "bind"}


def _host_namespaces(pod: Pod, policy: Policy) -> Iterator[Breach]:
    asked = {
        "network": isinstance(pod.network, HostNetwork) or _on_the_nodes_network(pod),
        "pid": pod.pid == "host",
        "ipc": pod.ipc == "host",
    }
    for name, wanted in asked.items():
        if wanted and name not in policy.host_namespaces:
            yield Breach(f"the node's {name} namespace", "hostNamespaces", _list(policy.host_namespaces))


def _on_the_nodes_network(pod: Pod) -> bool:
    attachments = pod.network.attachments if isinstance(pod.network, Joined) else ()
    builds = (container.build for container in pod.all_containers())
    return any(map(_of_the_node, attachments)) or any(build and build.network == "host" for build in builds)


def _of_the_node(attachment: Attachment) -> bool:
    network = attachment.network
    return network.driver in _OF_THE_NODE or (network.exact and network.name == "host")


def _capabilities(pod: Pod, policy: Policy) -> Iterator[Breach]:
    free = policy.capabilities | _DEFAULT_CAPABILITIES
    for container in pod.all_containers():
        for name in container.security.add:
            if name.upper().removeprefix("CAP_") not in free and "ALL" not in policy.capabilities:
                asks = f"the capability {name} of the container {container.name}"
                yield Breach(asks, "capabilities", _list(policy.capabilities))


def _host_paths(pod: Pod, policy: Policy) -> Iterator[Breach]:
    for container in pod.all_containers():
        for mount in container.mounts:
            path = _path(mount)
            if path and not _may_mount(path, policy, read_only=mount.read_only):
                how = "" if mount.read_only else ", to write,"
                yield Breach(f"the node's path {path}{how}", "hostPaths", _paths(policy))


def _path(mount: Mount) -> str:
    """The path of the node that is mounted; volumes of the local driver may bind one."""
    match mount.source:
        case volumes.HostPath(path=path):
            return _plain(path)
        case NamedVolume(driver="local", options=options) if not _is_share(options):
            device = options.get("device", "")
            return _plain(device) if device.startswith("/") else ""
    return ""


def _is_share(options: Mapping[str, str]) -> bool:
    """What no path of the node is: `//server/share` begins like one. With `bind` the kernel looks at no type."""
    return options.get("type", "") in _SHARES and not {"bind", "rbind"} & set(options.get("o", "").split(","))


def _plain(path: str) -> str:
    plain = posixpath.normpath(f"/{path.lstrip('/')}")
    return plain.removeprefix("/var") if plain == "/var/run" or plain.startswith("/var/run/") else plain


def _may_mount(path: str, policy: Policy, *, read_only: bool) -> bool:
    """A socket of an engine hands over the node, so it has to be named itself, also where what holds it is mounted."""
    usable = [_plain(one.path) for one in policy.host_paths if read_only or not one.read_only]
    sockets = [socket for socket in _SOCKETS if _below(socket, path)]
    if any(socket not in usable for socket in sockets):
        return False
    return any(_below(path, one) for one in usable)


def _below(path: str, directory: str) -> bool:
    return directory in {path, "/"} or path.startswith(f"{directory}/")


def _paths(policy: Policy) -> str:
    return _list(f"{one.path} (to read)" if one.read_only else one.path for one in policy.host_paths)


def _devices(pod: Pod, policy: Policy) -> Iterator[Breach]:
    for container in pod.all_containers():
        for device in container.resources.devices:
            path = posixpath.normpath(device.host)
            if not any(fnmatchcase(path, pattern) for pattern in policy.devices):
                yield Breach(f"the device {path}", "devices", _list(policy.devices))


def _registries(pod: Pod, policy: Policy) -> Iterator[Breach]:
    for container in pod.all_containers():
        if container.build is None and not _allowed(container.image, policy.registries):
            yield Breach(f"the image {container.image}", "registries", _list(policy.registries))


def _build(pod: Pod, policy: Policy) -> Iterator[Breach]:
    for container in pod.all_containers():
        if container.build is not None and not policy.build:
            asks = f"building the image of the container {container.name}"
            yield Breach(asks, "build", "no images to be built")


RULES: tuple[Rule, ...] = (
    _privileged,
    _host_namespaces,
    _capabilities,
    _host_paths,
    _devices,
    _registries,
    _build,
)


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _allowed(image: str, patterns: tuple[str, ...]) -> bool:
    references = (image, normalised(image))
    return any(fnmatchcase(reference, pattern) for pattern in patterns for reference in references)
