"""Each attribute of a service arrives in the specification as Compose means it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from pullet.model.lifetime import Finite
from pullet.model.limits import BlockIo, Device, DeviceRequest, Resources, Ulimit
from pullet.model.names import WorkloadName
from pullet.model.network import Attachment, Dns, HostNetwork, Joined, Network, NetworkOf, NoNetwork, Pool
from pullet.model.pod import Build, Container, EnvVar, Logging, Port, PullPolicy, Restart
from pullet.model.probe import Exec, HealthCheck
from pullet.model.replacement import Rolling, Share
from pullet.model.security import Security
from pullet.model.volumes import (
    DataPath,
    Files,
    HostPath,
    Mount,
    NamedVolume,
    PathType,
    RenderedFile,
    RepoPath,
    Tmpfs,
)
from pullet.model.where import Requirement, Toleration
from pullet.model.workload import Dependency, Fixed, PerNode, Workload
from tests.manifests.compose.hand import Files as Tree
from tests.manifests.compose.hand import errors, reading, warnings, workloads

FILES = {
    "site/index.html": "hello",
    "empty/.gitkeep": "",
    "conf/app.conf": "debug",
    "conf/deep/more": "more",
    "seccomp.json": "{ }",
    "image/Dockerfile": "FROM scratch",
    "Dockerfile.far": "FROM far",
}
NONE, ONE = Share(0), Share(1)
DB = "  db: {image: db}\n"


def service(text: str, rest: str = "", env: dict[str, str] | None = None) -> Workload:
    """The service `web` with these attributes, in a project with what else stands there."""
    body = textwrap.indent(text.strip("\n"), "    ")
    image = "" if "image:" in text or "build:" in text else "    image: web:1\n"
    found = reading(f"services:\n  web:\n{image}{body}\n{rest}", FILES, env=env)
    assert errors(found) == []
    return workloads(found)["web"]


def container(text: str, rest: str = "") -> Container:
    return service(text, rest).pod.containers[0]


def tree(path: str) -> str:
    return Tree(FILES).identify(path) or ""


def test_a_service_alone_is_one_container_of_the_projects_network() -> None:
    """What the file does not say is the default of Compose, or of the image."""
    web = service("image: nginx")
    assert web.name.namespace == "shop"
    assert str(web.name) == "shop/Service/web"
    assert (web.count, web.replacement, web.origin.line) == (Fixed(1), Rolling(ONE, NONE), 2)
    assert (web.pod.network, web.pod.grace, web.pod.restart) == (None, 10, Restart.ON_FAILURE)
    (only,) = web.pod.containers
    assert (only.name, only.image, only.command, only.args) == ("web", "nginx", None, None)
    assert only.pull is PullPolicy.IF_NOT_PRESENT
    assert only.resources == Resources()
    assert only.security == Security()


CONTAINER: list[tuple[str, Callable[[Container], Any], Any]] = [
    ("command: [a, b]", lambda one: (one.command, one.args), (None, ("a", "b"))),
    ("entrypoint: [a]", lambda one: (one.command, one.args), (("a",), None)),
    ("entrypoint: []\ncommand: []", lambda one: (one.command, one.args), ((), ())),
    ("environment: {A: $(B), C: null}", lambda one: one.env, (EnvVar("A", "$(B)"), EnvVar("C", None))),
    ("working_dir: /srv", lambda one: one.working_dir, "/srv"),
    ("init: false", lambda one: one.reaper, False),
    ("tty: true\nstdin_open: true", lambda one: (one.tty, one.stdin), (True, True)),
    ("stop_signal: SIGINT", lambda one: one.stop_signal, "SIGINT"),
    (
        "platform: linux/arm64\nruntime: crun",
        lambda one: (one.platform, one.runtime),
        ("linux/arm64", "crun"),
    ),
    ("expose: ['80', 90-91/udp]", lambda one: one.exposed, ("80/tcp", "90/udp", "91/udp")),
    ("pull_policy: always", lambda one: one.pull, PullPolicy.ALWAYS),
    ("pull_policy: if_not_present", lambda one: one.pull, PullPolicy.IF_NOT_PRESENT),
    ("pull_policy: never", lambda one: one.pull, PullPolicy.NEVER),
    ("annotations: {a: b}", lambda one: one.annotations, {"a": "b"}),
    (
        "logging: {driver: journald, options: {max: 3, tag: null}}",
        lambda one: one.logging,
        Logging("journald", {"max": "3"}),
    ),
    (
        "ports: [{target: 80, published: 8080, host_ip: 127.0.0.1, protocol: udp, name: http}, {target: 81}]",
        lambda one: one.ports,
        (Port(80, 8080, "127.0.0.1", "udp", "http"), Port(81, 0)),
    ),
    (
        "healthcheck: {test: [CMD, ok], interval: 1.5, timeout: 2, start_period: 3, start_interval: 4, retries: 5}",
        lambda one: one.healthcheck,
        HealthCheck(("CMD", "ok"), 1.5, 2, 3, 4, 5),
    ),
    ("healthcheck: {disable: true}", lambda one: one.healthcheck, HealthCheck(("NONE",))),
    ("healthcheck: {retries: 5}", lambda one: one.healthcheck, HealthCheck(retries=5)),
    ("post_start: [{command: [a, b]}]", lambda one: one.post_start, Exec(("a", "b"))),
    (
        "post_start: [{command: [a], user: u, working_dir: /w, environment: {A: '1', B: }, privileged: true}]",
        lambda one: one.post_start,
        Exec(("a",), "u", "/w", ("A=1",), privileged=True),
    ),
    ("pre_stop: [{command: [a]}]", lambda one: one.pre_stop, Exec(("a",))),
]


@pytest.mark.parametrize(("text", "read", "wanted"), CONTAINER, ids=[text for text, _, _ in CONTAINER])
def test_the_container(text: str, read: Callable[[Container], Any], wanted: Any) -> None:
    """What the container is told."""
    assert read(container(text)) == wanted


SECURITY = [
    ("user: '5:6'\ngroup_add: ['7']", Security(user="5:6", groups=("7",))),
    ("cap_add: [cap_net_admin, NET_ADMIN]\ncap_drop: [all]", Security(add=("NET_ADMIN",), drop=("ALL",))),
    ("privileged: true\nread_only: true", Security(privileged=True, read_only_root=True)),
    ("userns_mode: host", Security(user_namespace="host")),
    ("security_opt: [no-new-privileges]", Security(no_new_privileges=True)),
    ("security_opt: ['no-new-privileges:false']", Security()),
    ("security_opt: ['seccomp:unconfined', apparmor=mine]", Security(seccomp="unconfined", apparmor="mine")),
    ("security_opt: ['seccomp:./seccomp.json']", Security(seccomp="{}")),
    ("security_opt: ['label:disable', 'label=type:t']", Security(selinux=(("disable", ""), ("type", "t")))),
    ("security_opt: [systempaths=unconfined]", Security(unmasked=True)),
]


@pytest.mark.parametrize(("text", "wanted"), SECURITY, ids=[text for text, _ in SECURITY])
def test_what_a_container_may_do(text: str, wanted: Security) -> None:
    """User, capabilities and profiles, which the node's policy judges."""
    assert container(text).security == wanted


