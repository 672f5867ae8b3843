"""The node's word on what the repository may ask for."""

from __future__ import annotations

import pytest

from pullet.manifests.policy import HostPath, Policy, bound, read_policy
from pullet.model.errors import Refused
from pullet.model.image import normalised
from pullet.model.names import WorkloadName
from tests.lab.snapshots import catalog

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: '{}'}}]}}\n"


def test_the_defaults() -> None:
    """An empty file is the policy of a node without one."""
    assert read_policy("", "p.yaml") == Policy()


def test_every_key() -> None:
    """The contract's keys are read."""
    text = """
privileged: true
hostNamespaces: [network, pid]
capabilities: [NET_ADMIN]
hostPaths: [{path: /srv/data, readOnly: true}]
devices: [/dev/fuse]
registries: ["registry.example/*"]
build: true
"""
    assert read_policy(text, "p.yaml") == Policy(
        privileged=True,
        host_namespaces=frozenset({"network", "pid"}),
        capabilities=frozenset({"NET_ADMIN"}),
        host_paths=(HostPath("/srv/data", read_only=True),),
        devices=frozenset({"/dev/fuse"}),
        registries=("registry.example/*",),
        build=True,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("registry: [a]\n", r"p.yaml:1:1: error: registry: unknown field \(did you mean registries\?\)"),
        ("hostNamespaces: [net]\n", "p.yaml:1:18: error: hostNamespaces.0.: must be network or pid or ipc"),
        ("- a\n", "p.yaml:1:1: error: must be a mapping, not a list"),
        ("a: 1\na: 2\n", "p.yaml:2:1: the key"),
        ("build: true\n---\nbuild: false\n", "one document"),
    ],
)
def test_a_wrong_policy_is_refused(text: str, said: str) -> None:
    """A mistake in the policy is never read as the absence of a rule."""
    with pytest.raises(Refused, match=said):
        read_policy(text, "p.yaml")


@pytest.mark.parametrize(
    ("image", "pattern", "allowed"),
    [
        ("nginx", "*", True),
        ("nginx", "docker.io/library/*", True),
        ("nginx", "nginx", True),
        ("team/app:1", "docker.io/team/*", True),
        ("registry.example/app:1", "registry.example/*", True),
        ("registry.example.evil/app:1", "registry.example/*", False),
        ("other.example/app", "registry.example/*", False),
        ("localhost:5000/app", "localhost:5000/*", True),
        ("nginx", "", False),
    ],
)
def test_registries(image: str, pattern: str, allowed: bool) -> None:
    """A pattern matches the reference as it is written, or in full."""
    found = bound(catalog(POD.format(image)), None, Policy(registries=(pattern,)))
    assert bool(found.workloads) is allowed
    assert found.refused == (set() if allowed else {WorkloadName("default", "Pod", "p")})


def test_a_breach_names_rule_file_and_line() -> None:
    """Whoever wrote the manifest learns which rule of which file it breaks, and where."""
    policy = read_policy("registries: [docker.io/*]\n", "/etc/pullet/policy.yaml")
    (problem,) = bound(catalog(POD.format("registry.example/a:1")), None, policy).problems
    assert str(problem) == (
        "a.yaml:1:1: error: default/Pod/p: the image registry.example/a:1 breaks the node's rule registries "
        "(/etc/pullet/policy.yaml allows docker.io/*)"
    )


def test_a_catalog_that_breaks_nothing_stays_itself() -> None:
    """Without a breach there is nothing to make anew."""
    found = catalog(POD.format("a"))
    assert bound(found, None, Policy()) is found


def test_normalised() -> None:
    """A reference in full has a registry, and a tag or a digest."""
    assert normalised("nginx") == "docker.io/library/nginx:latest"
    assert normalised("a/b:1") == "docker.io/a/b:1"
    assert normalised("localhost/b@sha256:00") == "localhost/b@sha256:00"


def test_a_workload_of_another_node_is_not_this_policys_business() -> None:
    """Where the node's own share is known, only that is looked at."""
    found = catalog(POD.format("registry.example/a:1"))
    assert bound(found, frozenset(), Policy(registries=("nothing",))) is found
