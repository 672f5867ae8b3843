"""Pods in, the specification of an instance out: each kind of volume, security, environment, probes, names."""

from __future__ import annotations

import pytest

from pullet.model.limits import DeviceRequest
from pullet.model.network import Dns, HostNetwork
from pullet.model.pod import Container, EnvVar, Restart
from pullet.model.probe import Exec, Grpc, HttpGet, Probe, Sleep, TcpSocket
from pullet.model.security import Security
from pullet.model.text import Fact, Pieces, Quotient
from pullet.model.volumes import Files, HostPath, Mount, NamedVolume, PathType, RenderedFile, Scratch
from pullet.model.where import Requirement, Toleration
from pullet.model.workload import RegistryLogin, Workload
from tests.lab.snapshots import catalog
from tests.manifests.fullest import CONFIGURATION
from tests.manifests.fullpods import PODS

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n"


def only(text: str) -> Workload:
    found = catalog(text, "a.yaml", configuration=CONFIGURATION)
    assert [str(problem) for problem in found.errors] == []
    (workload,) = found.workloads
    return workload


def spec(text: str) -> Workload:
    return only(f"{POD}spec: {{containers: [{{name: c, image: i}}], {text}}}\n")


def container(rest: str) -> Container:
    return only(f"{POD}spec: {{containers: [{{name: c, image: i, {rest}}}]}}\n").pod.containers[0]


def env(value_from: str, more: str = "") -> EnvVar:
    return container(f"env: [{{name: A, valueFrom: {value_from}}}]{more}").env[0]


def problems(text: str) -> list[str]:
    found = catalog(text, "a.yaml", configuration=CONFIGURATION)
    return [f"{problem.field}: {problem.message}" for problem in found.problems]


def test_each_kind_of_volume() -> None:
    """A volume is what its manifest says, in every container that mounts it."""
    mounts = {mount.target: mount for mount in only(PODS["Volumes"]).pod.containers[0].mounts}
    files = {
        target: {file.path: (file.content, file.mode) for file in mount.source.files}
        for target, mount in mounts.items()
        if isinstance(mount.source, Files)
    }
    assert mounts["/tmp"] == Mount(Scratch("tmp"), "/tmp")
    assert mounts["/seen"] == Mount(Scratch("tmp"), "/seen", read_only=True)
    assert mounts["/ram"] == Mount(Scratch("ram", memory=True, size=5 * 1024**2), "/ram", sub_path="of/me")
    assert mounts["/host"] == Mount(
        HostPath("/srv/data", PathType.DIRECTORY), "/host", read_only=True, propagation="rshared"
    )
    assert mounts["/data"] == Mount(NamedVolume("shop-data"), "/data", read_only=True)
    assert mounts["/own"] == Mount(Scratch("own"), "/own")
    assert mounts["/etc/greeting"].sub_path == "greeting.txt"
    assert files == {
        "/etc/greeting": {"greeting.txt": ("hello", 0o640), "sub/other": ("there", 0o600)},
        "/every": {},
        "/keys": {"password": ("open", 0o400), "user": ("ann", 0o440)},
        "/about": {
            "cpu": (Pieces((Quotient(Fact.NODE_CPU, 1),)), 0o444),
            "labels": ('app="full"', 0o444),
            "name": (Pieces((Fact.POD_NAME,)), 0o400),
        },
        "/mixed": {
            "greeting": ("hello", 0o440),
            "password": ("open", 0o400),
            "uid": (Pieces((Fact.UID,)), 0o440),
        },
    }


def test_what_holds_a_secret_is_a_secret() -> None:
    """A volume with a Secret in it stands in memory only, and none of its content is ever shown."""
    pod = only(PODS["Volumes"]).pod
    secret = [m.target for m in pod.containers[0].mounts if isinstance(m.source, Files) and m.source.secret]
    assert secret == ["/keys", "/mixed"]
    assert "open" not in repr(pod)


def test_every_key_and_bytes() -> None:
    """Without items each key is a file under its own name, whatever its content."""
    mounted = spec(
        "volumes: [{name: v, configMap: {name: settings}}], "
        "initContainers: [{name: d, image: d, volumeMounts: [{name: v, mountPath: v/}]}]"
    )
    (mount,) = mounted.pod.init[0].mounts
    logo = RenderedFile("LOGO", b"\x00\x01\x02")
    assert mount == Mount(
        Files((RenderedFile("GREETING", "hello"), logo, RenderedFile("OTHER", "there"))), "/v", read_only=True
    )