LIMITS = [
    ("cpus: 0.5", Resources(cpu_limit=500)),
    ("mem_limit: 1000", Resources(memory_limit=1000, memory_swap=2000)),
    ("mem_limit: 1000\nmemswap_limit: -1", Resources(memory_limit=1000, memory_swap=-1)),
    ("mem_reservation: 10\nmem_swappiness: 0", Resources(memory_request=10, swappiness=0)),
    (
        "deploy: {resources: {limits: {cpus: 2, memory: 10, pids: 5}, reservations: {cpus: 0.1, memory: 7}}}",
        Resources(100, 2000, 7, 10, 20, pids=5),
    ),
    ("cpu_shares: 3\ncpuset: 0-1", Resources(cpu_shares=3, cpuset="0-1")),
    ("cpu_quota: 5\ncpu_period: 9", Resources(cpu_quota=5, cpu_period=9)),
    ("cpu_rt_runtime: 5\ncpu_rt_period: 9", Resources(cpu_rt_runtime=5, cpu_rt_period=9)),
    ("pids_limit: -1\nshm_size: 64", Resources(pids=-1, shm=64)),
    ("oom_score_adj: -5\noom_kill_disable: true", Resources(oom_score=-5, oom_kill_disable=True)),
    ("ulimits: {nofile: {soft: 1, hard: 2}}", Resources(ulimits=(Ulimit("nofile", 1, 2),))),
    ("devices: [{source: /dev/a}]", Resources(devices=(Device("/dev/a", "/dev/a"),))),
    (
        "devices: [{name: v.example/gpu=0}]",
        Resources(device_requests=(DeviceRequest("cdi", ids=("v.example/gpu=0",), capabilities=()),)),
    ),
    ("gpus: all", Resources(device_requests=(DeviceRequest(count=-1),))),
    ("gpus: [{device_ids: ['0']}]", Resources(device_requests=(DeviceRequest(ids=("0",)),))),
    (
        "deploy: {resources: {reservations: {devices: [{capabilities: [gpu, tpu], count: all, driver: nvidia}]}}}",
        Resources(device_requests=(DeviceRequest("nvidia", -1, capabilities=("gpu", "tpu")),)),
    ),
    ("device_cgroup_rules: ['c 1:3 mr']", Resources(device_rules=("c 1:3 mr",))),
    ("storage_opt: {size: 1G}\ncgroup_parent: /p", Resources(storage={"size": "1G"}, cgroup_parent="/p")),
    ("cgroup: host", Resources(private_cgroup=False)),
    (
        "blkio_config: {weight: 5, weight_device: [{path: /a, weight: 6}], device_read_bps: [{path: /b, rate: 7}]}",
        Resources(block_io=BlockIo(5, (("/a", 6),), (("read_bps", "/b", 7),))),
    ),
]


