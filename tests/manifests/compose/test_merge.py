"""How an override file is laid over the file beside it, attribute by attribute."""

from __future__ import annotations

from typing import Any

import pytest

from tests.manifests.compose.project import errors, project

PORT = {"target": 80, "protocol": "tcp"}

RULES: list[tuple[str, str, Any]] = [
    ("image: a", "image: b", "b"),
    ("image: a", "tty: true", "a"),
    ("command: a b", "command: c", ["c"]),
    ("command: [a]", "command:", None),
    ("entrypoint: [a]", "entrypoint: [b]", ["b"]),
    ("healthcheck: {test: a, retries: 1}", "healthcheck: {test: [CMD, b]}", {"test": ["CMD", "b"], "retries": 1}),
    ("environment: [A=1, B=2]", "environment: {B: 3, C: 4}", {"A": "1", "B": "3", "C": "4"}),
    ("environment: {A: 1}", "environment: [A]", {"A": None}),
    ("labels: [a=1]", "labels: {a: 2, b: }", {"a": "2", "b": ""}),
    ("ports: [80]", "ports: ['8080:80']", [PORT, {**PORT, "published": 8080}]),
    ("ports: ['8080:80']", "ports: [{target: 80, published: 8080, name: n}]", [
        {"target": 80, "published": 8080, "name": "n"},
    ]),
    ("ports: ['127.0.0.1:80:80']", "ports: ['80:80', '80:80/udp']", [
        {**PORT, "published": 80, "host_ip": "127.0.0.1"},
        {**PORT, "published": 80},
        {"target": 80, "published": 80, "protocol": "udp"},
    ]),
    ("volumes: ['aa:/x', 'bb:/y']", "volumes: ['cc:/x:ro']", [
        {"type": "volume", "source": "cc", "target": "/x", "read_only": True},
        {"type": "volume", "source": "bb", "target": "/y"},
    ]),
    ("configs: [a]", "configs: [{source: b, target: /a}, c]", [{"source": "b", "target": "/a"}, {"source": "c"}]),
    ("secrets: [a]", "secrets: [{source: b, target: /run/secrets/a}]", [
        {"source": "b", "target": "/run/secrets/a"},
    ]),
    ("devices: ['/dev/a:/dev/x']", "devices: ['/dev/b:/dev/x:r', '/dev/c']", [
        {"source": "/dev/b", "target": "/dev/x", "permissions": "r"},
        {"source": "/dev/c", "target": "/dev/c", "permissions": "rwm"},
    ]),
    ("tmpfs: /run", "tmpfs: ['/run:size=1m', /tmp]", ["/run:size=1m", "/tmp"]),
    ("dns: 1.1.1.1", "dns: [8.8.8.8, 1.1.1.1]", ["1.1.1.1", "8.8.8.8"]),
    ("cap_add: [A]", "cap_add: [B, A]", ["A", "B"]),
    ("expose: [80]", "expose: ['80', 90]", ["80", "90"]),
    ("extra_hosts: {a: 1.1.1.1}", "extra_hosts: ['a:1.1.1.1', 'a:2.2.2.2']", {"a": ["1.1.1.1", "2.2.2.2"]}),
    ("depends_on: [web]", "depends_on: {web: {condition: service_healthy}}", {
        "web": {"condition": "service_healthy", "required": True},
    }),
    ("networks: [a]", "networks: {a: {aliases: [x]}, b: }", {"a": {"aliases": ["x"]}, "b": {}}),
    ("networks: {a: {aliases: [x]}}", "networks: [a, b]", {"a": {"aliases": ["x"]}, "b": {}}),
    ("build: .", "build: {target: t, args: [A=1]}", {"context": "./shop", "target": "t", "args": {"A": "1"}}),
    ("build: {context: a, args: {A: 1}}", "build: {args: [A=2]}", {"context": "./shop/a", "args": {"A": "2"}}),
    ("logging: {driver: a, options: {x: 1}}", "logging: {options: {y: 2}}", {
        "driver": "a", "options": {"x": "1", "y": "2"},
    }),
    ("logging: {driver: a, options: {x: 1}}", "logging: {driver: b}", {"driver": "b"}),
    ("ulimits: {nofile: 1}", "ulimits: {nofile: {hard: 2}}", {"nofile": {"soft": 1, "hard": 2}}),
    ("ulimits: {nofile: {soft: 1, hard: 2}}", "ulimits: {nofile: 5}", {"nofile": {"soft": 5, "hard": 5}}),
    ("deploy: {replicas: 1, labels: [a=1]}", "deploy: {replicas: 3}", {"replicas": 3, "labels": {"a": "1"}}),
    ("post_start: [{command: a}]", "post_start: [{command: a}]", [{"command": ["a"]}, {"command": ["a"]}]),
    ("sysctls: [a=1]", "sysctls: {a: 2}", {"a": "2"}),
    ("ports: [80]", "ports: !reset []", None),
    ("environment: {A: 1, B: 2}", "environment: {A: !reset null}", {"B": "2"}),
    ("image: a", "image: !reset null", None),
    ("ports: [80]", "ports: !override [90]", [{"target": 90, "protocol": "tcp"}]),
    ("environment: {A: 1}", "environment: !override {B: 2}", {"B": "2"}),
    ("build: {context: a, target: t}", "build: {target: !reset null}", {"context": "./shop/a"}),
]  # fmt: skip


