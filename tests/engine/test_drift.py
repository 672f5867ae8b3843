"""How a container differs from what was asked for, and what of that is put back in place."""

from typing import Any

import pytest

from pullet.engine import labels
from pullet.engine.changes import Changes
from pullet.engine.client import Client, Connection
from pullet.engine.drift import Ways, drifted
from pullet.engine.observe import RECHECK, Observer
from pullet.model.limits import Device, Resources, Ulimit
from pullet.model.network import Attachment, Dns, Joined, Network
from pullet.model.placement import Instance
from pullet.model.plan import Mend, Start
from pullet.model.pod import EnvVar, Pod, Port, Restart
from pullet.model.probe import HealthCheck
from pullet.model.security import Security
from pullet.model.volumes import HostPath, Mount, NamedVolume, Scratch, Tmpfs
from tests.lab.engine import LabEngine
from tests.lab.hand import BECAUSE, COMMIT, Hand
from tests.lab.images import BUSYBOX, tag
from tests.lab.pods import SLEEP, container, instance, of
from tests.lab.proxy import tapped
from tests.lab.wait import eventually

MIB = 1 << 20
LIMITED = Resources(memory_limit=128 * MIB, cpu_limit=500, pids=100)
PLAIN = instance()
EVERYTHING = of(
    Pod(
        (
            container(
                args=("a", ""),
                env=(
                    EnvVar("A", "1"),
                    EnvVar("PATH", None),
                    EnvVar("B", "x=y", secret=True),
                    EnvVar("A", "2"),
                ),
                working_dir="/tmp",
                ports=(Port(80, 39195, "127.0.0.1"), Port(81, 0), Port(82, protocol="udp")),
                exposed=("90/tcp",),
                resources=Resources(
                    memory_limit=128 * MIB,
                    memory_request=64 * MIB,
                    cpu_limit=500,
                    cpu_request=100,
                    cpuset="0",
                    pids=50,
                    shm=8 * MIB,
                    oom_score=100,
                    ulimits=(Ulimit("nofile", 1000, 2000),),
                    devices=(Device("/dev/null", "/dev/nothing", "r"),),
                ),
                security=Security(
                    user="1000",
                    add=("NET_ADMIN", "CAP_SYS_TIME"),
                    drop=("ALL",),
                    groups=("5",),
                    read_only_root=True,
                    no_new_privileges=True,
                    seccomp="unconfined",
                ),
                mounts=(
                    Mount(HostPath("/tmp"), "/of-the-node", read_only=True),
                    Mount(NamedVolume("data"), "/data"),
                    Mount(Scratch("one"), "/scratch"),
                    Mount(Tmpfs(size=MIB), "/memory"),
                    Mount(Tmpfs(size=MIB, options="noexec"), "/other"),
                ),
                healthcheck=HealthCheck(("CMD", "true"), interval=60),
                stop_signal="SIGINT",
                tty=True,
                stdin=True,
                reaper=True,
                labels={"with": "words", "empty": ""},
            ),
        ),
        restart=Restart.ON_FAILURE,
        restarts=7,
        labels={"app": "web"},
        hosts=(("there", "192.0.2.1"),),
        dns=Dns(("192.0.2.53",), ("example",), ("ndots:2",)),
        sysctls={"net.ipv4.ip_unprivileged_port_start": "0"},
        hostname="named",
    )
)
ENTRYLESS = instance(command=(), args=SLEEP)
PRIVILEGED = instance(security=Security(privileged=True))
TOGETHER = of(
    Pod((container(name="a", resources=LIMITED), container(name="b")), share_processes=True, grace=1)
)


TWO_NETWORKS = of(
    Pod(
        (container(),),
        network=Joined((Attachment(Network("front"), ("www",)), Attachment(Network("back")))),
        grace=1,
    )
)


@pytest.fixture
def lab(engine: LabEngine, node: str) -> "Lab":
    return Lab(engine.client, node)


class Lab:
    """What a person does by hand to the containers of a node."""

    def __init__(self, client: Client, node: str) -> None:
        self.client = client
        self.node = node

    def inspected(self) -> list[dict[str, Any]]:
        ours = {"label": [f"{labels.NODE}={self.node}"]}
        return [
            self.client.inspect_container(row["Id"]) for row in self.client.containers(all=True, filters=ours)
        ]

    def only(self) -> dict[str, Any]:
        (found,) = self.inspected()
        return found

    def update(self, **how: Any) -> None:
        self.client.ask("POST", f"/containers/{self.only()['Id']}/update", json=how)

    def network(self) -> str:
        (network,) = self.only()["NetworkSettings"]["Networks"]
        return str(network)

    def makes_it_anew(self, **body: Any) -> None:
        """As tools do it that let people edit a container: removed, and created again with some things changed."""
        was = self.only()
        host = {**was["HostConfig"], **body.pop("HostConfig", {})}
        network = self.network()
        wired = {
            "EndpointsConfig": {network: {"Aliases": was["NetworkSettings"]["Networks"][network]["Aliases"]}}
        }
        config = {**was["Config"], **body, "HostConfig": host, "NetworkingConfig": wired}
        self.client.remove_container(was["Id"], force=True)
        self.client.start(self.client.create(config, was["Name"].removeprefix("/")))


