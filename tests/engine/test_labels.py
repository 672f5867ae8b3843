"""What stands on a container and is read again."""

from dataclasses import replace

import pytest

from pullet.engine import labels
from pullet.model.errors import Refused
from pullet.model.names import WorkloadName
from pullet.model.observed import Role
from pullet.model.probe import Check, Exec, Handler, HttpGet, Probe, Sleep, TcpSocket
from tests.lab.images import BUSYBOX
from tests.lab.pods import container, instance

CHECKS: list[HttpGet | TcpSocket | Exec] = [
    HttpGet("/ready", 8080, headers=(("Host", "shop"),)),
    TcpSocket(5432),
    Exec(("test", "-e", "/ready")),
]


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_written_is_read_again(check: Check) -> None:
    """Everything the planner needs of an old specification survives a restart of the agent, probes too."""
    probe = Probe(check, period=2, failure_threshold=5)
    alive, up = Probe(check, grace=3), Probe(check, period=1)
    target = instance(readiness=probe, liveness=alive, startup=up)
    made = container(readiness=probe, liveness=alive, startup=up)
    identity = labels.read(labels.written(target, made, Role.MAIN, "edge-1", "c0ffee"))
    assert identity == labels.Identity(
        target.name,
        target.hash,
        "c0ffee",
        "web.yaml",
        "app",
        probe,
        image=BUSYBOX,
        liveness=alive,
        startup=up,
    )


HOOKS: list[Handler] = [
    *CHECKS,
    Sleep(2.5),
    Exec(("a",), user="u", working_dir="/w", environment=("A=1",), privileged=True),
]


@pytest.mark.parametrize("hook", HOOKS)
def test_hooks_are_read_again(hook: Handler) -> None:
    """The removal happens when nobody declares them any more."""
    marks = labels.written(instance(), container(post_start=hook, pre_stop=hook), Role.MAIN, "edge-1", "a")
    assert (labels.post_start(marks), labels.pre_stop(marks)) == (hook, hook)
    with pytest.raises(Refused):
        labels.pre_stop({labels.PRE_STOP: '{"Grpc":{}}'})


def test_what_its_workload_came_after_is_read_again() -> None:
    """Its removal comes when nobody declares it any more; what was to stay then is marked for people too."""
    after = (WorkloadName("shop", "Deployment", "db"), WorkloadName("front", "Service", "web"))
    marks = labels.written(replace(instance(), after=after, kept=True), None, Role.SANDBOX, "edge-1", "a")
    assert marks[labels.AFTER] == "shop/Deployment/db front/Service/web"
    assert marks[labels.PRUNE] == "false"
    assert (labels.read(marks).after, labels.read(marks).kept) == (after, True)


def test_without_hooks() -> None:
    """Nothing is written, and nothing read."""
    marks = labels.written(instance(), container(), Role.MAIN, "edge-1", "a")
    assert not {labels.PRE_STOP, labels.POST_START} & marks.keys()
    assert (labels.post_start(marks), labels.pre_stop(marks)) == (None, None)


def test_the_pods_uid_is_the_same_each_time() -> None:
    """Other tools may rely on it: it changes with the incarnation only."""
    first, again = (labels.written(instance(), container(), Role.MAIN, "edge-1", commit) for commit in "ab")
    other = labels.written(instance(), container(), Role.MAIN, "edge-2", "a")
    assert first[labels.POD_UID] == again[labels.POD_UID] != other[labels.POD_UID]


@pytest.mark.parametrize(
    "broken",
    [
        {labels.INSTANCE: "web"},
        {labels.READINESS: "{"},
        {labels.LIVENESS: "{"},
        {labels.READINESS: "[]"},
        {labels.READINESS: '{"check": {"Smell": {}}}'},
    ],
)
def test_labels_of_somebody_else_are_refused(broken: dict[str, str]) -> None:
    """Whatever no version of ours has written is not guessed at."""
    good = labels.written(instance(), container(), Role.MAIN, "edge-1", "c0ffee")
    with pytest.raises(Refused):
        labels.read(good | broken)


def test_a_missing_label_is_named() -> None:
    """The message says which label is missing."""
    with pytest.raises(Refused, match=labels.HASH):
        labels.read({labels.INSTANCE: "shop/Deployment/web#0"})
