"""Pods of several containers, and what they find in their file system, on a real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pullet.engine.sandbox import program
from pullet.model.observed import Phase, Role
from pullet.model.plan import Start
from pullet.model.pod import Container, EnvVar, Pod, Restart
from pullet.model.security import Security
from pullet.model.text import Fact, Pieces
from pullet.model.volumes import (
    DataPath,
    Files,
    HostPath,
    Mount,
    NamedVolume,
    PathType,
    RenderedFile,
    Scratch,
    Tmpfs,
)
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.pods import SLEEP, container, of
from tests.lab.wait import eventually


def output(engine: LabEngine, found: str) -> str:
    return bytes(engine.client.logs(found)).decode()


def shell(engine: LabEngine, found: str, command: str) -> str:
    made = engine.client.exec_create(found, ["sh", "-c", command])
    return bytes(engine.client.exec_start(made["Id"])).decode().strip()


def pod(*containers: Container, **fields: object) -> Pod:
    return Pod(containers, grace=2, **fields)  # type: ignore[arg-type]


def whole(hand: Hand, made: Pod) -> dict[str, str]:
    """The ids of its containers by name, when all of them run; started as often as it takes."""
    target = of(made)
    names = {one.name for one in made.containers}

    def all_run() -> bool:
        seen = hand.starts(target)
        return names <= {one.name for one in seen.containers if one.phase is Phase.RUNNING}

    eventually(all_run, 20, f"{names} run")
    return {one.name: one.id for one in hand.sees(target.name).containers}


def test_containers_of_a_pod_share_their_network(hand: Hand, engine: LabEngine) -> None:
    """One address, held by a sandbox whose image was made on the spot; what listens is reached by loopback."""
    server = container(name="server", command=("nc", "-ll", "-p", "7000", "-e", "echo", "hello"))
    found = whole(hand, pod(server, container(name="client")))
    assert set(found) == {"server", "client", "POD"}
    eventually(
        lambda: shell(engine, found["client"], "nc 127.0.0.1 7000 </dev/null") == "hello", 10, "it answers"
    )
    seen = hand.sees(of(pod(server, container(name="client"))).name)
    assert len({one.address for one in seen.containers}) == 1
    assert seen.mains == ("server", "client")


def test_init_containers_run_one_after_the_other_and_sidecars_stay(hand: Hand, engine: LabEngine) -> None:
    """The next one starts when the one before has ended well, the main one last."""
    notes = Mount(Scratch("notes"), "/notes")
    first = container(name="first", command=("sh", "-c", "echo first >> /notes/all"), mounts=(notes,))
    helper = container(
        name="helper",
        command=("sh", "-c", f"echo helper >> /notes/all; {SLEEP[2]}"),
        mounts=(notes,),
        restart=Restart.ALWAYS,
    )
    second = container(name="second", command=("sh", "-c", "echo second >> /notes/all"), mounts=(notes,))
    made = pod(container(name="main", mounts=(notes,)), init=(first, helper, second))
    found = whole(hand, made)
    assert shell(engine, found["main"], "cat /notes/all").split() == ["first", "helper", "second"]
    roles = {one.name: one.role for one in hand.sees(of(made).name).containers}
    assert roles == {
        "POD": Role.SANDBOX,
        "first": Role.INIT,
        "helper": Role.SIDECAR,
        "second": Role.INIT,
        "main": Role.MAIN,
    }


def test_a_failing_init_container_keeps_the_main_one_from_starting(hand: Hand) -> None:
    """And the engine tries it again."""
    made = pod(container(name="main"), init=(container(name="first", command=("false",)),))
    target = of(made)
    seen = hand.starts(target)
    assert {one.name for one in hand.starts(target).containers} == {"POD", "first"}
    eventually(lambda: hand.observed().incarnations[0].containers[-1].restarts > 0, 10, "it is restarted")
    assert seen.instance == target.name


def test_a_pod_goes_as_a_whole_and_leaves_nothing(hand: Hand, engine: LabEngine, shelf: Path) -> None:
    """Sandbox, scratch space and rendered files go with it."""
    files = Files((RenderedFile("a.conf", "a"),))
    scratch = Mount(Scratch("s", memory=True), "/s")
    made = pod(
        container(name="a", mounts=(Mount(files, "/etc/a"), scratch)), container(name="b", mounts=(scratch,))
    )
    whole(hand, made)
    assert hand.removes(hand.sees(of(made).name)) is None
    assert hand.observed().incarnations == ()
    assert not list((shelf / "state" / "config").iterdir())
    assert not [one for one in engine.client.volumes()["Volumes"] or () if "-s" in one["Name"][-2:]]


def test_a_sandbox_that_was_killed_takes_its_containers_along(hand: Hand, engine: LabEngine) -> None:
    """Its network is made anew, so who shared the old one is started anew too."""
    made = pod(container(name="a"), container(name="b"))
    found = whole(hand, made)
    engine.client.kill(found["POD"])
    name = of(made).name
    eventually(
        lambda: all(one.stranded for one in hand.sees(name).containers if one.role is Role.MAIN),
        10,
        "cut off",
    )
    hand.revives(hand.sees(name))
    again = hand.sees(name)
    assert all(one.phase is Phase.RUNNING and not one.stranded for one in again.containers)
    assert len({one.address for one in again.containers}) == 1


def test_files_stand_as_they_are_declared(hand: Hand, engine: LabEngine) -> None:
    """Content, mode, a single one by its sub-path, and facts that only the node knows."""
    files = Files(
        (
            RenderedFile("app.conf", "port=80\n", mode=0o640),
            RenderedFile("deep/bytes", b"\x00\x01"),
            RenderedFile("name", Pieces(("I am ", Fact.POD_NAME, " on ", Fact.NODE_NAME))),
        )
    )
    secret = Files((RenderedFile("password", "hush", mode=0o400),), secret=True)
    mounts = (
        Mount(files, "/etc/app", read_only=True),
        Mount(files, "/etc/single.conf", sub_path="app.conf"),
        Mount(secret, "/run/secrets/app", read_only=True),
    )
    found = whole(hand, pod(container(mounts=mounts)))["app"]
    assert shell(engine, found, "stat -c %a /etc/app/app.conf; cat /etc/single.conf") == "640\nport=80"
    assert shell(engine, found, "od -An -tx1 /etc/app/deep/bytes") == "00 01"
    assert shell(engine, found, "cat /etc/app/name").startswith("I am web-0 on n")
    assert (
        shell(engine, found, "stat -c %a /run/secrets/app/password; cat /run/secrets/app/password")
        == "400\nhush"
    )


def test_facts_in_environment_and_command(hand: Hand, engine: LabEngine) -> None:
    """The address is known before the container starts, as a sandbox holds it."""
    env = (
        EnvVar("NAME", Pieces((Fact.POD_NAME,))),
        EnvVar("ADDRESS", Pieces((Fact.POD_IP,))),
        EnvVar("PATH", None),
    )
    found = whole(
        hand, pod(container(env=env, command=("/bin/sh", "-c", SLEEP[2].replace("sleep", "/bin/sleep"))))
    )
    inspected = engine.client.inspect_container(found["app"])
    address = hand.sees(of(pod(container())).name).containers[0].address
    assert {"NAME=web-0", f"ADDRESS={address}"} <= set(inspected["Config"]["Env"])
    assert address


def test_volumes_of_each_kind(hand: Hand, engine: LabEngine, shelf: Path, tmp_path: Path) -> None:
    """A volume outlives its instance, data beside a project too; host paths are the node's."""
    (tmp_path / "there").mkdir()
    mounts = (
        Mount(NamedVolume("data"), "/data"),
        Mount(NamedVolume("own", per_instance=True), "/own"),
        Mount(DataPath("shop/db"), "/db"),
        Mount(HostPath(str(tmp_path / "there"), PathType.DIRECTORY), "/there", read_only=True),
        Mount(HostPath(str(tmp_path / "there"), PathType.EXISTING), "/any"),
        Mount(HostPath(str(tmp_path / "made")), "/made"),
        Mount(Tmpfs(size=1 << 20), "/fast"),
        Mount(Scratch("s"), "/scratch"),
        Mount(NamedVolume("data"), "/part", sub_path="a/b"),
    )
    found = whole(hand, pod(container(mounts=mounts)))["app"]
    inspected = {one["Destination"]: one for one in engine.client.inspect_container(found)["Mounts"]}
    assert inspected["/data"]["Name"].endswith("-data")
    assert inspected["/own"]["Name"].endswith("-own-web-0")
    assert inspected["/there"]["RW"] is False
    shell(engine, found, "echo kept > /db/file; echo deep > /part/file")
    assert (shelf / "state" / "data" / "shop" / "db" / "file").read_text() == "kept\n"
    assert shell(engine, found, "cat /data/a/b/file; stat -c %a /scratch") == "deep\n777"
    assert (tmp_path / "made").is_dir()


