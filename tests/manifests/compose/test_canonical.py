"""Each attribute in its short and its long form, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.manifests.compose.project import attribute, errors, problems, project

ATTRIBUTES: list[tuple[str, Any]] = [
    ("command: a 'b c'", ["a", "b c"]),
    ("command: [a, b c]", ["a", "b c"]),
    ("command: ''", []),
    ("command:", None),
    ("entrypoint: /x -y", ["/x", "-y"]),
    ("environment: [A=1, 'B=x=y', C]", {"A": "1", "B": "x=y", "C": None}),
    ("environment: {A: 1, B: true, C: 0644, D: 1.50, E: '', F: }", {
        "A": "1", "B": "true", "C": "420", "D": "1.5", "E": "", "F": None,
    }),
    ("environment: [HOME]", {"HOME": None}),
    ("labels: [a=1, b]", {"a": "1", "b": ""}),
    ("labels: {a: 1, b: }", {"a": "1", "b": ""}),
    ("annotations: [a=b]", {"a": "b"}),
    ("sysctls: [net.core.somaxconn=1024]", {"net.core.somaxconn": "1024"}),
    ("extra_hosts: ['a:1.2.3.4', 'b=::1', 'b:[::2]']", {"a": ["1.2.3.4"], "b": ["::1", "::2"]}),
    ("extra_hosts: {a: 1.2.3.4, b: ['::1', '[::2]']}", {"a": ["1.2.3.4"], "b": ["::1", "::2"]}),
    ("ports: [80, '90:91']", [
        {"target": 80, "protocol": "tcp"}, {"target": 91, "published": 90, "protocol": "tcp"},
    ]),
    ("ports: [{target: '80', published: '8080', x-a: 1}]", [{"target": 80, "published": 8080}]),
    ("ports: [{target: 80, published: 8000-8010}]", [{"target": 80, "published": "8000-8010"}]),
    ("ports: [80, '80', '80:80']", [
        {"target": 80, "protocol": "tcp"}, {"target": 80, "published": 80, "protocol": "tcp"},
    ]),
    ("volumes: ['./a:/x', 'v:/y']", [
        {"type": "bind", "source": "./shop/a", "target": "/x", "bind": {"create_host_path": True}},
        {"type": "volume", "source": "v", "target": "/y"},
    ]),
    ("volumes: [{type: bind, source: ../a, target: /x, read_only: 'true'}]", [
        {"type": "bind", "source": "./a", "target": "/x", "read_only": True},
    ]),
    ("volumes: [{type: tmpfs, target: /t, tmpfs: {size: 10m, mode: '1777'}}]", [
        {"type": "tmpfs", "target": "/t", "tmpfs": {"size": 10485760, "mode": 0o1777}},
    ]),
    ("volumes: [{type: bind, source: ../../a, target: /x}]", [
        {"type": "bind", "source": "./../a", "target": "/x"},
    ]),
    ("volumes: ['a:/x', 'b:/x']", [{"type": "volume", "source": "b", "target": "/x"}]),
    ("configs: [a, {source: b, mode: 0440}]", [{"source": "a"}, {"source": "b", "mode": 0o440}]),
    ("secrets: [{source: b, mode: '0400', uid: '1'}]", [{"source": "b", "mode": 0o400, "uid": "1"}]),
    ("networks: [a, b]", {"a": {}, "b": {}}),
    ("networks: {a: , b: {aliases: [c], priority: '5'}}", {"a": {}, "b": {"aliases": ["c"], "priority": 5}}),
    ("build: .", {"context": "./shop"}),
    ("build: ../app", {"context": "./app"}),
    ("build: {args: [A=1, B], no_cache: 'true'}", {
        "args": {"A": "1", "B": None}, "no_cache": True, "context": "./shop",
    }),
    ("build: https://git.example/x.git#main", {"context": "https://git.example/x.git#main"}),
    ("healthcheck: {test: curl -f x, interval: 1m30s, retries: '3'}", {
        "test": ["CMD-SHELL", "curl -f x"], "interval": 90.0, "retries": 3,
    }),
    ("healthcheck: {test: [CMD, a], disable: no}", {"test": ["CMD", "a"], "disable": False}),
    ("ulimits: {nproc: 10, nofile: {soft: '1', hard: 2}}", {
        "nproc": {"soft": 10, "hard": 10}, "nofile": {"soft": 1, "hard": 2},
    }),
    ("stop_grace_period: 1m", 60.0),
    ("mem_limit: 1g", 1073741824),
    ("memswap_limit: -1", -1),
    ("shm_size: '64m'", 67108864),
    ("cpus: '0.5'", 0.5),
    ("cpu_rt_runtime: 400ms", 400_000),
    ("privileged: 'yes'", True),
    ("dns: 8.8.8.8", ["8.8.8.8"]),
    ("dns: [8.8.8.8, 8.8.8.8]", ["8.8.8.8"]),
    ("dns_search: a.b", ["a.b"]),
    ("tmpfs: /run", ["/run"]),
    ("expose: [80, '90/udp']", ["80", "90/udp"]),
    ("group_add: [1000, mail]", ["1000", "mail"]),
    ("cap_add: [A, B, A]", ["A", "B"]),
    ("devices: ['/dev/a:/dev/b', {source: /dev/c}]", [
        {"source": "/dev/a", "target": "/dev/b", "permissions": "rwm"}, {"source": "/dev/c"},
    ]),
    ("gpus: all", [{"capabilities": ["gpu"], "count": "all"}]),
    ("gpus: [{count: '2', options: [a=b]}]", [{"count": 2, "options": {"a": "b"}}]),
    ("logging: {driver: d, options: {max-file: 3, x: }}", {"driver": "d", "options": {"max-file": "3", "x": ""}}),
    ("blkio_config: {weight: 300, device_read_bps: [{path: /dev/a, rate: 12mb}]}", {
        "weight": 300, "device_read_bps": [{"path": "/dev/a", "rate": 12582912}],
    }),
    ("deploy: {replicas: '2', labels: [a=b], resources: {limits: {cpus: '0.5', memory: 50M, pids: 1}}}", {
        "replicas": 2, "labels": {"a": "b"}, "resources": {"limits": {"cpus": 0.5, "memory": 52428800, "pids": 1}},
    }),
    ("deploy: {update_config: {delay: 10s, parallelism: 2}, restart_policy: {delay: 5s, window: 2m}}", {
        "update_config": {"delay": 10.0, "parallelism": 2}, "restart_policy": {"delay": 5.0, "window": 120.0},
    }),
    ("deploy:", None),
    ("post_start: [{command: a b, user: root, environment: [A=1]}]", [
        {"command": ["a", "b"], "user": "root", "environment": {"A": "1"}},
    ]),
    ("security_opt: ['seccomp:p.json', seccomp=../q.json, seccomp=unconfined, label=type:t]", [
        "seccomp:./shop/p.json", "seccomp=./q.json", "seccomp=unconfined", "label=type:t",
    ]),
    ("storage_opt: {size: 1G}", {"size": "1G"}),
    ("credential_spec: {file: x, x-a: 1}", {"file": "x"}),
    ("unheard: {of: [1, x]}", {"of": [1, "x"]}),
]  # fmt: skip

WRONG = [
    ("ports: [a]", "3:13: error: services.web.ports[0]: is no port"),
    ("ports: 80", "3:12: error: services.web.ports: must be a list, not a number"),
    (
        "ports: ['1:2', {target: x}]",
        "3:29: error: services.web.ports[1].target: must be a whole number, not text",
    ),
    (
        "environment: [A=1, 5]",
        "3:24: error: services.web.environment[1]: must be text of the form NAME=value",
    ),
    ("environment: {A: [1]}", "3:22: error: services.web.environment.A: must be text, not a list"),
    ("environment: x", "3:18: error: services.web.environment: must be a mapping, not text"),
    ("volumes: ['a:/x:ro:z']", "3:15: error: services.web.volumes[0]: is no volume"),
    ("volumes: [{target: /x}]", "3:15: error: services.web.volumes[0]: needs a type"),
    ("volumes: [{type: bind, target: /x}]", "3:15: error: services.web.volumes[0]: needs a source"),
    (
        "healthcheck: {test: [a]}",
        "3:25: error: services.web.healthcheck.test: must begin with CMD, CMD-SHELL or NONE",
    ),
    (
        "healthcheck: {interval: 30}",
        "3:29: error: services.web.healthcheck.interval: must be a duration, not a number",
    ),
    ("mem_limit: lots", "3:16: error: services.web.mem_limit: is not a size"),
    ("ulimits: {nofile: many}", "3:23: error: services.web.ulimits.nofile: must be a whole number, not text"),
    ("command: a 'b", "3:14: error: services.web.command: has a quote that is never closed"),
    ("privileged: maybe", "3:17: error: services.web.privileged: must be true or false, not text"),
    ("cap_add: [1]", "3:15: error: services.web.cap_add[0]: must be text, not a number"),
    (
        "depends_on: {db: {}}",
        "3:18: error: services.web.depends_on.db: names the service db, which there is none of",
    ),
    ("depends_on: {web: {}}", "3:18: error: services.web.depends_on.web: needs a condition"),
    ("extra_hosts: [a]", "3:19: error: services.web.extra_hosts[0]: must be a name and its address"),
    ("mem_limit: ${X:?set it}", "3:16: error: services.web.mem_limit: needs the variable X: set it"),
    ("cpus: 1${", "3:11: error: services.web.cpus: has a $ that begins no variable"),
]


@pytest.mark.parametrize(("text", "canonical"), ATTRIBUTES)
def test_canonical_form(text: str, canonical: Any) -> None:
    """Short and long forms arrive in one form, numbers and sizes as numbers, x- keys nowhere."""
    assert attribute(text) == canonical


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_told_where_it_stands(text: str, said: str) -> None:
    """One problem for each mistake, and the service is known to have one."""
    loaded = project(f"services:\n  web:\n    {text}\n")
    (found,) = errors(loaded)
    assert found.startswith(f"shop/compose.yaml:{said}")
    assert loaded.flawed == {("services", "web")}


def test_a_line_for_a_shell() -> None:
    """What Compose cuts off is told."""
    (said,) = problems(project("services:\n  web:\n    command: a && b\n"))
    assert "ends before &, as no shell reads it" in said


@pytest.mark.parametrize(
    ("section", "canonical"),
    [
        ("networks: {a: , b: {external: true, name: c}}", {"a": {}, "b": {"external": True, "name": "c"}}),
        ("networks: {b: {external: {name: c}}}", {"b": {"external": True, "name": "c"}}),
        ("networks: {a: {driver_opts: {x: 1}, internal: 'true', labels: [k]}}", {
            "a": {"driver_opts": {"x": "1"}, "internal": True, "labels": {"k": ""}},
        }),
        ("volumes: {v: {driver_opts: {type: none, o: bind, device: ./d}}}", {
            "v": {"driver_opts": {"type": "none", "o": "bind", "device": "./shop/d"}},
        }),
        ("configs: {c: {file: ../c.txt}}", {"c": {"file": "./c.txt"}}),
        ("secrets: {s: {environment: S, x-y: 1}}", {"s": {"environment": "S"}}),
        ("volumes: {x-v: {}}", {"x-v": {}}),
    ],
)  # fmt: skip
def test_sections(section: str, canonical: Any) -> None:
    """Networks, volumes, configs and secrets."""
    loaded = project(f"{section}\nservices: {{}}\n")
    assert (loaded.data[section.partition(":")[0]], errors(loaded)) == (canonical, [])


def test_every_value_has_its_place() -> None:
    """A value that a short form stands for stands where the short form does."""
    loaded = project("services:\n  web:\n    ports:\n      - 80\n      - '90:91'\n    environment: [A=1]\n")
    web = ("services", "web")
    assert str(loaded.locate((*web, "ports", 1, "target"))) == "shop/compose.yaml:5:9"
    assert str(loaded.locate((*web, "environment", "A"), key=True)) == "shop/compose.yaml:6:19"
    assert str(loaded.locate(web, key=True)) == "shop/compose.yaml:2:3"
    assert str(loaded.locate((*web, "missing"))) == "shop/compose.yaml:3:5"


def test_anchors_and_merge_keys() -> None:
    """Values of an anchor stand where the anchor does; x- keys hold them and go."""
    text = "x-base: &b\n  image: i\n  labels: {a: 1}\nservices:\n  web:\n    <<: *b\n    image: j\n"
    loaded = project(text)
    assert loaded.data == {"services": {"web": {"image": "j", "labels": {"a": "1"}}}}
    assert str(loaded.locate(("services", "web", "labels", "a"))) == "shop/compose.yaml:3:15"


def test_version_1() -> None:
    """What to do about it is said."""
    (said,) = errors(project("web:\n  image: i\n"))
    assert said == (
        "shop/compose.yaml:1:1: error: web: has its services at the top, as in version 1 of the format, which is not "
        "read any more (put them below services:)"
    )


def test_version_is_obsolete() -> None:
    """A warning for a file, and nothing else."""
    loaded = project("version: '3'\nservices: {web: {image: i}}\n")
    assert problems(loaded) == [
        "shop/compose.yaml:1:1: warning: version: is obsolete and means nothing (remove it)"
    ]
    assert loaded.data == {"services": {"web": {"image": "i"}}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1\n", "shop/compose.yaml:1:1: error: must be a mapping"),
        ("services: [a]\n", "shop/compose.yaml:1:11: error: services: must be a mapping of names"),
        ("services:\n  1: {}\n", 'shop/compose.yaml:2:3: error: a key must be text (write "1")'),
        ("services:\n  a: [\n", "shop/compose.yaml:3:1: error: is not valid YAML"),
        ("services:\n  a: !vault x\n", "shop/compose.yaml:2:6: error: the tag !vault is not supported"),
    ],
)
def test_a_file_that_cannot_be_used(text: str, said: str) -> None:
    """Whatever it may declare is unknown, so that nothing of it is taken away."""
    loaded = project(text)
    assert errors(loaded)[0].startswith(said)
    assert ([one.path for one in loaded.unreadable], loaded.data) == (["shop/compose.yaml"], {})


def test_names() -> None:
    """A name with other characters is told."""
    (said,) = errors(project("services:\n  'a b': {}\n"))
    assert said.startswith("shop/compose.yaml:2:3: error: services[a b]: is not a name")
