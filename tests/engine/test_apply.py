"""Steps on the real engine."""

import socket
import threading

import pytest

from pullet.engine import labels
from pullet.engine.docker_engine import DockerEngine
from pullet.engine.networks import network_name
from pullet.engine.spec import container_name
from pullet.model.limits import Resources
from pullet.model.network import Network
from pullet.model.observed import Phase
from pullet.model.placement import Instance
from pullet.model.plan import Start
from pullet.model.pod import EnvVar, Port, PullPolicy, Restart
from tests.lab.engine import LabEngine
from tests.lab.git_servers import free_port
from tests.lab.hand import BECAUSE, COMMIT, Hand
from tests.lab.images import BUSYBOX, GREETER, tag
from tests.lab.pods import OBSTINATE, SLEEP, drawn, instance


def build(engine: LabEngine, node: str, target: Instance) -> str:
    """Only the first half of a start: what an agent leaves that dies after `create`."""
    blueprint = drawn(target, node, "none")
    return engine.client.create(blueprint.body | {"NetworkingConfig": None}, blueprint.name)


def test_environment_ports_and_resources_arrive(hand: Hand, engine: LabEngine) -> None:
    """As the engine itself says on inspection."""
    port = free_port()
    target = instance(
        env=(EnvVar("COLOUR", "green"), EnvVar("EMPTY", "")),
        ports=(Port(80, host=port, host_ip="127.0.0.1"),),
        resources=Resources(cpu_request=100, cpu_limit=250, memory_request=1 << 23, memory_limit=1 << 24),
        working_dir="/srv",
        grace=7,
    )
    seen = hand.starts(target)
    inspected = engine.client.inspect_container(seen.containers[0].id)
    config, host = inspected["Config"], inspected["HostConfig"]
    assert {"COLOUR=green", "EMPTY="} <= set(config["Env"])
    assert (config["WorkingDir"], config["StopTimeout"], config["Hostname"]) == ("/srv", 7, "web-0")
    assert inspected["NetworkSettings"]["Ports"] == {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
    }
    assert (host["Memory"], host["MemorySwap"], host["MemoryReservation"]) == (1 << 24, 1 << 24, 1 << 23)
    assert (host["NanoCpus"], host["CpuShares"]) == (250_000_000, 102)
    assert host["RestartPolicy"]["Name"] == "unless-stopped"


@pytest.mark.parametrize(
    ("command", "args", "says"),
    [
        (None, None, "entry image"),
        (None, ("mine",), "entry mine"),
        (("echo", "other"), None, "other"),
        (("echo", "other"), ("mine",), "other mine"),
    ],
)
def test_command_and_args_against_an_image_that_has_both(
    hand: Hand,
    engine: LabEngine,
    command: tuple[str, ...] | None,
    args: tuple[str, ...] | None,
    says: str,
) -> None:
    """The four cases of Kubernetes: a command drops the image's CMD together with its ENTRYPOINT."""
    target = instance(image=GREETER, command=command, args=args, restart=Restart.NEVER)
    hand.starts(target)
    ended = hand.waits_for(target.name, Phase.EXITED)
    assert engine.client.logs(ended.id).decode().strip() == says


def test_instances_of_a_namespace_find_each_other_by_name(hand: Hand, docker_engine: DockerEngine) -> None:
    """By the pod's name and by the workload's."""
    address = hand.starts(instance()).containers[0].address
    asker = hand.starts(instance("shop/Deployment/asker#0")).containers[0].id
    for name in ("web-0", "web"):
        code, answer = docker_engine.run_check(asker, ("nslookup", name, "127.0.0.11"), 10)
        assert address in answer, (code, answer)


def test_starting_twice_is_one_container(hand: Hand) -> None:
    """A step may be done again at any time."""
    first = hand.starts(instance())
    again = hand.starts(instance())
    assert [one.id for one in again.containers] == [one.id for one in first.containers]
    assert again.containers[0].started_at == first.containers[0].started_at


def test_what_was_created_and_not_started_is_taken_up(hand: Hand, engine: LabEngine, node: str) -> None:
    """The agent died between the two calls; the next one ends what it began."""
    created = build(engine, node, instance())
    assert hand.container(instance().name).phase is Phase.CREATED
    (taken,) = hand.starts(instance()).containers
    assert (taken.id, taken.phase) == (created, Phase.RUNNING)


def test_a_stranger_in_the_way_is_named_and_left_alone(hand: Hand, engine: LabEngine, node: str) -> None:
    """Nothing that Pullet did not create is ever touched, whatever its name."""
    target = instance()
    name = container_name(target, node)
    body = {"Image": BUSYBOX, "HostConfig": {"NetworkMode": "none"}, "Labels": {"mine": "yes"}}
    stranger = engine.client.create(body, name)
    failed = hand.does(Start(target, COMMIT, BECAUSE))
    assert failed is not None
    assert failed.refused
    assert f"docker rename {name}" in failed.error
    assert engine.client.inspect_container(stranger)["State"]["Status"] == "created"
    engine.client.remove_container(stranger)


def test_a_network_removed_while_nothing_ran_is_made_again(hand: Hand, engine: LabEngine, node: str) -> None:
    """`docker network prune` on a stopped instance does not keep it down."""
    seen = hand.starts(instance())
    engine.client.kill(seen.containers[0].id)
    hand.waits_for(instance().name, Phase.EXITED)
    engine.client.remove_network(network_name(node, Network("shop")))
    hand.revives(seen)
    assert hand.waits_for(instance().name, Phase.RUNNING).address
    networks = engine.client.inspect_container(seen.containers[0].id)["NetworkSettings"]["Networks"]
    assert {"web-0", "web"} <= set(networks[network_name(node, Network("shop"))]["Aliases"])


