"""What objects say of each other: Services of pods, claims of volumes, policies of whom they isolate."""

from __future__ import annotations

import pytest

from pullet.manifests.policy import Policy, bound
from pullet.manifests.reader import Reader
from pullet.model.names import WorkloadName
from pullet.model.problem import Severity
from pullet.model.replacement import Rolling, Share
from pullet.model.text import Fact, Pieces
from pullet.model.volumes import HostPath, NamedVolume
from pullet.model.where import Requirement, Toleration
from pullet.model.workload import Fixed
from tests.lab.snapshots import catalog, snapshot
from tests.manifests.fullkinds import FULL_KINDS

SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: {{name: {}}}\n"
    "spec: {{selector: {{app: {}}}, ports: [{{port: 80}}]}}\n---\n"
)
CLAIM = (
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {}}}\n"
    "spec: {{accessModes: [{}], resources: {{requests: {{storage: {}}}}}}}\n---\n"
)
VOLUME = (
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {0}}}\n"
    "spec: {{capacity: {{storage: {1}}}, accessModes: [ReadWriteOnce], hostPath: {{path: /srv/{0}}}}}\n---\n"
)
NODES = "".join(
    f"apiVersion: v1\nkind: Node\nmetadata: {{name: n{n}, labels: {{disk: d{n}}}}}\n---\n" for n in (1, 2)
)


def pod(name: str, claim: str = "", rest: str = "") -> str:
    mounted = "volumeMounts: [{name: v, mountPath: /v}], " if claim else ""
    volumes = f", volumes: [{{name: v, persistentVolumeClaim: {{claimName: {claim}}}}}]" if claim else ""
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\n"
        f"spec: {{containers: [{{name: c, {mounted}image: i}}]{volumes}{rest}}}\n---\n"
    )


def said(text: str) -> list[str]:
    return [problem.message for problem in catalog(text).problems]


def test_a_service_names_the_pods_that_it_selects() -> None:
    """In the four forms of the cluster's DNS, and only in its own namespace."""
    other = pod("web").replace("name: web,", "name: web, namespace: other,")
    found = catalog(SERVICE.format("front", "web") + pod("web") + pod("back") + other)
    names = {str(one.name): one.pod.names for one in found.workloads}
    assert names["default/Pod/web"] == (
        "front",
        "front.default",
        "front.default.svc",
        "front.default.svc.cluster.local",
    )
    assert names["default/Pod/back"] == names["other/Pod/web"] == ()


def test_names_of_several_services_are_in_one_order() -> None:
    """Whatever the order of the files, the specification is the same."""
    one, two = SERVICE.format("a", "web"), SERVICE.format("b", "web")
    first, second = catalog(one + two + pod("web")), catalog(pod("web") + two + one)
    assert first.workloads[0].pod.digest() == second.workloads[0].pod.digest()


def test_a_service_warns_that_it_ends_at_the_node() -> None:
    """Where there is more than one node, its name reaches only the instances on the same one."""
    text = SERVICE.format("front", "web") + pod("web")
    assert said(text) == []
    assert said(NODES + text) == ["the name front reaches the instances on the same node only, for now"]


def test_a_service_warns_of_the_nodes_own_network() -> None:
    """What stands on it has no name on the namespace's network."""
    text = SERVICE.format("front", "web") + pod("web", rest=", hostNetwork: true")
    assert said(text) == ["default/Pod/web is on the node's own network, where the name does not lead"]


def test_a_claim_is_a_volume_of_its_node() -> None:
    """Named after it, and pinned to where it is."""
    (found,) = catalog(CLAIM.format("data", "ReadWriteOnce", "1Gi") + pod("db", "data")).workloads
    assert [mount.source for mount in found.pod.containers[0].mounts] == [NamedVolume("default-data")]
    assert (
        found.where.pinned == "the data of PersistentVolumeClaim default/data stays on the node where it is"
    )


def test_a_claim_takes_the_smallest_volume_that_fits() -> None:
    """By capacity, and then by name."""
    volumes = VOLUME.format("big", "9Gi") + VOLUME.format("fits", "2Gi") + VOLUME.format("small", "1Mi")
    text = volumes + CLAIM.format("data", "ReadWriteOnce", "1Gi") + pod("db", "data")
    (found,) = catalog(text).workloads
    assert [mount.source for mount in found.pod.containers[0].mounts] == [HostPath("/srv/fits")]


def test_the_nodes_of_a_volume_are_those_of_its_pods() -> None:
    """Its nodeAffinity joins what the pod says itself."""
    affinity = (
        "nodeAffinity: {required: {nodeSelectorTerms: "
        "[{matchExpressions: [{key: disk, operator: In, values: [d1]}]}]}}, hostPath"
    )
    text = VOLUME.format("v", "1Gi").replace("hostPath", affinity) + CLAIM.format(
        "data", "ReadWriteOnce", "1Gi"
    )
    found = catalog(NODES + text + pod("db", "data"))
    assert found.workloads[0].where.terms == ((Requirement("disk", "In", ("d1",)),),)
    assert found.errors == ()