@pytest.mark.parametrize(("text", "wanted"), LIMITS, ids=[text for text, _ in LIMITS])
def test_what_a_container_may_use(text: str, wanted: Resources) -> None:
    """Its own fields and those of deploy say the same in different words."""
    assert container(text).resources == wanted


VOLUMES = "volumes: {data: {}, far: {external: true, name: theirs}, nfs: {driver_opts: {type: nfs}, name: n}}"
MOUNTS = [
    ("{type: volume, source: data, target: /d/}", Mount(NamedVolume("shop.data"), "/d")),
    (
        "{type: volume, source: far, target: /d, read_only: true, volume: {nocopy: true, subpath: s}}",
        Mount(NamedVolume("theirs", external=True, exact=True), "/d", True, "s", no_copy=True),
    ),
    (
        "{type: volume, source: nfs, target: /d}",
        Mount(NamedVolume("n", options={"type": "nfs"}, exact=True), "/d"),
    ),
    ("{type: volume, target: /var/x}", Mount(NamedVolume("shop.web.var-x", per_instance=True), "/var/x")),
    ("{type: bind, source: /srv/x/, target: /d}", Mount(HostPath("/srv/x"), "/d")),
    (
        "{type: bind, source: /s, target: /d, bind: {create_host_path: false, propagation: rslave, selinux: Z}}",
        Mount(HostPath("/s", PathType.EXISTING), "/d", propagation="rslave", selinux="Z"),
    ),
    (
        "{type: bind, source: ./site, target: /d, read_only: true}",
        Mount(RepoPath("site", tree("site")), "/d", True),
    ),
    ("{type: bind, source: ./new, target: /d}", Mount(DataPath("new"), "/d")),
    ("{type: bind, source: ./empty, target: /d}", Mount(DataPath("empty"), "/d")),
    ("{type: tmpfs, target: /d, tmpfs: {size: 9, mode: 448}}", Mount(Tmpfs(9, 0o700), "/d")),
]