def said(hand: Hand) -> list[str]:
    return [one.words for one in hand.container(PLAIN.name).drift]


def mended(hand: Hand, target: Instance = PLAIN) -> None:
    attempt = hand.does(Mend(hand.sees(target.name), target, BECAUSE))
    assert attempt is not None
    assert not attempt.error
    assert hand.container(target.name).drift == ()


@pytest.mark.parametrize("target", [PLAIN, EVERYTHING, ENTRYLESS, PRIVILEGED, TOGETHER, TWO_NETWORKS])
def test_what_was_just_made_is_as_it_was_asked_for(hand: Hand, lab: Lab, target: Instance) -> None:
    """However much was asked for, and whether it could be started; else every look would want to make it anew."""
    hand.does(Start(target, COMMIT, BECAUSE))
    found = lab.inspected()
    assert found
    assert all(labels.ASKED in one["Config"]["Labels"] for one in found)
    assert [drifted(one) for one in found] == [()] * len(found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Memory": 64 * MIB, "MemorySwap": 64 * MIB}, "its memory limit is 64 MiB, 128 MiB was asked for"),
        ({"NanoCpus": 250_000_000}, "its CPU limit is 0.25 CPUs, 0.5 CPUs was asked for"),
        ({"PidsLimit": 50}, "its limit of processes is 50, 100 was asked for"),
        ({"RestartPolicy": {"Name": "no"}}, "its restart policy is no, unless-stopped was asked for"),
    ],
)
def test_an_update_by_hand_is_told_and_put_back(
    hand: Hand, lab: Lab, change: dict[str, Any], words: str
) -> None:
    """As by `docker update`, in the container that lives on."""
    target = instance(resources=LIMITED)
    before = hand.starts(target).containers[0]
    lab.update(**change)
    eventually(lambda: words in said(hand), what=words)
    mended(hand, target)
    assert hand.container(target.name).id == before.id
    assert lab.only()["HostConfig"]["Memory"] == 128 * MIB


def test_a_limit_that_nobody_asked_for_takes_a_new_container(hand: Hand, lab: Lab) -> None:
    """The engine cannot take a bound away again."""
    hand.starts(PLAIN)
    lab.update(Memory=64 * MIB, MemorySwap=64 * MIB)
    eventually(lambda: said(hand) == ["its memory limit is 64 MiB, none was asked for"], what="told")
    assert not hand.container(PLAIN.name).drift[0].in_place


def test_a_restart_policy_counts_while_it_runs(hand: Hand, lab: Lab) -> None:
    """What is to stay down is kept from coming back by that, and not by anybody's hand."""
    hand.starts(PLAIN)
    lab.client.stop(lab.only()["Id"])
    lab.update(RestartPolicy={"Name": "no"})
    assert drifted(lab.only()) == ()
    lab.client.start(lab.only()["Id"])
    assert [one.trait for one in drifted(lab.only())] == ["restart"]


def test_a_new_name_is_told_and_taken_back(hand: Hand, lab: Lab) -> None:
    """Unless another container has the old one by then: a person is told what to do."""
    hand.starts(PLAIN)
    was = lab.only()["Name"].removeprefix("/")
    lab.client.rename(was, f"other-{lab.node}")
    eventually(lambda: said(hand) == [f"it was renamed to other-{lab.node}"], what="told")
    in_the_way = lab.client.create({"Image": BUSYBOX}, was)
    attempt = hand.does(Mend(hand.sees(PLAIN.name), PLAIN, BECAUSE))
    assert attempt is not None
    assert attempt.refused
    assert f"docker rename {was} NEW_NAME" in attempt.error
    lab.client.remove_container(in_the_way)
    mended(hand)
    assert lab.only()["Name"] == f"/{was}"


def test_networks_are_left_and_joined_by_hand(hand: Hand, lab: Lab, engine: LabEngine) -> None:
    """It comes back to its own under its names, also when that was removed meanwhile, and leaves the others."""
    hand.starts(PLAIN)
    ours = lab.network()
    other = f"other-{lab.node}"
    engine.client.create_network(other, labels={labels.NODE: lab.node})
    lab.client.connect_container_to_network(lab.only()["Id"], other)
    lab.client.disconnect_container_from_network(lab.only()["Id"], ours)
    lab.client.remove_network(ours)
    told = {f"it is not on the network {ours}", f"it is on the network {other}, which was not asked for"}
    eventually(lambda: set(said(hand)) == told, what="told")
    mended(hand)
    assert {"web", "web-0"} <= set(lab.only()["NetworkSettings"]["Networks"][ours]["Aliases"])
    assert lab.network() == ours