def test_a_claim_that_two_nodes_could_serve_is_a_problem() -> None:
    """Nobody knows which has the data; a selector that leaves one is the way out."""
    text = NODES + CLAIM.format("data", "ReadWriteOnce", "1Gi")
    assert said(text + pod("db", "data")) == [
        (
            "default/Pod/db: the data of PersistentVolumeClaim default/data stays on the node where it is, "
            "and 2 nodes could run it: n1, n2"
        )
    ]
    assert said(text + pod("db", "data", ", nodeSelector: {disk: d1}")) == []


def test_who_shares_a_claim_stands_together() -> None:
    """Also through a third; who shares nothing does not."""
    claims = "".join(CLAIM.format(name, "ReadWriteOnce", "1Gi") for name in ("x", "y", "z"))
    second = "{name: w, persistentVolumeClaim: {claimName: y}}"
    both = (
        pod("b", "x")
        .replace("- name: v", "")
        .replace(
            "volumes: [{name: v, persistentVolumeClaim: {claimName: x}}]",
            f"volumes: [{{name: v, persistentVolumeClaim: {{claimName: x}}}}, {second}]",
        )
        .replace("{name: v, mountPath: /v}", "{name: v, mountPath: /v}, {name: w, mountPath: /w}")
    )
    found = catalog(claims + pod("a", "x") + both + pod("c", "y") + pod("d", "z"))
    together = {one.name.name: one.where.together for one in found.workloads}
    assert together["a"] == together["b"] == together["c"] != ""
    assert together["d"] == ""


def test_read_write_once_pod() -> None:
    """The old one stops before the new one comes."""
    (found,) = catalog(CLAIM.format("data", "ReadWriteOncePod", "1Gi") + pod("db", "data")).workloads
    assert found.replacement == Rolling(Share(0), Share(1))
    assert found.count == Fixed(1)


def test_a_claim_that_is_missing_refuses_its_pods() -> None:
    """But not where a single file is looked at by itself."""
    text = pod("db", "data")
    assert [str(one) for one in catalog(text).problems] == [
        (
            "a.yaml:4:140: error: spec.volumes[0].persistentVolumeClaim.claimName: "
            "PersistentVolumeClaim default/data does not exist (declare it)"
        )
    ]
    alone = Reader(partial=True).read(snapshot({"a.yaml": text}))
    assert [one.severity for one in alone.problems] == [Severity.WARNING]
    assert len(alone.workloads) == 1


def test_a_claim_that_selects_a_volume_of_another_file() -> None:
    """No volume of this one has its labels, which says nothing of the others; in a whole repository it is missing."""
    chooses = CLAIM.format("data", "ReadWriteOnce", "1Gi").replace(
        "spec: {", "spec: {selector: {matchLabels: {a: b}}, "
    )
    text = VOLUME.format("v", "1Gi") + chooses + pod("db", "data")
    because = "no free PersistentVolume has these labels and what else the claim asks for"
    assert [one.message for one in catalog(text).errors] == [
        f"PersistentVolumeClaim default/data is not bound: {because}"
    ]
    alone = Reader(partial=True).read(snapshot({"a.yaml": text}))
    assert [str(one.message) for one in alone.problems] == [f"nothing can use the claim: {because}"]
    assert len(alone.workloads) == 1


def test_files_of_another_file() -> None:
    """Which keys a ConfigMap has that is declared elsewhere, and which variables it brings, nobody knows here."""
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n  containers:\n  - name: c\n    image: i\n"
        "    envFrom: [{secretRef: {name: s}}]\n"
        "    volumeMounts:\n    - {name: files, mountPath: /etc/x.conf, subPath: x.conf}\n"
        "    - {name: data, mountPath: /data, subPathExpr: $(PLACE)/x}\n"
        "  volumes: [{name: files, configMap: {name: m}}, {name: data, emptyDir: {}}]\n"
    )
    alone = Reader(partial=True).read(snapshot({"a.yaml": text}))
    assert [one.severity for one in alone.problems] == [Severity.WARNING] * 2
    assert [mount.sub_path for mount in alone.workloads[0].pod.containers[0].mounts] == [
        "x.conf",
        "$(PLACE)/x",
    ]
    here = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n---\n" + SECRET
    whole = Reader(partial=True).read(snapshot({"a.yaml": text + here}))
    assert [one.message for one in whole.errors] == [
        'the volume "files" holds no file of that name',
        'no variable is named "PLACE"',
    ]


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
RUNTIME = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: closed}\nhandler: runsc\n"


def test_a_runtime_class_is_a_runtime_of_the_engine() -> None:
    """By its handler, on the nodes that have it, for all containers of the pod."""
    scheduling = "scheduling: {nodeSelector: {sandboxed: 'yes'}, tolerations: [{key: closed, operator: Exists}]}\n---\n"
    inits = ", initContainers: [{name: first, image: i}], nodeSelector: {disk: d1}, runtimeClassName: closed"
    (found,) = catalog(RUNTIME + scheduling + pod("w", rest=inits)).workloads
    assert [one.runtime for one in found.pod.all_containers()] == ["runsc", "runsc"]
    assert found.node_selector == {"disk": "d1", "sandboxed": "yes"}
    assert found.where.tolerations == (Toleration("closed", "Exists"),)
    assert found.unmet == ()