@pytest.mark.parametrize(
    ("mount", "says"),
    [
        (Mount(HostPath("/nowhere/at/all", PathType.DIRECTORY), "/x"), "does not exist: /nowhere/at/all"),
        (Mount(HostPath("/nowhere/at/all", PathType.EXISTING), "/x"), "does not exist: /nowhere/at/all"),
        (Mount(HostPath("/etc/hostname", PathType.DIRECTORY), "/x"), "is not a Directory"),
        (Mount(NamedVolume("nobody-made-this", external=True), "/x"), "is external and not on this node"),
        (Mount(DataPath("a"), "/x", sub_path="../../.."), "leads out of its volume"),
    ],
)
def test_what_must_be_there_and_is_not_is_refused(hand: Hand, mount: Mount, says: str) -> None:
    """With a reason that names it."""
    failed = hand.does(Start(of(pod(container(mounts=(mount,)))), "c0ffee", "test"))
    assert failed is not None
    assert failed.refused
    assert says in failed.error


def test_rights_arrive(hand: Hand, engine: LabEngine) -> None:
    """As the engine itself says on inspection."""
    security = Security(
        user="1000:1000",
        groups=("2000",),
        add=("NET_ADMIN",),
        drop=("ALL",),
        read_only_root=True,
        no_new_privileges=True,
        seccomp="unconfined",
    )
    found = whole(hand, pod(container(security=security)))["app"]
    host = engine.client.inspect_container(found)["HostConfig"]
    assert (host["CapAdd"], host["CapDrop"], host["ReadonlyRootfs"]) == (["NET_ADMIN"], ["ALL"], True)
    assert host["SecurityOpt"] == ["no-new-privileges:true", "seccomp=unconfined"]
    assert shell(engine, found, "id -u; id -G") == "1000\n1000 2000"


def test_an_image_that_runs_as_root_is_refused_where_it_must_not(hand: Hand) -> None:
    """For runAsNonRoot."""
    failed = hand.does(Start(of(pod(container(security=Security(non_root=True)))), "c0ffee", "test"))
    assert failed is not None
    assert "must not run as root" in failed.error


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_the_sandbox_is_an_executable_for_each_machine(machine: str) -> None:
    """Small, static, and with the machine's own number in its header."""
    made = program(machine)
    assert made[:4] == b"\x7fELF"
    assert made[18] == {"x86_64": 62, "arm64": 183}[machine]
    assert len(made) < 300
