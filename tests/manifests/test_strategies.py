"""Blue/green and canary, as a Deployment's annotations and a service's `x-pullet` ask for them."""

from __future__ import annotations

import json

import pytest

from pullet.model.catalog import Catalog
from pullet.model.inspection import Expectation, Inspection, Query
from pullet.model.probe import Exec
from pullet.model.replacement import BlueGreen, Canary, CanaryStep, Replacement, Rolling, Share
from tests.lab.snapshots import catalog

STEPS = (
    CanaryStep(Share(1)),
    CanaryStep(Share(25, percent=True), pause=300),
    CanaryStep(Share(50, percent=True), manual=True),
)
SPELLED = "1, 25%, pause 5m, 50%, pause"


def deployment(spec: str = "", kind: str = "Deployment", **marks: str) -> Catalog:
    """With the annotations, whose names are those below `pullet.dev/` with _ for -."""
    given = {f"pullet.dev/{name.replace('_', '-')}": text for name, text in marks.items()}
    return catalog(
        f"apiVersion: apps/v1\nkind: {kind}\n"
        f"metadata: {{name: web, namespace: shop, annotations: {json.dumps(given, ensure_ascii=False)}}}\n"
        f"spec: {{selector: {{matchLabels: {{a: b}}}}, {spec} template: {{metadata: {{labels: {{a: b}}}}, "
        "spec: {containers: [{name: c, image: i}]}}}\n"
    )


def service(said: str) -> Catalog:
    return catalog(f"services: {{web: {{image: 'web:1', {said}}}}}\n", "compose.yaml")


def how(found: Catalog) -> Replacement:
    assert [str(one) for one in found.errors] == []
    (only,) = found.workloads
    return only.replacement


def said(found: Catalog) -> list[str]:
    return [str(one).removeprefix("a.yaml:") for one in found.problems]


def test_blue_green() -> None:
    """By itself, after a person's word, and with that word in Git."""
    assert how(deployment(strategy="blue-green")) == BlueGreen()
    promoted = deployment(strategy="blue-green", promotion="manual", promoted="0123abc")
    assert how(promoted) == BlueGreen(manual=True, promoted="0123abc")
    assert how(service("x-pullet: {strategy: blue-green, promotion: manual}")) == BlueGreen(manual=True)


def test_a_canary() -> None:
    """The same from both doors."""
    assert how(deployment(strategy="canary", canary_steps=SPELLED)) == Canary(STEPS)
    assert how(service(f"x-pullet: {{strategy: canary, steps: [{SPELLED}]}}")) == Canary(STEPS)


def test_promotion_by_a_person_comes_after_the_last_step() -> None:
    """Whatever pause there is."""
    found = how(deployment(strategy="canary", canary_steps="1, pause 1m", promotion="manual"))
    assert found == Canary((CanaryStep(Share(1), pause=60, manual=True),))


@pytest.mark.parametrize(
    ("annotation", "in_compose", "check"),
    [
        ("exec: grep -q 'all well' /run/state", "exec: grep -q 'all well' /run/state", "exec"),
        ("exec: grep -q 'all well' /run/state", "exec: [grep, -q, all well, /run/state]", "exec"),
        ("http: https://metrics:9090/q?x=1", 'http: "https://metrics:9090/q?x=1"', "plain"),
        (
            "http: https://metrics:9090/q?x=1 <= 0.5",
            'http: "https://metrics:9090/q?x=1", expect: "<=0.5"',
            "bound",
        ),
    ],
)
def test_a_check(annotation: str, in_compose: str, check: str) -> None:
    """A command, or an address that is asked, with what its number must be."""
    url = "https://metrics:9090/q?x=1"
    known: dict[str, Inspection] = {
        "exec": Exec(("grep", "-q", "all well", "/run/state")),
        "plain": Query(url),
        "bound": Query(url, Expectation("<=", 0.5)),
    }
    kubernetes = how(deployment(strategy="canary", canary_steps="1", canary_check=annotation))
    compose = how(service(f"x-pullet: {{strategy: canary, steps: [1], check: {{{in_compose}}}}}"))
    assert kubernetes == compose == Canary((CanaryStep(Share(1)),), known[check])


def test_none_is_part_of_the_specification() -> None:
    """So that changing how it is rolled out, and promoting it, touches no container."""
    pods = [
        deployment(),
        deployment(strategy="blue-green", promoted="0123abc"),
        deployment(strategy="blue-green"),
    ]
    assert len({found.workloads[0].pod.digest() for found in pods}) == 1


@pytest.mark.parametrize(
    ("marks", "place", "words"),
    [
        ({"strategy": "canery"}, "3:77", "must be blue-green or canary (did you mean canary?)"),
        ({"promotion": "manual"}, "3:54", "says nothing without the strategy blue-green or canary"),
        (
            {"strategy": "canary", "canary_steps": "pause 1m, 2"},
            "3:114",
            "must not begin with a pause (as in",
        ),
        (
            {"strategy": "canary", "canary_steps": "1", "canary_check": "http://m/"},
            "3:146",
            "is no check (write",
        ),
    ],
)
def test_mistakes_have_their_place_and_say_what_to_do(marks: dict[str, str], place: str, words: str) -> None:
    """At the annotation's value, or its key where that is what should not be."""
    (found,) = said(deployment(**marks))
    assert found.startswith(f"{place}: error: metadata.annotations[pullet.dev/")
    assert f"]: {words}" in found