@pytest.mark.parametrize(("text", "wanted"), MOUNTS, ids=[text for text, _ in MOUNTS])
def test_a_mount(text: str, wanted: Mount) -> None:
    """Volumes, paths of the node, of the repository and beside the file, and memory."""
    assert container(f"volumes: [{text}]", VOLUMES).mounts == (wanted,)


def test_a_volume_that_is_another_name_for_a_path_is_the_path() -> None:
    """So that the node's policy judges it like any other path of the node."""
    volumes = "volumes: {v: {driver: local, driver_opts: {type: none, o: 'bind,ro', device: /etc}}}"
    text = "volumes: [{type: volume, source: v, target: /d}]"
    assert container(text, volumes).mounts == (Mount(HostPath("/etc"), "/d", True),)


def test_tmpfs_keeps_its_options_as_mount_knows_them() -> None:
    """`tmpfs` is a list of paths with options behind them."""
    wanted = (Mount(Tmpfs(options="size=64m,mode=755"), "/run"), Mount(Tmpfs(), "/tmp"))
    assert container("tmpfs: ['/run:size=64m,mode=755', /tmp]").mounts == wanted


def test_configs_and_secrets_are_files_of_the_specification() -> None:
    """With the targets, owners and permissions that Compose gives them."""
    rest = (
        "configs: {app: {file: ./conf/app.conf}, said: {content: hi}, host: {file: /etc/h}, all: {file: ./conf}}\n"
        "secrets: {key: {environment: KEY}}\n"
    )
    text = (
        "configs: [{source: app}, {source: said, target: etc/x, uid: '5', gid: '6', mode: 256}, {source: host},\n"
        "  {source: all, target: /all}]\n"
        "secrets: [{source: key}]"
    )
    mounts = service(text, rest, env={"KEY": "k3y"}).pod.containers[0].mounts
    assert mounts == (
        Mount(Files((RenderedFile("app", b"debug", 0o444),)), "/app", True, "app"),
        Mount(Files((RenderedFile("x", "hi", 0o400, 5, 6),)), "/etc/x", True, "x"),
        Mount(HostPath("/etc/h", PathType.EXISTING), "/host", True),
        Mount(
            Files((RenderedFile("app.conf", b"debug", 0o444), RenderedFile("deep/more", b"more", 0o444))),
            "/all",
            True,
        ),
        Mount(Files((RenderedFile("key", "k3y", 0o444),), secret=True), "/run/secrets/key", True, "key"),
    )


def test_volumes_from_takes_what_another_service_mounts() -> None:
    """Its own mount of the same place is stronger; a volume without a name is shared then."""
    rest = (
        "  db:\n    image: db\n    volumes:\n"
        "      - {type: volume, source: data, target: /data}\n"
        "      - {type: volume, target: /own}\n"
        "      - {type: volume, target: /both}\n"
        "volumes: {data: {}}\n"
    )
    text = "volumes_from: ['db:ro']\nvolumes: [{type: bind, source: /x, target: /both}]"
    assert container(text, rest).mounts == (
        Mount(NamedVolume("shop.data"), "/data", True),
        Mount(NamedVolume("shop.db.own"), "/own", True),
        Mount(HostPath("/x"), "/both"),
    )