def test_a_change_of_configuration_is_a_change_of_the_specification() -> None:
    """What a volume holds is part of the hash."""
    text = PODS["Volumes"]
    other = catalog(text, "a.yaml", configuration=CONFIGURATION.replace("hello", "hi")).workloads[0]
    assert only(text).pod.digest() != other.pod.digest()


def test_security_of_pod_and_container() -> None:
    """The container's word is the stronger; fsGroup and further groups are every process's."""
    workload = only(PODS["Security"])
    first, second, third = (container.security for container in workload.pod.containers)
    assert first == Security(
        user="10:11",
        groups=("3000", "2000"),
        add=("NET_ADMIN",),
        drop=("ALL",),
        read_only_root=True,
        no_new_privileges=True,
        apparmor="unconfined",
        selinux=(("level", "s1"),),
        unmasked=True,
    )
    assert third == Security(
        user="1000:1001",
        groups=("3000", "2000"),
        non_root=True,
        seccomp="unconfined",
        apparmor="tight",
        selinux=(("user", "u"), ("role", "r"), ("type", "t"), ("level", "s0")),
    )
    assert (second.privileged, third.privileged) == (True, False)
    assert (workload.pod.fs_group, workload.pod.sysctls) == (2000, {"net.ipv4.tcp_syncookies": "0"})
    assert workload.logins == (RegistryLogin("registry.example", "ann", "open"),)


@pytest.mark.parametrize(
    ("annotation", "profile"),
    [("runtime/default", ""), ("unconfined", "unconfined"), ("localhost/tight", "tight")],
)
def test_the_old_annotation_of_apparmor(annotation: str, profile: str) -> None:
    """What was an annotation before it was a field still holds."""
    key = "container.apparmor.security.beta.kubernetes.io/c"
    text = POD.replace("shop}", f"shop, annotations: {{{key}: {annotation}}}}}")
    workload = only(f"{text}spec: {{containers: [{{name: c, image: i}}]}}\n")
    assert workload.pod.containers[0].security.apparmor == profile


@pytest.mark.parametrize("written", ["net_admin", "NET_ADMIN", "CAP_NET_ADMIN", "cap_net_admin"])
def test_capabilities_in_any_case(written: str) -> None:
    """With or without the kernel's prefix."""
    assert container(f"securityContext: {{capabilities: {{add: [{written}]}}}}").security.add == (
        "NET_ADMIN",
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", Pieces((Fact.POD_NAME,))),
        ("metadata.namespace", "shop"),
        ("metadata.uid", Pieces((Fact.UID,))),
        ("metadata.labels['none']", ""),
        ("metadata.labels['apps.kubernetes.io/pod-index']", Pieces((Fact.ORDINAL,))),
        ("spec.nodeName", Pieces((Fact.NODE_NAME,))),
        ("spec.serviceAccountName", "default"),
        ("status.hostIP", Pieces((Fact.HOST_IP,))),
        ("status.hostIPs", Pieces((Fact.HOST_IP,))),
        ("status.podIP", Pieces((Fact.POD_IP,))),
        ("status.podIPs", Pieces((Fact.POD_IP,))),
    ],
)
def test_fields_as_variables(path: str, value: object) -> None:
    """What the manifest says is a value, what only the node knows a fact."""
    assert env(f'{{fieldRef: {{fieldPath: "{path}"}}}}').value == value


@pytest.mark.parametrize(
    ("resource", "divisor", "value"),
    [
        ("limits.cpu", "1", "2"),
        ("limits.cpu", "1m", "1500"),
        ("limits.memory", "1", Pieces((Quotient(Fact.NODE_MEMORY, 1),))),
        ("limits.memory", "1Mi", Pieces((Quotient(Fact.NODE_MEMORY, 1024**2),))),
        ("requests.cpu", "1m", "1500"),
        ("requests.memory", "1Ki", "3"),
        ("requests.ephemeral-storage", "1", "0"),
    ],
)
def test_resources_as_variables(resource: str, divisor: str, value: object) -> None:
    """Divided and rounded up; a limit that is not set is the node's whole."""
    given = ", resources: {limits: {cpu: 1500m}, requests: {memory: 2049}}"
    found = env(f"{{resourceFieldRef: {{resource: {resource}, divisor: {divisor}}}}}", given)
    assert found.value == value


def test_facts_inside_text() -> None:
    """A variable with a fact can stand in others, and in the command."""
    found = container(
        "args: ['http://$(IP):80/$(IP)', $$(IP)], "
        "env: [{name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: URL, value: 'a$(IP)b'}]"
    )
    assert found.env[1].value == Pieces(("a", Fact.POD_IP, "b"))
    assert found.args == (Pieces(("http://", Fact.POD_IP, ":80/", Fact.POD_IP)), "$(IP)")