def test_its_names_on_the_network_are_given_back(hand: Hand, lab: Lab) -> None:
    """Somebody took it off and put it on again, and forgot them."""
    hand.starts(PLAIN)
    ours = lab.network()
    lab.client.disconnect_container_from_network(lab.only()["Id"], ours)
    lab.client.connect_container_to_network(lab.only()["Id"], ours)
    eventually(lambda: said(hand) == [f"its names or addresses on the network {ours} differ"], what="told")
    mended(hand)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Image": "pullet.test/other:1"}, f"its image is pullet.test/other:1, {BUSYBOX} was asked for"),
        ({"Env": []}, "its environment is not what was asked for: it lacks A, B"),
        ({"Env": ["A=1", "B=other"]}, "its environment is not what was asked for"),
        ({"Cmd": ["more"]}, "its command is not what was asked for"),
        ({"HostConfig": {"Binds": ["/tmp:/more"]}}, "its mounts are not what was asked for"),
        ({"HostConfig": {"CapAdd": ["NET_ADMIN"]}}, "its rights are not what was asked for"),
    ],
)
def test_one_that_was_made_anew_by_hand(
    hand: Hand, lab: Lab, engine: LabEngine, change: dict[str, Any], words: str
) -> None:
    """With our labels, and something else; no value of a variable is told."""
    tag(engine.client, "pullet.test/other:1")
    target = instance(env=(EnvVar("A", "1"), EnvVar("B", "secret")), args=("less",))
    hand.starts(target)
    lab.makes_it_anew(**change)
    eventually(lambda: said(hand) == [words], what=words)
    assert not any(one.in_place for one in hand.container(PLAIN.name).drift)


def test_labels_are_told_too(hand: Hand, lab: Lab) -> None:
    """The user's as well as ours; what the image brings along is no matter."""
    hand.starts(instance(labels={"app": "web"}))
    lab.makes_it_anew(Labels={**lab.only()["Config"]["Labels"], "app": "other", "more": "of it"})
    eventually(lambda: said(hand) == ["its labels are not what was asked for"], what="told")


def test_no_secret_stands_on_the_label(hand: Hand, lab: Lab) -> None:
    """Nor anything else of a variable but its name."""
    hand.starts(instance(env=(EnvVar("PASSWORD", "hunter2hunter2", secret=True),), args=("hunter2hunter2",)))
    label = lab.only()["Config"]["Labels"][labels.ASKED]
    assert "PASSWORD" in label
    assert "hunter2" not in label


@pytest.mark.parametrize("label", [None, "", "{", "[]", '{"name": 1}', '{"later": {}}'])
def test_one_of_another_version_differs_from_nothing(hand: Hand, lab: Lab, label: str | None) -> None:
    """An upgrade makes nothing anew: what was asked for is not known, or not understood."""
    hand.starts(PLAIN)
    inspected = lab.only()
    marks = {key: value for key, value in inspected["Config"]["Labels"].items() if key != labels.ASKED}
    inspected["Config"]["Labels"] = marks if label is None else {**marks, labels.ASKED: label}
    inspected["Name"] = "/another"
    inspected["HostConfig"]["Memory"] = MIB
    assert drifted(inspected) == ()


def test_what_the_engine_tells_otherwise_of_anything_is_no_drift(hand: Hand, lab: Lab) -> None:
    """It is learned from what was just made, which nobody can have changed."""
    hand.starts(PLAIN)
    strange = lab.only()
    strange["HostConfig"]["Binds"] = ["/etc/told-by-the-engine:/etc/hosts:ro"]
    changed = {**strange, "Name": "/another"}
    ways = Ways()
    assert [one.trait for one in ways.meant(drifted(changed))] == ["name", "Binds"]
    ways.learn(strange)
    assert [one.trait for one in ways.meant(drifted(changed))] == ["name"]


def test_an_event_that_was_missed_is_made_up_for(engine: LabEngine, node: str, hand: Hand) -> None:
    """A few at a time, so that many containers cost little."""
    for ordinal in range(3):
        hand.starts(instance(f"shop/Deployment/web#{ordinal}"))
    now = 0.0
    with tapped(engine.url) as tap:
        changes = Changes()
        changes.listening(True)
        observer = Observer(Connection(tap.url), node, changes, Ways(), lambda: now)

        def inspected() -> int:
            before = len(tap.requests)
            observer.look()
            return sum(
                request.endswith("/json") and "/containers/json" not in request
                for request in tap.since(before)
            )

        assert [inspected(), inspected()] == [3, 0]
        now = RECHECK
        assert [inspected() for _ in range(4)] == [1, 1, 1, 0]