NETWORKS = (
    "networks:\n"
    "  front: {internal: true, enable_ipv6: true, labels: {a: b}, driver_opts: {c: d},\n"
    "    ipam: {driver: i, options: {o: p}, config: [{subnet: 10.1.0.0/16, gateway: 10.1.0.1}]}}\n"
    "  named: {name: net, driver: ipvlan}\n"
    "  theirs: {external: true}\n"
    "  host: {external: true}\n"
)
FRONT = Network(
    "shop.front",
    options={"c": "d"},
    labels={"a": "b"},
    internal=True,
    ipv6=True,
    ipam_driver="i",
    ipam_options={"o": "p"},
    pools=(Pool("10.1.0.0/16", gateway="10.1.0.1"),),
)
NETWORKING: list[tuple[str, Any]] = [
    ("networks: {default: {aliases: [www]}}", None),
    (
        "networks: {front: {ipv4_address: 10.1.0.9, aliases: [x], mac_address: '02:42:ac:11:00:02'}}",
        Joined((Attachment(FRONT, ("x",), ipv4="10.1.0.9", mac="02:42:ac:11:00:02"),)),
    ),
    (
        "networks: {named: {}, theirs: {priority: 1, interface_name: eth9}, default: {}}",
        Joined(
            (
                Attachment(
                    Network("theirs", external=True, exact=True),
                    options={"com.docker.network.endpoint.ifname": "eth9"},
                    priority=1,
                ),
                Attachment(Network("shop")),
                Attachment(Network("net", driver="ipvlan", exact=True)),
            )
        ),
    ),
    (
        "links: ['db:database', db]",
        Joined((Attachment(Network("shop"), links=(("db", "database"), ("db", "db"))),)),
    ),
    ("network_mode: host", HostNetwork()),
    ("networks: {host: {}}", HostNetwork()),
    ("network_mode: none", NoNetwork()),
    ("network_mode: bridge", Joined((Attachment(Network("bridge", external=True, exact=True)),))),
    ("network_mode: service:db", NetworkOf(WorkloadName("shop", "Service", "db"))),
]


@pytest.mark.parametrize(("text", "wanted"), NETWORKING, ids=[text for text, _ in NETWORKING])
def test_where_a_service_stands(text: str, wanted: Any) -> None:
    """On the project's own network, on those that it names, or on another's."""
    assert service(text, DB + NETWORKS).pod.network == wanted


def test_a_container_name_is_a_name_on_the_network() -> None:
    """People reach containers by it; on the engine ours have names of their own, and the warning says so."""
    found = reading(
        "services: {web: {image: a, container_name: shop_web, networks: {default: {aliases: [www]}}}}"
    )
    assert workloads(found)["web"].pod.names == ("www", "shop_web")
    assert "Pullet names containers itself" in warnings(found)[0]


def test_names_addresses_and_namespaces() -> None:
    """What stands around the container."""
    pod = service(
        "hostname: h\ndomainname: d\ndns: [9.9.9.9]\ndns_search: [s]\ndns_opt: [o]\npid: host\nipc: service:db\n"
        "uts: host\nsysctls: {net.x: '1'}\nextra_hosts: {a: [host-gateway], b: [10.0.0.1, '::1']}\n"
        "stop_grace_period: 90.5",
        DB,
    ).pod
    assert (pod.hostname, pod.domainname, pod.grace) == ("h", "d", 90.5)
    assert pod.dns == Dns(("9.9.9.9",), ("s",), ("o",))
    assert (pod.pid, pod.ipc, pod.uts, pod.sysctls) == ("host", "shop/Service/db", "host", {"net.x": "1"})
    assert pod.hosts == (("a", "host-gateway"), ("b", "10.0.0.1"), ("b", "::1"))


RESTARTS = [
    ("{}", Restart.ON_FAILURE, None),
    ("restart: 'no'", Restart.NEVER, None),
    ("restart: always", Restart.ALWAYS, None),
    ("restart: unless-stopped", Restart.ALWAYS, None),
    ("restart: on-failure:3", Restart.ON_FAILURE, 3),
    ("restart: 'no'\ndeploy: {restart_policy: {condition: any}}", Restart.ALWAYS, None),
    ("deploy: {restart_policy: {condition: none}}", Restart.NEVER, None),
    ("deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}", Restart.ON_FAILURE, 2),
    ("deploy: {mode: replicated-job, restart_policy: {}}", Restart.ON_FAILURE, None),
]


