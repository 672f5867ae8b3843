"""Whose network and processes a container shares, on a real engine."""

from __future__ import annotations

import socket

import pytest

from pullet.engine import labels
from pullet.engine.networks import network_name
from pullet.model.names import WorkloadName
from pullet.model.network import (
    Attachment,
    HostNetwork,
    Joined,
    Network,
    Networking,
    NetworkOf,
    NoNetwork,
    Pool,
)
from pullet.model.observed import Phase, Role
from pullet.model.placement import Instance
from pullet.model.plan import Start
from pullet.model.pod import EnvVar, Pod, Port
from pullet.model.text import Fact, Pieces
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.pods import container, of
from tests.lab.wait import eventually

LENDER = "shop/Service/db#0"


def on(network: Networking | None, name: str = "shop/Service/web#0", **fields: object) -> Instance:
    made = Pod((container(),), grace=2, network=network, **fields)  # type: ignore[arg-type]
    return of(made, name)


def shell(engine: LabEngine, found: str, command: str) -> str:
    made = engine.client.exec_create(found, ["sh", "-c", command])
    return bytes(engine.client.exec_start(made["Id"])).decode().strip()


def test_network_of_the_node(hand: Hand, engine: LabEngine) -> None:
    """Probes ask it at loopback; also where several containers share it."""
    alone = hand.starts(on(HostNetwork()))
    assert alone.containers[0].address == "127.0.0.1"
    seen_in_it = shell(engine, alone.containers[0].id, "ls /sys/class/net").split()
    assert seen_in_it == sorted(name for _, name in socket.if_nameindex())
    env = (EnvVar("ADDRESS", Pieces((Fact.POD_IP,))),)
    pair = Pod((container(name="a", env=env), container(name="b")), grace=2, network=HostNetwork())
    seen = hand.starts(of(pair, "shop/Service/pair#0"))
    assert {one.address for one in seen.containers} == {"127.0.0.1"}
    first = next(one for one in seen.containers if one.name == "a")
    assert shell(engine, first.id, "echo $ADDRESS")


def test_ports_on_the_network_of_the_node(hand: Hand, engine: LabEngine) -> None:
    """Are open there by themselves: nothing is published, and still nobody else may have them."""
    ports = (Port(7001, host=7001),)
    for made in (
        Pod((container(ports=ports),), grace=2, network=HostNetwork()),
        Pod((container(ports=ports), container(name="b")), grace=2, network=HostNetwork()),
    ):
        seen = hand.starts(of(made))
        assert seen.host_ports == made.host_ports
        for one in seen.containers:
            assert not any(engine.client.inspect_container(one.id)["NetworkSettings"]["Ports"].values())
        hand.removes(seen)


def test_no_network(hand: Hand, engine: LabEngine) -> None:
    """Only loopback, alone and in a pod of several."""
    alone = hand.starts(on(NoNetwork())).containers[0]
    assert (alone.address, shell(engine, alone.id, "ls /sys/class/net")) == ("", "lo")
    pair = Pod((container(name="a"), container(name="b")), grace=2, network=NoNetwork())
    seen = hand.starts(of(pair, "shop/Service/pair#0"))
    assert {one.phase for one in seen.containers} == {Phase.RUNNING}


def test_what_it_shares_must_run_first(hand: Hand) -> None:
    """Worth another try, and says for whom it waits."""
    failed = hand.does(Start(on(NetworkOf(WorkloadName.parse("shop/Service/db"))), "c0ffee", "test"))
    assert failed is not None
    assert not failed.refused
    assert "shop/Service/db, whose namespaces it shares, does not run here" in failed.error


@pytest.mark.parametrize(
    "shared",
    [
        {"network": NetworkOf(WorkloadName.parse("shop/Service/db"))},
        {"network": None, "pid": "shop/Service/db"},
        {"network": None, "ipc": "shop/Service/db"},
    ],
    ids=["network", "pid", "ipc"],
)
def test_namespace_of_another_workload(hand: Hand, shared: dict[str, object]) -> None:
    """Cut off when that is started anew, and dead when that is replaced: then only a new one can share the new."""
    lender = of(Pod((container(ports=(Port(80),)),), grace=2, ipc="shareable"), LENDER)
    hand.starts(lender)
    made = Pod((container(ports=(Port(81),)),), grace=2, **shared)  # type: ignore[arg-type]
    borrower = of(made, "shop/Service/web#0")
    seen = hand.starts(borrower)
    assert seen.containers[0].phase is Phase.RUNNING
    assert not seen.containers[0].stranded
    hand.removes(hand.sees(lender.name))
    gone = hand.sees(borrower.name)
    assert gone.containers[0].phase is Phase.DEAD
    hand.starts(lender)
    assert hand.removes(hand.sees(borrower.name)) is None
    assert hand.starts(borrower).containers[0].phase is Phase.RUNNING