def test_probes_hooks_and_stages() -> None:
    """All kinds of probes and hooks, init containers, restart policies of their own, and devices."""
    pod = only(PODS["Stages"]).pod
    main, first = pod.containers[0], pod.init[0]
    assert main.readiness == Probe(Grpc(5, "up"))
    assert main.liveness == Probe(HttpGet("/live", 80), grace=3)
    assert main.startup == Probe(TcpSocket(80), failure_threshold=30)
    assert (main.post_start, main.pre_stop) == (Exec(("echo", "$(NOT)")), Sleep(5))
    assert (main.stop_signal, pod.grace, pod.deadline) == ("SIGINT", 20, 600)
    assert (main.restart, first.restart) == (Restart.NEVER, Restart.ON_FAILURE)
    assert main.resources.device_requests == (DeviceRequest("nvidia", 1), DeviceRequest("amd", 2))


def test_a_sidecar() -> None:
    """An init container that is always restarted stays, and may have hooks."""
    side = only(PODS["Sidecar"]).pod.init[0]
    assert side.restart is Restart.ALWAYS
    assert side.post_start == HttpGet("/go", 80, "there", "https", (("A", "b"),))
    assert side.pre_stop == TcpSocket(81, "there")


def test_resources_of_a_whole_pod() -> None:
    """The pod's requests count once, and its limits hold for a container that has none of its own."""
    resources = only(PODS["Stages"]).pod.containers[0].resources
    assert (resources.cpu_request, resources.cpu_limit) == (1000, 2000)
    assert (resources.memory_request, resources.memory_limit) == (2 * 1024**3, 2 * 1024**3)
    two = only(
        f"{POD}spec: {{resources: {{requests: {{cpu: 3}}}}, containers: [{{name: c, image: i}}, "
        "{name: d, image: i, resources: {requests: {cpu: 1}}}]}\n"
    )
    assert [one.resources.cpu_request for one in two.pod.containers] == [2000, 1000]
    text = (
        f"{POD}spec: {{resources: {{limits: {{cpu: 3}}}}, containers: "
        "[{name: c, image: i}, {name: d, image: i, resources: {limits: {cpu: 1}}}]}\n"
    )
    assert [one.resources.cpu_limit for one in only(text).pod.containers] == [3000, 1000]
    assert problems(text) == [
        "spec.resources.limits: bound each container, and not all together: the engine bounds containers and not pods"
    ]


def test_names_and_namespaces() -> None:
    """What the pod is called and resolves, and what of the node it shares."""
    pod = only(PODS["Network"]).pod
    assert pod.hostname == "me.us.shop.svc.cluster.local"
    assert pod.domainname == "us.shop.svc.cluster.local"
    assert pod.names == ("me.us", "me.us.shop", "me.us.shop.svc", "me.us.shop.svc.cluster.local")
    assert pod.hosts == (("there", "192.0.2.7"), ("also.there", "192.0.2.7"))
    assert pod.dns == Dns(("192.0.2.53",), ("example.org",), ("ndots:2", "edns0"))
    assert (pod.pid, pod.ipc, pod.network) == ("host", "host", None)
    assert only(PODS["Named"]).pod.hostname == "other.example"


def test_on_the_nodes_network() -> None:
    """Ports are the node's then, and an instance keeps away from its like."""
    workload = only(PODS["OnTheNode"])
    assert workload.pod.network == HostNetwork()
    assert workload.pod.host_ports == {("tcp", "", 8080)}
    assert (workload.pod.share_processes, workload.where.per_node) == (True, 1)


def test_where_it_may_run() -> None:
    """Alternatives of node affinity, and what taints are tolerated."""
    where = only(PODS["Network"]).where
    assert where.terms == (
        (
            Requirement("disk", "In", ("ssd",)),
            Requirement("cpus", "Gt", ("3",)),
            Requirement("metadata.name", "NotIn", ("edge-9",)),
        ),
        (Requirement("disk", "DoesNotExist"),),
    )
    assert where.tolerations == (
        Toleration("only", "Exists", "", "NoSchedule"),
        Toleration("for", "Equal", "web"),
    )


def test_a_node_by_name() -> None:
    """Names the node in each alternative, and no taint that only placement looks at keeps it away."""
    where = spec("nodeName: edge-1").where
    assert where.terms == ((Requirement("metadata.name", "In", ("edge-1",)),),)
    assert where.tolerations == (Toleration(operator="Exists", effect="NoSchedule"),)