def test_a_port_that_is_taken_is_transient(hand: Hand) -> None:
    """Whoever holds it may let it go; what was created stands and is taken up later."""
    port = free_port()
    target = instance(ports=(Port(80, host=port, host_ip="127.0.0.1"),))
    with socket.create_server(("127.0.0.1", port)):
        failed = hand.does(Start(target, COMMIT, BECAUSE))
    assert failed is not None
    assert not failed.refused
    assert "holds the port" in failed.error
    assert hand.container(target.name).phase is Phase.CREATED
    assert hand.starts(target).containers[0].phase is Phase.RUNNING


def test_a_command_that_the_image_lacks_is_refused(hand: Hand) -> None:
    """Trying again does not help."""
    failed = hand.does(Start(instance(command=("/no/such/thing",)), COMMIT, BECAUSE))
    assert failed is not None
    assert failed.refused
    assert "check command and args" in failed.error


def test_a_paused_container_is_revived(hand: Hand, engine: LabEngine) -> None:
    """It goes on where it was."""
    seen = hand.starts(instance())
    engine.client.pause(seen.containers[0].id)
    hand.waits_for(instance().name, Phase.PAUSED)
    hand.revives(seen)
    assert hand.container(instance().name).started_at == seen.containers[0].started_at
    assert hand.container(instance().name).phase is Phase.RUNNING


def test_reviving_what_is_gone_fails(hand: Hand, engine: LabEngine) -> None:
    """It cannot be brought back; the next plan starts it anew."""
    seen = hand.starts(instance())
    engine.client.remove_container(seen.containers[0].id, force=True)
    failed = hand.revives(seen)
    assert failed is not None
    assert failed.error


@pytest.mark.parametrize("paused", [False, True])
def test_removal_is_graceful_and_keeps_volumes(
    hand: Hand, engine: LabEngine, node: str, paused: bool
) -> None:
    """The process is asked to end; a volume of its own stays, named or not."""
    target = instance()
    blueprint = drawn(target, node, "none")
    body = blueprint.body | {"NetworkingConfig": None, "Volumes": {"/srv": {}}}
    engine.client.create(body, blueprint.name)
    seen = hand.starts(target)
    volume = engine.client.inspect_container(seen.containers[0].id)["Mounts"][0]["Name"]
    if paused:
        engine.client.pause(seen.containers[0].id)
    assert hand.removes(seen) is None
    assert hand.observed().incarnations == ()
    engine.client.inspect_volume(volume)
    engine.client.remove_volume(volume)


def test_an_obstinate_process_is_killed_after_its_grace_period(hand: Hand) -> None:
    """The container's own grace period counts, not the engine's ten seconds."""
    seen = hand.starts(instance(command=OBSTINATE, grace=1))
    assert hand.removes(seen) is None
    assert hand.observed().incarnations == ()


def test_removing_what_is_gone_or_going_is_fine(hand: Hand, engine: LabEngine) -> None:
    """Somebody else may be as quick."""
    seen = hand.starts(instance())
    rival = threading.Thread(
        target=engine.client.remove_container, args=(seen.containers[0].id, False, False, True)
    )
    rival.start()
    assert hand.removes(seen) is None
    rival.join()
    assert hand.removes(seen) is None


def test_an_image_that_is_here_is_not_pulled(hand: Hand) -> None:
    """With IfNotPresent and with Never; afterwards it counts as prepared."""
    for policy in (PullPolicy.IF_NOT_PRESENT, PullPolicy.NEVER):
        assert hand.pulls(BUSYBOX, policy) is None
    assert f"image {BUSYBOX}" in hand.observed().prepared


@pytest.mark.parametrize(
    ("image", "policy", "refused", "words"),
    [
        ("pullet.test/nothing:1", PullPolicy.NEVER, True, "pull policy is Never"),
        ("127.0.0.1:1/nothing:1", PullPolicy.IF_NOT_PRESENT, False, "registry cannot be reached"),
        ("127.0.0.1:1/nothing:1", PullPolicy.ALWAYS, False, "registry cannot be reached"),
        ("No Image", PullPolicy.IF_NOT_PRESENT, True, "check the image's name"),
    ],
)
def test_pulls_that_fail(hand: Hand, image: str, policy: PullPolicy, refused: bool, words: str) -> None:
    """Said in words, at once, and told apart by whether trying again may help."""
    failed = hand.pulls(image, policy)
    assert failed is not None
    assert (failed.refused, words in failed.error) == (refused, True), failed


def test_an_image_that_is_gone_has_to_be_pulled_again(hand: Hand, engine: LabEngine) -> None:
    """Somebody pruned between pull and start: the image no longer counts as prepared."""
    image = tag(engine.client, "pullet.test/pruned:1")
    assert hand.pulls(image) is None
    engine.client.remove_image(image)
    failed = hand.does(Start(instance(image=image), COMMIT, BECAUSE))
    assert failed is not None
    assert not failed.refused
    assert f"image {image}" not in hand.observed().prepared


def test_all_is_labelled_for_other_tools(hand: Hand, engine: LabEngine, node: str) -> None:
    """Container and network carry the node; the container says which pod it is."""
    seen = hand.starts(instance())
    marks = engine.client.inspect_container(seen.containers[0].id)["Config"]["Labels"]
    assert (marks[labels.POD_NAMESPACE], marks[labels.POD], marks[labels.CONTAINER]) == (
        "shop",
        "web-0",
        "app",
    )
    assert marks[labels.WORKLOAD] == "shop/Deployment/web"
    network = engine.client.inspect_network(network_name(node, Network("shop")))
    assert network["Labels"] == {labels.NODE: node, labels.NAMESPACE: "shop"}
    assert SLEEP[0] in engine.client.inspect_container(seen.containers[0].id)["Config"]["Entrypoint"]
