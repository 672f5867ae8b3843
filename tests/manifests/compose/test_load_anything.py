"""Whatever stands in Compose files, loading ends with a project or with problems, and soon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.manifests.compose.load import load
from pullet.manifests.compose.loaded import Loaded
from pullet.model.problem import Severity
from pullet.model.snapshot import File
from tests.manifests.compose.hand import Files
from tests.manifests.compose.project import errors, project

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
MUST_FAIL = {"legacy"}

FULL = """\
name: shop
include: [../db/compose.yaml]
x-base: &base {restart: always, logging: {driver: local, options: {max-size: 1m}}}
services:
  web:
    <<: *base
    extends: {file: base.yaml, service: app}
    image: "${REGISTRY:-reg}/web:${TAG:?}"
    command: sh -c 'sleep 1'
    ports: ["127.0.0.1:8080-8081:80-81/udp", {target: 443, published: "8443"}]
    volumes: ["./a:/a:ro,z", "data:/d", {type: tmpfs, target: /t, tmpfs: {size: 1m}}]
    environment: [A=1, "B=$TAG", C]
    env_file: [web.env, {path: no.env, required: false}]
    depends_on: {db: {condition: service_healthy}}
    networks: {front: {aliases: [w]}}
    healthcheck: {test: [CMD, "true"], interval: 1m30s}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 50M}}}
    ulimits: {nofile: {soft: 1, hard: 2}}
    extra_hosts: ["a:1.2.3.4"]
    configs: [{source: c, mode: 0440}]
    devices: ["/dev/a:/dev/b:r"]
    profiles: [on]
networks: {front: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}
volumes: {data: {driver_opts: {type: none, o: bind, device: ./d}}}
configs: {c: {content: "x $TAG"}}
secrets: {s: {file: s.txt}}
x-pullet: {profiles: ["on"]}
"""
BESIDE = {
    "db/compose.yaml": "services: {db: {image: pg, build: {}}}\n",
    "shop/base.yaml": "services: {app: {tty: true, volumes: ['./b:/b'], extends: low}, low: {cap_add: [A]}}\n",
    "shop/compose.override.yaml": "services: {web: {ports: !reset [], environment: {A: !reset null, D: 4}}}\n",
    "shop/.env": "TAG=1\nX='y'\n",
    "shop/web.env": 'E="$TAG"\n',
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet="a$:{}/-1.", max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3),
)
PIECES = st.sampled_from(
    [
        "\t",
        ": ",
        "- ",
        "\n",
        "&a ",
        "*a",
        "<<: ",
        "{",
        "[",
        '"',
        "!reset ",
        "!override ",
        "---\n",
        "$",
        "${",
        "}",
        "\0",
    ]
)


def sound(loaded: Loaded, files: dict[str, str]) -> None:
    """Each problem lies in a file that there is, and an error is known to concern something."""
    for problem in loaded.problems:
        lines = files[problem.origin.path].splitlines()
        assert 1 <= problem.origin.line <= len(lines) + 1
    if errors(loaded):
        assert loaded.flawed or loaded.unreadable


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every (parent, key) below some data."""
    children: list[tuple[Any, Any]] = []
    if isinstance(data, dict):
        children = list(data.items())
    elif isinstance(data, list):
        children = list(enumerate(data))
    return [pair for key, value in children for pair in ((data, key), *places(value))]


def test_the_undamaged_project() -> None:
    """It has no problem, so that damage is what is looked at below."""
    assert project(FULL, BESIDE).problems == ()


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([("shop/compose.yaml", FULL), *BESIDE.items()]),
    st.integers(0, 3000),
    st.integers(0, 8),
    PIECES | st.text(max_size=4),
)
def test_damaged_text(which: tuple[str, str], at: int, gone: int, new: str) -> None:
    """Any file of a project with a piece cut out and another put in."""
    path, text = which
    place = at % len(text)
    files = {"shop/compose.yaml": FULL, **BESIDE, path: text[:place] + new + text[place + gone :]}
    main = files.pop("shop/compose.yaml")
    sound(project(main, files), {**files, "shop/compose.yaml": main})


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 10_000), VALUES)
def test_damaged_values(choice: int, value: Any) -> None:
    """A project with any value anywhere."""
    data = yaml.safe_load(FULL)
    spots = places(data)
    parent, key = spots[choice % len(spots)]
    parent[key] = value
    text = yaml.safe_dump(data, allow_unicode=True)
    sound(project(text, BESIDE), {**BESIDE, "shop/compose.yaml": text})


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes(content: bytes) -> None:
    """Bytes of any kind."""
    load(File("compose.yaml", "b", content), Files({}))


BOMBS = {
    "ports": f"services: {{web: {{ports: [{', '.join(['1-65535'] * 50)}]}}}}\n",
    "values": "services:\n" + "".join(f"  s{n}: {{labels: {{a: '{'$X' * 100}'}}}}\n" for n in range(1000)),
    "mistakes": "services:\n" + "".join(f"  s{n}: {{ports: [x]}}\n" for n in range(5000)),
    "documents": "services: {a: {cap_add: [x]}}\n---\n" * 2000,
    "command": f"services: {{web: {{command: '{'x ' * 100_000}'}}}}\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    """What would grow without end is a problem, or is not much."""
    loaded = project(BOMBS[name], {"shop/.env": f"X={'x' * 1000}\n"})
    assert len(loaded.problems) <= 101
    assert bool(errors(loaded)) == (name in {"ports", "values", "mistakes"})


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside this checkout")
def test_every_published_file() -> None:
    """Each by itself: no exception, and what is of version 1 is refused."""
    accepted = []
    for path in sorted(CORPORA.glob("*/*/**/*")):
        if path.suffix not in {".yaml", ".yml"} or not path.is_file():
            continue
        loaded = load(File("x/compose.yaml", "b", path.read_bytes()), Files({}))
        kind = path.relative_to(CORPORA).parts[1]
        is_compose = "compose" in path.name or "kompose" in str(path)
        if (
            kind in MUST_FAIL
            and is_compose
            and not any(one.severity is Severity.ERROR for one in loaded.problems)
        ):
            accepted.append(str(path))
    assert accepted == []