@pytest.mark.parametrize(("text", "restart", "times"), RESTARTS, ids=[text for text, _, _ in RESTARTS])
def test_when_it_is_started_again(text: str, restart: Restart, times: int | None) -> None:
    """deploy is stronger than restart, and without either failures are started again."""
    text = "" if text == "{}" else text
    pod = service(text or "image: x").pod
    assert (pod.restart, pod.restarts) == (restart, times)


COUNTS = [
    ("scale: 3", Fixed(3)),
    ("deploy: {replicas: 0}", Fixed(0)),
    ("deploy: {mode: global}", PerNode()),
    ("deploy: {mode: global-job}", PerNode()),
]


@pytest.mark.parametrize(("text", "wanted"), COUNTS, ids=[text for text, _ in COUNTS])
def test_how_many(text: str, wanted: Any) -> None:
    """A number in the fleet, or one on each node."""
    assert service(text).count == wanted


def test_a_job_ends() -> None:
    """Its replicas are its completions, all at once, as in Swarm."""
    found = reading("services: {j: {image: a, deploy: {mode: replicated-job, replicas: 4}}}")
    assert workloads(found)["j"].lifetime == Finite(completions=4, parallelism=4)
    assert warnings(found) == []


DATA = "volumes: {data: {}}"
REPLACEMENTS = [
    ("image: a", "", Rolling(ONE, NONE)),
    ("volumes: [{type: volume, source: data, target: /d}]", DATA, Rolling(NONE, ONE)),
    ("volumes: [{type: volume, source: data, target: /d, read_only: true}]", DATA, Rolling(ONE, NONE)),
    ("mac_address: '02:42:ac:11:00:02'", "", Rolling(NONE, ONE)),
    ("deploy: {update_config: {}}", "", Rolling(NONE, ONE)),
    ("deploy: {update_config: {parallelism: 2, order: start-first}}", "", Rolling(Share(2), NONE)),
    ("deploy: {update_config: {parallelism: 0}}", "", Rolling(NONE, Share(100, percent=True))),
    ("deploy: {update_config: {max_failure_ratio: 0.3}}", "", Rolling(NONE, ONE, tolerated=0.3)),
]


FAILURES = [
    ("deploy: {replicas: 1}", "rollback", None, 95.0),
    ("deploy: {update_config: {failure_action: pause, monitor: 20}}", "pause", None, 110.0),
    (
        "healthcheck: {test: [CMD, x], start_period: 40, interval: 2, retries: 4}",
        "rollback",
        None,
        53.0,
    ),
    (
        "deploy: {rollback_config: {parallelism: 2, order: start-first}}",
        "rollback",
        Rolling(Share(2), NONE),
        95.0,
    ),
]


@pytest.mark.parametrize(("text", "action", "back", "deadline"), FAILURES, ids=[one[0] for one in FAILURES])
def test_what_a_failure_leads_to(text: str, action: str, back: Rolling | None, deadline: float) -> None:
    """Without a word: back, after the time that the health check needs, and the one for watching it."""
    found = service(text)
    assert (found.on_failure, found.backward, found.progress_deadline) == (action, back, deadline)


@pytest.mark.parametrize(("text", "rest", "wanted"), REPLACEMENTS, ids=[text for text, _, _ in REPLACEMENTS])
def test_how_the_new_replaces_the_old(text: str, rest: str, wanted: Rolling) -> None:
    """Beside it, but where both would write to the same data or have the same address."""
    assert service(text, rest).replacement == wanted


