"""What the engine says of a container that it was told to create: also what this machine cannot start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pullet.engine.labels import COMPOSE_NUMBER, COMPOSE_SERVICE
from pullet.engine.mounts import mounted
from pullet.model.limits import BlockIo, Device, DeviceRequest, Resources, Ulimit
from pullet.model.pod import Logging, Pod, Restart
from pullet.model.probe import HealthCheck
from pullet.model.security import Security
from pullet.model.volumes import Mount, Tmpfs
from tests.lab.engine import LabEngine
from tests.lab.pods import container, drawn, of

Told = Callable[..., dict[str, Any]]


@pytest.fixture
def told(engine: LabEngine) -> Iterator[Told]:
    """Create a container with these fields, and inspect it; it is never started."""
    made = []

    def create(
        name: str = "shop/Service/web#0", pod: dict[str, Any] | None = None, **fields: Any
    ) -> dict[str, Any]:
        target = of(Pod((container(**fields),), **(pod or {})), name)
        plan = drawn(target, network="none")
        plan.body.pop("NetworkingConfig", None)
        plan.body["HostConfig"] |= mounted(tuple((one, None) for one in fields.get("mounts", ())))
        made.append(engine.client.create(plan.body, plan.name))
        return dict(engine.client.inspect_container(made[-1]))

    yield create
    for one in made:
        engine.client.remove_container(one, force=True)


def test_limits(told: Told) -> None:
    """Memory without swap, processor by request and limit, processes, shared memory, files."""
    host = told(
        resources=Resources(
            cpu_request=250,
            cpu_limit=500,
            memory_limit=64 << 20,
            memory_request=32 << 20,
            pids=50,
            shm=8 << 20,
            ulimits=(Ulimit("nofile", 1024, 2048),),
            oom_score=500,
            cpuset="0",
        )
    )["HostConfig"]
    assert (host["CpuShares"], host["NanoCpus"], host["CpusetCpus"]) == (256, 500_000_000, "0")
    assert (host["Memory"], host["MemorySwap"], host["MemoryReservation"]) == (64 << 20, 64 << 20, 32 << 20)
    assert (host["PidsLimit"], host["ShmSize"], host["OomScoreAdj"]) == (50, 8 << 20, 500)
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 1024, "Hard": 2048}]


def test_devices(told: Told) -> None:
    """Of the node, by rule, by driver, and how fast they may be used."""
    host = told(
        resources=Resources(
            devices=(Device("/dev/null", "/dev/nothing", "r"),),
            device_rules=("c 1:3 mr",),
            device_requests=(DeviceRequest("nvidia", -1),),
            block_io=BlockIo(weight=300, rates=(("read_bps", "/dev/null", 1024),)),
        )
    )["HostConfig"]
    assert host["Devices"] == [
        {"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "r"}
    ]
    assert host["DeviceCgroupRules"] == ["c 1:3 mr"]
    assert host["DeviceRequests"][0]["Count"] == -1
    assert host["BlkioDeviceReadBps"] == [{"Path": "/dev/null", "Rate": 1024}]


def test_rights(told: Told) -> None:
    """Privileged, masks, profiles and namespaces of the node."""
    security = Security(privileged=True, unmasked=True, apparmor="unconfined", selinux=(("disable", ""),))
    pod = {"pid": "host", "ipc": "host", "uts": "host", "sysctls": {"net.ipv4.ip_forward": "1"}}
    found = told(pod=pod, security=security)
    host = found["HostConfig"]
    assert (host["Privileged"], host["MaskedPaths"], host["ReadonlyPaths"]) == (True, [], [])
    assert (host["PidMode"], host["IpcMode"], host["UTSMode"]) == ("host", "host", "host")
    assert host["Sysctls"] == {"net.ipv4.ip_forward": "1"}


def test_process(told: Told) -> None:
    """Signal, time to stop, terminal, init, restarts, log and the engine's own health check."""
    found = told(
        pod={
            "grace": 7.5,
            "restart": Restart.ON_FAILURE,
            "restarts": 4,
            "hostname": "www",
            "domainname": "shop",
        },
        stop_signal="SIGQUIT",
        tty=True,
        stdin=True,
        reaper=True,
        logging=Logging("json-file", {"max-size": "1m"}),
        healthcheck=HealthCheck(("CMD", "true"), interval=5, timeout=2, retries=3, start_period=1),
    )
    config, host = found["Config"], found["HostConfig"]
    assert (config["StopSignal"], config["StopTimeout"]) == ("SIGQUIT", 8)
    assert (config["Tty"], config["OpenStdin"], host["Init"]) == (True, True, True)
    assert (config["Hostname"], config["Domainname"]) == ("www", "shop")
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 4}
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "1m"}}
    assert config["Healthcheck"] == {
        "Test": ["CMD", "true"],
        "Interval": 5_000_000_000,
        "Timeout": 2_000_000_000,
        "StartPeriod": 1_000_000_000,
        "Retries": 3,
    }


def test_memory_of_its_own(told: Told) -> None:
    """In either form that the engine knows: with size and mode, or with the words of mount."""
    plain = told(mounts=(Mount(Tmpfs(size=1 << 20, mode=0o700), "/fast"),))["HostConfig"]["Mounts"]
    assert plain[0]["TmpfsOptions"] == {"SizeBytes": 1 << 20, "Mode": 0o700}
    worded = told(mounts=(Mount(Tmpfs(size=1 << 20, options="noexec"), "/fast"),), name="shop/Service/web#1")
    assert worded["HostConfig"]["Tmpfs"] == {"/fast": "size=1048576,noexec"}


def test_labels_of_compose(told: Told) -> None:
    """Replicas count from one, for the tools that show a project; ours cannot be given."""
    given = {COMPOSE_SERVICE: "web", "pullet.dev/hash": "forged", "team": "a"}
    found = told("shop/Service/web#2", labels=given)["Config"]["Labels"]
    assert (found[COMPOSE_SERVICE], found[COMPOSE_NUMBER], found["team"]) == ("web", "3", "a")
    assert found["pullet.dev/hash"] != "forged"
