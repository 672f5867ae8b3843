"""An instance in the engine's own words."""

import re

import pytest

from pullet.engine import labels
from pullet.engine.spec import container_name
from pullet.model.limits import Resources
from pullet.model.network import Attachment, Joined, Network
from pullet.model.placement import Instance
from pullet.model.pod import EnvVar, Pod, Port, Restart
from tests.lab.pods import container, drawn, instance, of

NETWORK = "pullet-edge-1-shop"


def body(target: Instance) -> dict:  # type: ignore[type-arg]
    return drawn(target).body


def test_the_name_is_readable_in_front_and_unique_behind() -> None:
    """The name says namespace and pod, and ends in a digest."""
    assert re.fullmatch(r"shop-web-0-[0-9a-f]{10}", container_name(instance(), "edge-1"))


def test_the_name_differs_by_node_instance_and_specification() -> None:
    """Whatever makes an incarnation another one gives it another name."""
    other_spec = instance(env=(EnvVar("A", "1"),))
    names = {
        container_name(instance(), "edge-1"),
        container_name(instance(), "edge-2"),
        container_name(instance("shop/Deployment/web#1"), "edge-1"),
        container_name(other_spec, "edge-1"),
    }
    assert len(names) == 4


def test_a_long_or_odd_name_is_cut_to_what_the_engine_takes() -> None:
    """At most 63 characters of the engine's alphabet, the digest whole."""
    name = container_name(instance(f"shop/Service/{'päß' * 40}#0"), "edge-1")
    assert len(name) <= 63
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+-[0-9a-f]{10}", name)


@pytest.mark.parametrize(
    ("command", "args", "expected"),
    [
        (None, None, {}),
        (("a",), None, {"Entrypoint": ["a"]}),
        (None, ("b",), {"Cmd": ["b"]}),
        (("a",), ("b",), {"Entrypoint": ["a"], "Cmd": ["b"]}),
        ((), None, {"Entrypoint": [""]}),
    ],
)
def test_command_and_args(
    command: tuple[str, ...] | None, args: tuple[str, ...] | None, expected: dict[str, list[str]]
) -> None:
    """Command stands for ENTRYPOINT and args for CMD; an empty command takes both of the image away."""
    made = body(instance(command=command, args=args))
    assert {key: made[key] for key in ("Entrypoint", "Cmd") if key in made} == expected


def test_limits_leave_no_swap_and_shares_follow_the_request() -> None:
    """Memory and swap together are the memory limit; 250m of a core are 256 shares and 500m half a core."""
    resources = Resources(cpu_request=250, cpu_limit=500, memory_request=1 << 24, memory_limit=1 << 25)
    host = body(instance(resources=resources))["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 1 << 25
    assert (host["MemoryReservation"], host["NanoCpus"], host["CpuShares"]) == (1 << 24, 500_000_000, 256)


def test_the_smallest_request_has_two_shares() -> None:
    """The kernel knows no smaller share than 2."""
    assert body(instance(resources=Resources(cpu_request=1)))["HostConfig"]["CpuShares"] == 2


def test_a_request_too_small_for_the_engine() -> None:
    """The engine takes no soft bound below 6 MiB; the pod runs without one."""
    assert (
        "MemoryReservation" not in body(instance(resources=Resources(memory_request=1 << 15)))["HostConfig"]
    )


def test_nothing_asked_is_nothing_limited() -> None:
    """Without resources the engine's defaults hold."""
    assert not {"Memory", "MemorySwap", "NanoCpus", "CpuShares"} & body(instance())["HostConfig"].keys()


@pytest.mark.parametrize(
    ("policy", "engines"),
    [(Restart.ALWAYS, "unless-stopped"), (Restart.ON_FAILURE, "on-failure"), (Restart.NEVER, "no")],
)
def test_restart_policies(policy: Restart, engines: str) -> None:
    """The engine itself brings crashed containers back, also while the agent is down."""
    assert body(instance(restart=policy))["HostConfig"]["RestartPolicy"] == {"Name": engines}


def test_only_host_ports_are_published() -> None:
    """A port without a host port is exposed and not published."""
    made = body(instance(ports=(Port(80, host=8080, host_ip="127.0.0.1"), Port(53, protocol="udp"))))
    assert made["ExposedPorts"] == {"80/tcp": {}, "53/udp": {}}
    assert made["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}


def test_the_grace_period_is_rounded_up() -> None:
    """The engine counts whole seconds, and none too few are given."""
    assert body(instance(grace=1.2))["StopTimeout"] == 2


def test_the_labels_of_users_never_override_ours() -> None:
    """A pod's labels stand on its container, except below pullet.dev/ and where they would contradict."""
    pod = Pod(
        (container(),), labels={"app": "web", labels.NODE: "liar", labels.READINESS: "x", labels.POD: "y"}
    )
    marks = body(of(pod))["Labels"]
    assert (marks["app"], marks[labels.NODE], marks[labels.POD]) == ("web", "edge-1", "web-0")
    assert labels.READINESS not in marks


def test_a_pod_answers_to_its_own_name_and_its_workloads() -> None:
    """Both names resolve on the namespace's network; a bare Pod has one."""
    ends = body(instance())["NetworkingConfig"]["EndpointsConfig"]
    assert ends == {NETWORK: {"Aliases": ["web-0", "web"]}}
    bare = body(instance("shop/Pod/tool#0"))["NetworkingConfig"]["EndpointsConfig"]
    assert bare == {NETWORK: {"Aliases": ["tool"]}}


def test_a_hardware_address_is_the_containers_too() -> None:
    """Engines before API 1.44 look for it there and nowhere else."""
    attachment = Attachment(Network("shop"), mac="02:42:ac:00:00:08")
    made = drawn(of(Pod((container(),), network=Joined((attachment,))))).body
    assert made["MacAddress"] == "02:42:ac:00:00:08"
    assert "MacAddress" not in drawn(of(Pod((container(),)))).body