def test_dependencies_are_those_of_depends_on_and_of_what_is_shared() -> None:
    """A namespace of another service's container goes with that container."""
    web = service(
        "depends_on: {db: {condition: service_healthy, restart: true},\n"
        "  once: {condition: service_completed_successfully, required: false}}\n"
        "ipc: service:other\nlinks: [more]",
        "  db: {image: db}\n  other: {image: o}\n  more: {image: m}\n",
    )
    assert web.after == (
        Dependency(WorkloadName("shop", "Service", "db"), "ready", restart=True),
        Dependency(WorkloadName("shop", "Service", "once"), "complete", required=False),
        Dependency(WorkloadName("shop", "Service", "other"), restart=True),
        Dependency(WorkloadName("shop", "Service", "more")),
    )


def test_an_image_is_built_from_the_repository_once_for_each_content() -> None:
    """Without a name it is called after what it is made of."""
    web = container("build: {context: ./image, args: {A: b, C: null}, labels: {d: e}, target: t}")
    assert web.build == Build(
        RepoPath("image", tree("image")), args={"A": "b"}, labels={"d": "e"}, target="t"
    )
    assert web.image.startswith("pullet/shop/web:")
    assert web.image != container("build: {context: ./image}").image
    assert container("image: mine:1\nbuild: {context: ./image}").image == "mine:1"


def test_a_dockerfile_outside_the_context_comes_along() -> None:
    """Its content is part of the specification, as the context's id does not cover it."""
    made = container("build: {context: ./image, dockerfile: ../Dockerfile.far}").build
    assert made is not None
    assert (made.dockerfile, made.dockerfile_inline) == ("Dockerfile", "FROM far")


def test_the_labels_that_compose_looks_for() -> None:
    """Beside the user's own; a different specification has a different hash."""
    labels = container(
        "labels: {team: red, bare: null}\ndepends_on: {db: {condition: service_started}}", DB
    ).labels
    digest = labels["com.docker.compose.config-hash"]
    assert labels == {
        "team": "red",
        "bare": "",
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.config-hash": digest,
        "com.docker.compose.depends_on": "db:service_started:false",
    }
    assert digest != container("tty: true").labels["com.docker.compose.config-hash"]


def test_placement_is_what_the_project_and_the_service_say() -> None:
    """The service's labels stand beside the project's, and are stronger."""
    web = service(
        "x-pullet: {nodeSelector: {b: '2', c: '3'}, tolerations: [{operator: Exists}]}\n"
        "deploy: {placement: {constraints: ['node.labels.role==web', node.hostname != e9], max_replicas_per_node: 2}}",
        "x-pullet: {nodeSelector: {a: '1', b: '1'}, tolerations: [{key: k, value: v, effect: NoSchedule}]}\n",
    )
    assert web.node_selector == {"a": "1", "b": "2", "c": "3"}
    assert web.where.terms == (
        (Requirement("role", "In", ("web",)), Requirement("metadata.name", "NotIn", ("e9",))),
    )
    assert web.where.tolerations == (
        Toleration("k", value="v", effect="NoSchedule"),
        Toleration(operator="Exists"),
    )
    assert web.where.per_node == 2


def test_what_shares_stands_together_and_what_keeps_data_is_pinned() -> None:
    """Networks, volumes and namespaces tie services to one node; a global service stands everywhere."""
    found = reading(
        "services:\n"
        "  a: {image: a, networks: {one: {}}}\n"
        "  b: {image: b, networks: {one: {}}, volumes: [{type: volume, source: v, target: /v}]}\n"
        "  c: {image: c, network_mode: none, volumes: [{type: volume, source: v, target: /v}]}\n"
        "  d: {image: d, networks: {two: {}}, deploy: {replicas: 3}}\n"
        "  e: {image: e, network_mode: host}\n"
        "  f: {image: f, networks: {one: {}}, deploy: {mode: global}}\n"
        "networks: {one: {}, two: {}}\n"
        "volumes: {v: {}}\n"
    )
    assert {name: one.where.together for name, one in workloads(found).items()} == {
        "a": "shop/a",
        "b": "shop/a",
        "c": "shop/a",
        "d": "",
        "e": "",
        "f": "",
    }
    pinned = {name for name, one in workloads(found).items() if one.where.pinned}
    assert pinned == {"b", "c"}