def test_a_term_without_comparisons_fits_no_node() -> None:
    """As in Kubernetes, where an empty alternative matches nothing."""
    required = "requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}]}"
    where = spec(f"affinity: {{nodeAffinity: {{{required}}}}}").where
    assert where.terms == ((Requirement("metadata.name", "In", ()),),)


MISSING = [
    ("volumes: [{name: v, configMap: {name: none}}]", "/v",
     ["spec.volumes[0].configMap.name: ConfigMap shop/none does not exist"]),
    ("volumes: [{name: v, secret: {secretName: none}}]", "/v",
     ["spec.volumes[0].secret.secretName: Secret shop/none does not exist"]),
    ("volumes: [{name: v, configMap: {name: settings, items: [{key: A, path: a}]}}]", "/v",
     ['spec.volumes[0].configMap.items[0].key: ConfigMap shop/settings has no key "A"']),
    ("volumes: [{name: v, persistentVolumeClaim: {claimName: none}}]", "/v",
     ["spec.volumes[0].persistentVolumeClaim.claimName: PersistentVolumeClaim shop/none does not exist"]),
    ("volumes: [{name: v, configMap: {name: settings}}]", "/v, subPath: GREET",
     ['spec.containers[0].volumeMounts[0].subPath: the volume "v" holds no file of that name']),
    ("volumes: [{name: v, emptyDir: {}}]", "/v, subPathExpr: $(NONE)",
     ['spec.containers[0].volumeMounts[0].subPathExpr: no variable is named "NONE"']),
    ("volumes: [{name: v, emptyDir: {}}]", "/v, subPathExpr: ../x",
     ["spec.containers[0].volumeMounts[0].subPathExpr: must lead below the volume, without .."]),
    ("volumes: [{name: v, configMap: {name: settings, items: [{key: GREETING, path: a}, {key: OTHER, path: a/b}]}}]",
     "/v", ['spec.volumes[0].configMap: "a" would be a file and a directory at the same time']),
    ("volumes: [{name: unused, configMap: {name: none}}, {name: v, emptyDir: {}}]", "/v", []),
]  # fmt: skip


@pytest.mark.parametrize(("volumes", "mount", "said"), MISSING)
def test_what_volumes_refer_to(volumes: str, mount: str, said: list[str]) -> None:
    """What a used volume refers to must be there; an unused one is nobody's business."""
    text = (
        f"{POD}spec: {{containers: [{{name: c, image: i, volumeMounts: [{{name: v, mountPath: {mount}}}]}}], "
    )
    assert problems(f"{text}{volumes}}}\n") == said


LOGINS = [
    ("dockerconfigjson", '{"auths": {"https://index.docker.io/v1/": {"username": "a", "password": "b"}}}',
     (RegistryLogin("docker.io", "a", "b"),)),
    ("dockercfg", '{"registry.example:5000": {"auth": "YTpiOmM="}}',
     (RegistryLogin("registry.example:5000", "a", "b:c"),)),
    ("dockerconfigjson", '{"auths": {"a.example": {"auth": "!"}, "b.example": [], "c.example": {}}}', ()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "logins"), LOGINS)
def test_logins_of_registries(kind: str, content: str, logins: tuple[RegistryLogin, ...]) -> None:
    """Both forms that docker ever wrote; what is no login is passed over."""
    secret = f"metadata: {{name: s, namespace: shop}}\ntype: kubernetes.io/{kind}\nstringData: {{.{kind}: '{content}'}}"
    pod = f"{POD}spec: {{imagePullSecrets: [{{name: s}}], containers: [{{name: c, image: i}}]}}\n"
    workload = only(f"{pod}---\napiVersion: v1\nkind: Secret\n{secret}\n")
    assert workload.logins == logins
    assert "b:c" not in repr(workload)


def test_a_secret_of_logins_must_hold_them() -> None:
    """As the API server checks it, and without a word of what stands in it."""
    text = "metadata: {name: s}\ntype: kubernetes.io/dockercfg\nstringData: {.dockercfg: hush}"
    assert problems(f"apiVersion: v1\nkind: Secret\n{text}\n") == [
        'type: the key ".dockercfg" must hold a JSON object, as docker login writes it'
    ]


def test_what_has_no_end_has_no_deadline() -> None:
    """As the API server checks it."""
    spec_ = "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: "
    pod = "{activeDeadlineSeconds: 5, containers: [{name: c, image: i}]}}"
    said = problems(f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{{spec_}{pod}}}\n")
    assert "spec.template.spec.activeDeadlineSeconds: may not be set in a Deployment" in said