def both(base: str, over: str) -> Any:
    above = {"shop/compose.override.yaml": over}
    loaded = project(base, above)
    assert errors(loaded) == []
    return loaded


@pytest.mark.parametrize(("base", "over", "merged"), RULES)
def test_rules(base: str, over: str, merged: Any) -> None:
    """Mappings entry by entry, lists one behind the other, each thing once, commands replaced."""
    loaded = both(f"services:\n  web:\n    {base}\n", f"services:\n  web:\n    {over}\n")
    assert loaded.data["services"]["web"].get(base.partition(":")[0]) == merged


def test_documents_of_one_file() -> None:
    """Later documents of a file are laid over earlier ones."""
    loaded = project(
        "services: {web: {image: a, tty: true}}\n---\nservices: {web: {image: b}, db: {image: c}}\n"
    )
    assert loaded.data["services"] == {"web": {"image": "b", "tty": True}, "db": {"image": "c"}}


def test_other_parts() -> None:
    """Networks, volumes and the rest are merged as services are; blocks of addresses by their subnet."""
    base = "networks: {a: {ipam: {config: [{subnet: 10.0.0.0/8}]}}, b: {}}\nservices: {web: {}}\nvolumes: {v: {}}\n"
    over = (
        "networks: {a: {ipam: {config: [{subnet: 10.0.0.0/8, gateway: 10.0.0.1}, {subnet: 11.0.0.0/8}]}},"
        " b: !reset null}\nservices: {web: !reset null, db: {}}\nvolumes: {v: {name: w}}\n"
    )
    loaded = both(base, over)
    blocks = [{"subnet": "10.0.0.0/8", "gateway": "10.0.0.1"}, {"subnet": "11.0.0.0/8"}]
    assert loaded.data == {
        "networks": {"a": {"ipam": {"config": blocks}}},
        "services": {"db": {}},
        "volumes": {"v": {"name": "w"}},
    }


def test_a_merged_value_stands_where_it_was_written() -> None:
    """In the base or in the override."""
    loaded = both("services:\n  web:\n    image: a\n    tty: true\n", "services:\n  web:\n    image: b\n")
    assert str(loaded.locate(("services", "web", "image"))) == "shop/compose.override.yaml:3:12"
    assert str(loaded.locate(("services", "web", "tty"))) == "shop/compose.yaml:4:10"
    assert loaded.parts == {"shop/compose.override.yaml"}


def test_reset_without_anything_below() -> None:
    """It removes what it stands at."""
    loaded = project("services: {web: {image: i, ports: !reset [80], expose: [80, !reset 90]}}\n")
    assert loaded.data["services"]["web"] == {"image": "i", "expose": ["80"]}