def test_a_runtime_class_for_other_nodes_than_its_pod() -> None:
    """Nothing can run there, which is said at the pod's selector."""
    text = RUNTIME + "scheduling: {nodeSelector: {disk: d2}}\n---\n"
    found = catalog(text + pod("w", rest=", nodeSelector: {disk: d1}, runtimeClassName: closed"))
    assert [one.message for one in found.errors] == [
        "RuntimeClass closed is for nodes with disk=d2, and nodeSelector wants another"
    ]


def test_a_runtime_that_nobody_declares() -> None:
    """It would isolate, so the node's policy judges; in a single file it may be declared elsewhere."""
    text = pod("w", rest=", runtimeClassName: closed")
    (found,) = catalog(text).workloads
    assert [one.message for one in found.unmet] == ["no runtime is known as closed here"]
    broken = RUNTIME.replace("runsc", "Run_sc") + "---\n" + text
    assert [one.message for one in catalog(broken).workloads[0].unmet] == ["RuntimeClass closed is not valid"]
    alone = Reader(partial=True).read(snapshot({"a.yaml": text}))
    assert [one.message for one in alone.problems] == ["RuntimeClass closed is not declared here"]
    assert alone.workloads[0].unmet == ()


def test_what_is_isolated_is_refused_unless_the_node_says_warn() -> None:
    """A NetworkPolicy refuses the pods that it selects, as they would stand open; others go on."""
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\n"
    text = policy + "spec: {podSelector: {matchLabels: {app: a}}}\n---\n" + pod("a") + pod("b")
    strict, lenient = (
        bound(catalog(text), None, Policy()),
        bound(catalog(text), None, Policy(lenient_isolation=True)),
    )
    assert [one.name.name for one in strict.workloads] == ["b"]
    assert strict.refused == {WorkloadName("default", "Pod", "a")}
    assert len(strict.errors) == 2
    assert [one.name.name for one in lenient.workloads] == ["a", "b"]
    assert lenient.errors == ()
    assert len(lenient.problems) == 2


def test_a_policy_of_another_controller_is_refused_as_well() -> None:
    """Whom it isolates only that controller knows; the workloads go on, and the error stays."""
    text = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\n---\n" + pod("a")
    found = bound(catalog(text), None, Policy())
    assert len(found.errors) == len(found.workloads) == 1


def test_each_instance_of_a_stateful_set_has_its_own_volume() -> None:
    """Of each claim template, and under the names that its claims and its pods have in a cluster."""
    (found,) = catalog(FULL_KINDS["StatefulSet"]).workloads
    assert [mount.source for mount in found.pod.containers[0].mounts] == [
        NamedVolume("shop-data", per_instance=True)
    ]
    assert found.pod.names[0] == Pieces((Fact.POD_NAME, ".dbs"))
    assert found.pod.domainname == "dbs.shop.svc.cluster.local"
    assert (found.named, found.in_order, found.count) == (True, False, Fixed(3, start=5))


STATEFUL = (
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  replicas: 2\n"
    "  selector: {matchLabels: {app: db}}\n"
    "  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}\n"
    "  volumeClaimTemplates:\n"
    "  - metadata: {name: data}\n"
    "    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\n"
)


@pytest.mark.parametrize(
    "text",
    [
        VOLUME.format("disk", "2Gi").replace("spec: {", "spec: {claimRef: {name: data-db-1}, "),
        VOLUME.format("disk", "2Gi") + CLAIM.format("data-db-1", "ReadWriteOnce", "1Gi"),
    ],
    ids=["kept for one", "bound to one"],
)
def test_data_that_waits_for_an_instance_is_no_mere_warning(text: str) -> None:
    """The instance would begin with an empty volume of the engine."""
    (error,) = catalog(STATEFUL + text).errors
    assert str(error) == (
        "a.yaml:9:5: error: spec.volumeClaimTemplates[0]: PersistentVolume disk is meant for data-db-1, while each "
        "instance has a volume of the engine (take it away, or write a Deployment with a claim for each instance)"
    )


def test_own_volumes_that_two_nodes_could_have() -> None:
    """What helps a claim does not help here: no PersistentVolume is used."""
    (problem,) = catalog(NODES + STATEFUL).problems
    assert problem.message.endswith("and 2 nodes could run it: n1, n2")
    assert (
        problem.hint
        == "write a nodeSelector that leaves one node, or a Deployment with a claim for each instance"
    )


def test_a_volume_that_an_instance_might_have_had() -> None:
    """Nobody says that it is meant for one, so it is only told; one that fits nothing is not."""
    (told,) = catalog(STATEFUL + VOLUME.format("disk", "2Gi")).problems
    assert told.message == "PersistentVolume disk is not used, as each instance has a volume of the engine"
    assert catalog(STATEFUL + VOLUME.format("disk", "2Mi")).problems == ()
    beyond = VOLUME.format("disk", "2Gi").replace("spec: {", "spec: {claimRef: {name: data-db-2}, ")
    assert catalog(STATEFUL + beyond).problems == ()