def test_only_for_deployments() -> None:
    """Nothing is passed over in silence."""
    (found,) = said(deployment(kind="DaemonSet", strategy="blue-green"))
    assert found.endswith("[pullet.dev/strategy]: is for a Deployment, and says nothing on a DaemonSet")


def test_beside_the_strategy_of_the_deployment_itself() -> None:
    """Recreate is the opposite of it; bounds are of no use."""
    (found,) = said(deployment("strategy: {type: Recreate},", strategy="blue-green"))
    assert "may not be Recreate beside the annotation pullet.dev/strategy" in found
    bounds = deployment("strategy: {rollingUpdate: {maxSurge: 1}},", strategy="blue-green")
    assert how(bounds) == BlueGreen()
    assert "warning: spec.strategy.rollingUpdate: says nothing beside" in said(bounds)[0]


def test_an_address_of_its_own_cannot_be_had_twice() -> None:
    """The old one goes first, and a warning says so."""
    found = catalog(
        "services: {web: {image: 'web:1', networks: {default: {ipv4_address: 10.5.0.9}}, "
        "x-pullet: {strategy: blue-green}}}\nnetworks: {default: {ipam: {config: [{subnet: 10.5.0.0/16}]}}}\n",
        "compose.yaml",
    )
    assert how(found) == Rolling(Share(0), Share(1))
    assert any("two cannot have the same address" in str(one) for one in found.problems)


def test_a_delay() -> None:
    """Seconds between one that is ready and the next."""
    found = how(service("deploy: {update_config: {delay: 1m30s, order: start-first}}"))
    assert found == Rolling(Share(1), Share(0), delay=90)
    assert how(service("deploy: {update_config: {parallelism: 2}}")) == Rolling(Share(0), Share(2))


CLAIM = (
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\n"
    "spec: {accessModes: [ReadWriteOncePod], resources: {requests: {storage: 1Gi}}}\n"
)


@pytest.mark.parametrize("strategy", ["", "blue-green", "canary"])
def test_a_volume_for_one_instance_at_a_time(strategy: str) -> None:
    """The old one stops first, whatever strategy is asked for, and a warning says so."""
    steps = {"pullet.dev/canary-steps": "1, pause"} if strategy == "canary" else {}
    given = {"pullet.dev/strategy": strategy, **steps} if strategy else {}
    found = catalog(
        f"{CLAIM}---\napiVersion: apps/v1\nkind: Deployment\n"
        f"metadata: {{name: web, namespace: shop, annotations: {json.dumps(given)}}}\n"
        "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {"
        "containers: [{name: c, image: i, volumeMounts: [{name: d, mountPath: /d}]}], "
        "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}}}\n"
    )
    assert how(found) == Rolling(Share(0), Share(1))
    assert found.workloads[0].stops_first == "only one instance may use PersistentVolumeClaim shop/data"
    assert [bool(one) for one in said(found)] == [True] * bool(strategy)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("volumes: ['./data:/d']", "both would write to the same data"),
        ("volumes: ['./data:/d:ro']", ""),
        ("deploy: {update_config: {}}", "its update_config has the order stop-first"),
        ("volumes: ['./data:/d'], deploy: {update_config: {order: start-first}}", ""),
    ],
)
def test_why_a_service_stops_first(given: str, why: str) -> None:
    """Where both could stand side by side, or the file says so, it does not."""
    found = service(given)
    stops = how(found) == Rolling(Share(0), Share(1))
    assert (found.workloads[0].stops_first, stops) == (why, bool(why))


@pytest.mark.parametrize("strategy", ["blue-green", "canary, steps: [1]"])
def test_a_strategy_for_what_writes(strategy: str) -> None:
    """As asked for, with a warning that old and new share their data meanwhile."""
    found = service(f"volumes: ['./data:/d'], x-pullet: {{strategy: {strategy}}}")
    assert isinstance(how(found), BlueGreen | Canary)
    assert any("old and new write to the same data" in one for one in said(found))


def test_a_canary_that_needs_a_port_of_the_node() -> None:
    """As with blue/green, a warning says that the old one stops first."""
    found = service("ports: ['80:80'], x-pullet: {strategy: canary, steps: [1]}")
    assert any("they need port 80 of the node: the old one stops first" in one for one in said(found))


def test_a_job_has_no_strategy() -> None:
    """It is run anew, and replaces nothing."""
    found = service("deploy: {mode: replicated-job}, x-pullet: {strategy: blue-green}")
    assert any("says nothing of a job" in one for one in said(found))
    assert found.workloads == ()
