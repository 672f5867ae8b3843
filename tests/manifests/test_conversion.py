"""Real manifests in, the internal form out."""

from __future__ import annotations

import pytest

from pullet.model.limits import Resources
from pullet.model.names import WorkloadName
from pullet.model.pod import Container, EnvVar, Pod, Port, PullPolicy, Restart
from pullet.model.probe import Exec, HttpGet, Probe, TcpSocket
from pullet.model.problem import Origin
from pullet.model.replacement import Recreate, Rolling, Share
from pullet.model.workload import Fixed, PerNode, Workload
from tests.lab.snapshots import catalog
from tests.manifests.fullest import CONFIGURATION, FULLEST

WITH = (
    "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{}', {}}}]}}\n"
)


def only(text: str) -> Workload:
    found = catalog(text, "a.yaml", configuration=CONFIGURATION)
    assert [str(problem) for problem in found.errors] == []
    (workload,) = found.workloads
    return workload


def container(rest: str, image: str = "i:1") -> Container:
    return only(WITH.format(image, rest)).pod.containers[0]


def test_a_deployment_with_everything() -> None:
    """Every honoured field of a Deployment arrives."""
    assert only(FULLEST["Deployment"]) == Workload(
        name=WorkloadName("shop", "Deployment", "web"),
        origin=Origin("a.yaml", 1, 1),
        count=Fixed(3),
        replacement=Rolling(Share(2), Share(50, percent=True)),
        node_selector={"role": "web"},
        pod=Pod(
            grace=5,
            labels={"app": "web", "tier": "front"},
            annotations={"note": "1"},
            containers=(
                Container(
                    name="web",
                    image="registry.example/web:1",
                    pull=PullPolicy.NEVER,
                    command=("serve", "hello"),
                    args=("--for", "$(GREETING) $(missing)"),
                    working_dir="/srv",
                    env=(
                        EnvVar("S_GREETING", "hello"),
                        EnvVar("S_OTHER", "there"),
                        EnvVar("username", "ann", secret=True),
                        EnvVar("password", "open", secret=True),
                        EnvVar("GREETING", "hello"),
                        EnvVar("LOGIN", "open", secret=True),
                        EnvVar("URL", "ann:open@hello", secret=True),
                    ),
                    ports=(Port(8080, 80, "127.0.0.1", "tcp", "http"), Port(53, protocol="udp")),
                    resources=Resources(500, 1500, 100_000_000, 1024**3),
                    readiness=Probe(
                        HttpGet("/ready", 8080, "web.example", "https", (("X-Probe", "yes"),)), 2, 3, 4, 5, 6
                    ),
                ),
            ),
        ),
    )


def test_a_daemon_set() -> None:
    """One on every node, with its own bounds."""
    workload = only(FULLEST["DaemonSet"])
    assert (workload.count, workload.replacement) == (PerNode(), Rolling(Share(1), Share(0)))
    assert workload.pod.containers[0].readiness == Probe(Exec(("test", "-e", "/beat")))


def test_a_pod() -> None:
    """A bare Pod is one instance with its own labels and restart policy."""
    workload = only(FULLEST["Pod"])
    assert (workload.count, workload.pod.restart) == (Fixed(1), Restart.ON_FAILURE)
    assert (workload.pod.labels, workload.pod.annotations) == ({"a": "b"}, {"c": "d"})
    assert workload.pod.containers[0].readiness == Probe(TcpSocket(5, "127.0.0.1"))


def test_recreate() -> None:
    """All of the old go before any of the new come."""
    assert only(FULLEST["Recreate"]).replacement == Recreate()


@pytest.mark.parametrize(
    ("image", "pull"),
    [
        ("nginx", PullPolicy.ALWAYS),
        ("nginx:latest", PullPolicy.ALWAYS),
        ("localhost:5000/nginx", PullPolicy.ALWAYS),
        ("nginx:1.2", PullPolicy.IF_NOT_PRESENT),
        (f"nginx@sha256:{'0' * 64}", PullPolicy.IF_NOT_PRESENT),
    ],
)
def test_the_default_pull_policy(image: str, pull: PullPolicy) -> None:
    """Always for the tag latest or none, as in Kubernetes."""
    assert container("", image).pull is pull


@pytest.mark.parametrize(
    ("amount", "cpu"),
    [("1", 1000), ("0.1", 100), ("100m", 100), ("'1e1'", 10_000), ("1u", 1), ("2k", 2_000_000)],
)
def test_processor_quantities(amount: str, cpu: int) -> None:
    """In thousandths of a core, rounded up."""
    assert container(f"resources: {{limits: {{cpu: {amount}}}}}").resources.cpu_limit == cpu


@pytest.mark.parametrize(
    ("amount", "memory"),
    [("128974848", 128974848), ("129M", 129_000_000), ("123Mi", 123 * 1024**2), ("1e3", 1000)],
)
def test_memory_quantities(amount: str, memory: int) -> None:
    """In bytes."""
    assert container(f"resources: {{limits: {{memory: {amount}}}}}").resources.memory_limit == memory


def test_requests_default_to_limits() -> None:
    """What is limited and not requested is requested to the limit, as in Kubernetes."""
    resources = container("resources: {limits: {cpu: 1}}").resources
    assert (resources.cpu_request, resources.memory_request) == (1000, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$(A)", "1"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(none) $(", "$(none) $("),
        ("$A ${A} $$", "$A ${A} $"),
        ("$(B)", "$(B)"),
    ],
)
def test_expansion(text: str, value: str) -> None:
    """`$(NAME)` is what was defined before it; `$$` is a dollar; the rest stays."""
    variables = f"env: [{{name: A, value: '1'}}, {{name: X, value: '{text}'}}, {{name: B, value: '2'}}]"
    assert container(variables).env[1] == EnvVar("X", value)


def test_nothing_written_is_left_to_the_image() -> None:
    """No command is not an empty command."""
    bare = container("")
    assert (bare.command, bare.args, bare.readiness, bare.env) == (None, None, None, ())


def test_null_and_empty_are_as_good_as_absent() -> None:
    """What says nothing is accepted, also in fields that are not supported yet."""
    written = container("command: null, volumeMounts: [], securityContext: {}, imagePullPolicy: ''")
    assert written == container("")