def test_lender_that_was_started_anew(hand: Hand, engine: LabEngine) -> None:
    """Who shared its network is found stranded, and reaches it again after a restart."""
    lender = of(Pod((container(),), grace=2), LENDER)
    hand.starts(lender)
    borrower = on(NetworkOf(WorkloadName.parse("shop/Service/db")))
    assert hand.starts(borrower).containers[0].address == hand.container(lender.name).address
    engine.client.restart(hand.container(lender.name).id, timeout=2)
    eventually(lambda: hand.container(borrower.name).stranded, 10, "it is cut off")
    hand.revives(hand.sees(borrower.name))
    assert not hand.container(borrower.name).stranded
    assert hand.container(borrower.name).phase is Phase.RUNNING


def test_several_networks(hand: Hand, engine: LabEngine) -> None:
    """Names on each, static addresses from a pool, and one without a way out."""
    front = Network("shop_front", pools=(Pool("10.203.7.0/24", gateway="10.203.7.9"),))
    back = Network("shop_back", internal=True, labels={"tier": "back"})
    attachments = (
        Attachment(front, aliases=("www",), ipv4="10.203.7.20"),
        Attachment(back, aliases=("store",)),
    )
    seen = hand.starts(on(Joined(attachments))).containers[0]
    assert seen.address == "10.203.7.20"
    joined = engine.client.inspect_container(seen.id)["NetworkSettings"]["Networks"]
    node = engine.client.inspect_container(seen.id)["Config"]["Labels"][labels.NODE]
    first, second = (network_name(node, one) for one in (front, back))
    assert {"web", "web-0", "www"} <= set(joined[first]["Aliases"])
    assert {"web", "web-0", "store"} <= set(joined[second]["Aliases"])
    made = engine.client.inspect_network(second)
    assert (made["Internal"], made["Labels"]["tier"]) == (True, "back")
    other = hand.starts(on(Joined((Attachment(back),)), "shop/Service/client#0")).containers[0]
    assert joined[second]["IPAddress"] in shell(engine, other.id, "nslookup store")


def test_external_network_that_is_missing(hand: Hand) -> None:
    """Refused, and says how to make it."""
    network = Network("nobody-made-this", external=True)
    failed = hand.does(Start(on(Joined((Attachment(network),))), "c0ffee", "test"))
    assert failed is not None
    assert failed.refused
    assert "docker network create nobody-made-this" in failed.error


def test_network_that_somebody_removed(hand: Hand, engine: LabEngine) -> None:
    """What starts next finds it made again, at the latest when it is tried again."""
    first = hand.starts(on(None))
    (network,) = engine.client.inspect_container(first.containers[0].id)["NetworkSettings"]["Networks"]
    hand.removes(first)
    engine.client.remove_network(network)
    target = on(None)
    hand.does(Start(target, "c0ffee", "test"))
    if hand.container(target.name).phase is not Phase.RUNNING:
        hand.revives(hand.sees(target.name))
    assert hand.container(target.name).phase is Phase.RUNNING


def test_a_pod_that_was_told_an_address_that_it_has_no_more(hand: Hand, engine: LabEngine) -> None:
    """Only a new container can be told the new one, so the old counts as dead."""
    env = (EnvVar("ADDRESS", Pieces((Fact.POD_IP,))),)
    target = of(Pod((container(env=env),), grace=2))
    seen = hand.starts(target)
    holder = next(one for one in seen.containers if one.role is Role.SANDBOX)
    network = next(iter(engine.client.inspect_container(holder.id)["NetworkSettings"]["Networks"]))
    engine.client.kill(holder.id)
    taken = engine.client.create_host_config(network_mode=network)
    other = engine.client.create_container(holder.image, ["/pause"], host_config=taken)["Id"]
    try:
        engine.client.start(other)  # has the address now
        hand.revives(hand.sees(target.name))
        (told,) = (one for one in hand.sees(target.name).containers if one.role is Role.MAIN)
        assert told.phase is Phase.DEAD
    finally:
        engine.client.remove_container(other, force=True)
