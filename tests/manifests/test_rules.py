"""Each rule of the node's policy: what breaks it, what does not, and what allows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pullet.manifests.rules import HostPath, Policy, breaches
from pullet.model import volumes
from pullet.model.limits import Device, Resources
from pullet.model.network import Attachment, HostNetwork, Joined, Network
from pullet.model.pod import Build, Container, Pod
from pullet.model.probe import Exec
from pullet.model.security import Security
from pullet.model.volumes import Mount, NamedVolume, RepoPath

C = Container("c", "i")


def pod(**changes: object) -> Pod:
    return Pod((replace(C, **changes),))  # type: ignore[arg-type]


def secured(**changes: object) -> Pod:
    return pod(security=Security(**changes))  # type: ignore[arg-type]


def mounting(source: volumes.Source, **changes: object) -> Pod:
    return pod(mounts=(Mount(source, "/x", **changes),))  # type: ignore[arg-type]


def path(name: str, *, read_only: bool = False) -> Pod:
    return mounting(volumes.HostPath(name), read_only=read_only)


def rules(asked: Pod, policy: Policy | None = None) -> list[str]:
    return [breach.rule for breach in breaches(asked, policy or Policy())]


PRIVILEGED = {
    "privileged": secured(privileged=True),
    "hook": Pod((replace(C, pre_stop=Exec(("a",), privileged=True)),)),
    "init": Pod((C,), init=(replace(C, security=Security(privileged=True)),)),
    "seccomp": secured(seccomp="unconfined"),
    "own profile": secured(seccomp="{}"),
    "apparmor": secured(apparmor="unconfined"),
    "selinux": secured(selinux=(("type", "spc_t"),)),
    "unmasked": secured(unmasked=True),
    "user namespace": secured(user_namespace="host"),
    "device rules": pod(resources=Resources(device_rules=("c 1:1 rwm",))),
    "cgroup parent": pod(resources=Resources(cgroup_parent="/")),
    "cgroup namespace": pod(resources=Resources(private_cgroup=False)),
    "runtime": pod(runtime="other"),
    "propagation": mounting(NamedVolume("v"), propagation="rshared"),
    "mount options": mounting(NamedVolume("v", options={"type": "overlay", "o": "lowerdir=/etc"})),
    "uts": replace(pod(), uts="host"),
}


@pytest.mark.parametrize("what", sorted(PRIVILEGED))
def test_what_comes_to_privileged(what: str) -> None:
    """Everything that opens as much is one rule."""
    assert set(rules(PRIVILEGED[what])) == {"privileged"}
    assert rules(PRIVILEGED[what], Policy(privileged=True)) == []


@pytest.mark.parametrize(
    "asked",
    [
        pod(),
        secured(
            apparmor="docker-default", selinux=(("level", "s0"),), no_new_privileges=True, add=("CHOWN",)
        ),
        mounting(RepoPath("a", "1")),
        mounting(NamedVolume("share", options={"type": "nfs", "o": "addr=10.0.0.1", "device": ":/share"})),
        mounting(NamedVolume("share", options={"type": "cifs", "o": "user=a", "device": "//server/share"})),
        pod(resources=Resources(private_cgroup=True)),
    ],
)
def test_what_the_default_allows(asked: Pod) -> None:
    """What opens nothing needs no word of the node."""
    assert rules(asked) == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("network", replace(pod(), network=HostNetwork())),
        (
            "network",
            replace(pod(), network=Joined((Attachment(Network("host", external=True, exact=True)),))),
        ),
        ("network", replace(pod(), network=Joined((Attachment(Network("lan", driver="macvlan")),)))),
        ("pid", replace(pod(), pid="host")),
        ("ipc", replace(pod(), ipc="host")),
    ],
)
def test_host_namespaces(name: str, asked: Pod) -> None:
    """Each by itself."""
    assert rules(asked) == ["hostNamespaces"]
    assert rules(asked, Policy(host_namespaces=frozenset({name}))) == []


def test_capabilities() -> None:
    """Those of the engine's default set are free; ALL allows all."""
    asked = secured(add=("NET_ADMIN", "KILL"))
    assert rules(asked) == ["capabilities"]
    assert rules(asked, Policy(capabilities=frozenset({"NET_ADMIN"}))) == []
    assert rules(secured(add=("ALL",)), Policy(capabilities=frozenset({"NET_ADMIN"}))) == ["capabilities"]
    assert rules(asked, Policy(capabilities=frozenset({"ALL"}))) == []


DATA = Policy(host_paths=(HostPath("/srv/data"), HostPath("/etc", read_only=True), HostPath("/var/run")))


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (path("/srv/data"), True),
        (path("/srv/data/below"), True),
        (path("/srv/data2"), False),
        (path("/srv"), False),
        (path("/srv/data/../secret"), False),
        (path("/etc/hosts"), False),
        (path("/etc/hosts", read_only=True), True),
        (path("/var/run/lock"), True),
        (path("/var/run/docker.sock"), False),
        (path("/run"), False),
        (path("/", read_only=True), False),
        (mounting(NamedVolume("v", options={"type": "none", "o": "bind", "device": "/root"})), False),
        (mounting(NamedVolume("v", options={"type": "none", "o": "bind", "device": "/srv/data/x"})), True),
        (mounting(NamedVolume("v", options={"type": "nfs", "o": "rw,bind", "device": "/root"})), False),
        (mounting(NamedVolume("v", options={"device": "/dev/sda1"})), False),
    ],
)
def test_host_paths(asked: Pod, allowed: bool) -> None:
    """What is below an allowed path, to read only where that is said; never an engine's socket or what holds it."""
    assert rules(asked, DATA) == ([] if allowed else ["hostPaths"])


def test_the_engines_socket_has_to_be_named_itself() -> None:
    """By whichever of its names."""
    policy = Policy(host_paths=(HostPath("/run/docker.sock"),))
    assert rules(path("/var/run/docker.sock"), policy) == []
    assert rules(path("/var/run/docker.sock"), Policy(host_paths=(HostPath("/"),))) == ["hostPaths"]


def test_devices() -> None:
    """Patterns of paths."""
    asked = pod(resources=Resources(devices=(Device("/dev/snd/../ttyUSB0", "/dev/x"),)))
    assert rules(asked) == ["devices"]
    assert rules(asked, Policy(devices=frozenset({"/dev/ttyUSB*"}))) == []
    assert rules(asked, Policy(devices=frozenset({"/dev/snd/*"}))) == ["devices"]


def test_build() -> None:
    """Where images may be built, their names are no matter of registries."""
    asked = pod(build=Build(RepoPath("a", "1")))
    assert rules(asked, Policy(registries=())) == ["build"]
    assert rules(asked, Policy(build=True, registries=())) == []


def test_a_breach_says_what_is_asked_for() -> None:
    """In words, with what the rule allows."""
    (breach,) = breaches(path("/etc"), DATA)
    assert (breach.asks, breach.allowed) == (
        "the node's path /etc, to write,",
        "/etc (to read), /srv/data, /var/run",
    )
